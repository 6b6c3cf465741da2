import type { KillPoint } from "./job.js";
import { CALLS, recordCalls, type RecordedCall } from "./kill-points.js";
import type { Scene } from "./scene.js";

/** One call that the operating system refuses, or one and all the like after it. */
export interface Fault {
  point: KillPoint;
  /** The system's name of the error. */
  error: string;
  /** What is to fail: strace's expressions. */
  injections: readonly string[];
}

const READS = "read pread64 getdents64 statx newfstatat readlink access faccessat faccessat2 statfs close".split(" ");

const NO_ROOM = ["ENOSPC", "EDQUOT"];
const OPENING = ["EIO", "EACCES", "EMFILE", "ENFILE"];
const NAMING = ["EIO", ...NO_ROOM, "EROFS", "EACCES"];
const LOOKING = ["EIO", "EACCES"];
const ATTRIBUTES = ["EIO", "EDQUOT", "EROFS", "EPERM"];

/** The errors that each call can come to where nothing is wrong with the program. */
const ERRORS: Readonly<Record<string, readonly string[]>> = {
  rename: [...NAMING, "EXDEV", "EMLINK", "EBUSY"],
  link: [...NAMING, "EXDEV", "EMLINK", "EPERM"],
  mkdir: [...NAMING, "EMLINK"],
  symlink: NAMING,
  unlink: ["EIO", "EROFS", "EACCES", "EBUSY"],
  rmdir: ["EIO", "EROFS", "EACCES", "EBUSY"],
  ...Object.fromEntries("chmod fchmod fchmodat chown fchown lchown fchownat utimensat".split(" ").map((call) => [call, ATTRIBUTES])),
  ...Object.fromEntries(
    "write pwrite64 copy_file_range sendfile ftruncate fallocate".split(" ").map((call) => [call, ["EIO", ...NO_ROOM]]),
  ),
  ioctl: ["EIO", ...NO_ROOM],
  fsync: ["EIO", ...NO_ROOM],
  ...Object.fromEntries("read pread64 getdents64 close".split(" ").map((call) => [call, ["EIO"]])),
  ...Object.fromEntries("statx newfstatat readlink access faccessat faccessat2 statfs".split(" ").map((call) => [call, LOOKING])),
};

/** What a file system that has become read-only, or full, from one moment on refuses. */
const LASTING: Readonly<Record<string, readonly string[]>> = {
  EROFS: CALLS.filter((call) => !["openat", "fsync", "ioctl"].includes(call)),
  EIO: CALLS.filter((call) => call !== "openat"),
  ENOSPC: "mkdir link symlink rename write pwrite64 copy_file_range sendfile ftruncate".split(" "),
  EMFILE: ["openat"],
};

/** Every fault that can come to a scene's job: each call in turn refused once with each error, and from each change on for good. */
export async function faultsOf(scene: Scene, workerPath: string): Promise<Fault[]> {
  const { calls, place } = await recordCalls(scene, workerPath, [...CALLS, ...READS]);
  const isOurs = ({ args }: RecordedCall) => place.folders.some((folder) => args.includes(folder)) || args.includes('"/proc/self/fd/');
  const counts = new Map<string, number>();
  const faults: Fault[] = [];
  const written = new Set<string>();
  for (const call of calls) {
    const [, opened] = /O_(?:WRONLY|RDWR).* = (\d+)</.exec(call.args) ?? [];
    if (call.call === "openat" && opened !== undefined) written.add(opened);
    // Only what was written has something to lose when it is closed.
    if (call.call === "close" && !written.delete(call.args.slice(0, call.args.indexOf("<")))) counts.set(call.call, call.occurrence);
    else if (isOurs(call)) faults.push(...singleFaults(call), ...lastingFaults(call, counts));
    counts.set(call.call, call.occurrence);
  }
  return faults;
}

function singleFaults(call: RecordedCall): Fault[] {
  return errorsOf(call).map((error) => ({
    point: call,
    error,
    injections: [`inject=${call.call}:error=${error}:when=${call.occurrence}`],
  }));
}

/** From a call on, all that the same trouble would stop. */
function lastingFaults(call: RecordedCall, counts: ReadonlyMap<string, number>): Fault[] {
  return Object.entries(LASTING)
    .filter(([, stopped]) => stopped.includes(call.call))
    .map(([error, stopped]) => ({
      point: call,
      error,
      injections: stopped.map((one) => `inject=${one}:error=${error}:when=${(counts.get(one) ?? 0) + 1}+`),
    }));
}

function errorsOf({ call, args }: RecordedCall): readonly string[] {
  if (call === "openat") return /O_CREAT|O_TRUNC/.test(args) ? [...OPENING, ...NO_ROOM, "EROFS"] : OPENING;
  // A look through an open file needs no right.
  if (args.includes("AT_EMPTY_PATH")) return ["EIO"];
  return ERRORS[call] ?? [];
}

export function isLasting({ injections }: Fault): boolean {
  return injections.some((injection) => injection.endsWith("+"));
}

export function describeFault({ point, error, ...fault }: Fault): string {
  return `${error}${isLasting({ point, error, ...fault }) ? " from there on" : ""} at ${point.call} ${point.occurrence}: ${point.detail}`;
}
