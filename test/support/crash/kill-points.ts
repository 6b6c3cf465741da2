import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../temp-change.js";
import type { KillPoint } from "./job.js";
import { runRecorded } from "./run-worker.js";
import { clearAway, jobAt, layOut, startOf, type Place, type Scene } from "./scene.js";

/** One call of a job's main thread. */
export interface RecordedCall extends KillPoint {
  args: string;
}

/** Calls that give, move or take away names: between two of them a tree is half one thing and half the other. */
const NAMING_CALLS = new Set("rename renameat renameat2 link linkat unlink unlinkat rmdir mkdir mkdirat symlink symlinkat".split(" "));
const ATTRIBUTE_CALLS = "chmod fchmod fchmodat chown fchown lchown fchownat utimensat".split(" ");
const CONTENT_CALLS = "openat write pwrite64 copy_file_range sendfile ftruncate fallocate ioctl fsync".split(" ");
/** Every call that changes files. */
export const CALLS = [...NAMING_CALLS, ...ATTRIBUTE_CALLS, ...CONTENT_CALLS];
const CHANGING_CALLS = new Set(CALLS);

/** Writes to pipes and counters change no file. */
const TO_A_FILE = /^\d+<\/(?!dev\/|proc\/)/;

/**
 * Finds every call by which a scene's job changes files, by carrying it out once on a copy.
 * @throws Error when another thread than the main one changes files: such calls could not be counted, and would be missed.
 */
export async function killPointsOf(scene: Scene, workerPath: string): Promise<KillPoint[]> {
  const { calls } = await recordCalls(scene, workerPath, CALLS);
  return calls.filter(({ call, args }) => isChange(call, args)).map(({ call, occurrence, detail }) => ({ call, occurrence, detail }));
}

/** Carries out a scene's job on a copy, and gives the calls of the main thread in their order, with the folder of that copy. */
export async function recordCalls(
  scene: Scene,
  workerPath: string,
  names: readonly string[],
): Promise<{ calls: RecordedCall[]; place: Place }> {
  const folder = tempFolder();
  if (scene.userId !== undefined) chmodSync(folder, 0o777);
  const recordPath = join(folder, "calls");
  const place = layOut(scene, join(folder, "counted"));
  try {
    await runRecorded(startOf(scene, workerPath), jobAt(scene, place), { calls: names, path: recordPath });
    return { calls: readCalls(readFileSync(recordPath, "utf8").split("\n")), place };
  } finally {
    clearAway(place);
  }
}

function readCalls(lines: readonly string[]): RecordedCall[] {
  const mainThread = lines[0]?.split(" ", 1)[0];
  const counts = new Map<string, number>();
  const calls: RecordedCall[] = [];
  for (const line of lines) {
    const [, thread, call = "", args = ""] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (call === "") continue;
    if (thread !== mainThread) {
      if (isChange(call, args)) throw new Error(`a change outside the main thread would not be swept: ${line}`);
      continue;
    }
    const occurrence = (counts.get(call) ?? 0) + 1;
    counts.set(call, occurrence);
    calls.push({ call, occurrence, args, detail: `${call}(${args}` });
  }
  return calls;
}

export function isNamingCall({ call }: KillPoint): boolean {
  return NAMING_CALLS.has(call);
}

/** A flush changes nothing by itself; the state before it is the one before the next change. */
export function isFlush({ call }: KillPoint): boolean {
  return call === "fsync";
}

export function isChange(call: string, args: string): boolean {
  if (call === "openat") return /O_CREAT|O_TRUNC/.test(args);
  if (call === "ioctl") return args.includes("FICLONE");
  if (call === "write" || call === "pwrite64") return TO_A_FILE.test(args);
  return CHANGING_CALLS.has(call);
}
