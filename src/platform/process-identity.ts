import { readFileSync, readlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { hostname, uptime } from "node:os";
import { hasCode } from "../errors/index.js";

/** Identifies a process beyond pid reuse, reboots, containers and machines; null where the platform does not tell. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot on Linux, a date text elsewhere; only ever compared for equality. */
  startTime: string | null;
  bootId: string | null;
  pidNamespace: string | null;
  host: string;
}

/** What can be said about the process behind an identity. */
export type OwnerState = "alive" | "dead" | "unknown";

interface ProcessState {
  pid: number;
  startTime: string | null;
  /** Exited and with no thread left that could still finish a system call. */
  isZombie: boolean;
}

const isLinux = process.platform === "linux";
const isMac = process.platform === "darwin";
let ownIdentity: ProcessIdentity | undefined;

/** Reads the identity of this process: three small files on Linux, two short commands on macOS, once per process. */
export function readOwnIdentity(): ProcessIdentity {
  ownIdentity ??= {
    pid: process.pid,
    startTime: (isLinux ? readLinuxProcess("self") : readProcess(process.pid))?.startTime ?? null,
    bootId: readBootId(),
    pidNamespace: readPidNamespace(),
    host: hostname(),
  };
  return { ...ownIdentity };
}

/** Reads the identity of another process of this machine, or of this one; null when there is none of that number. */
export function readIdentityOf(pid: number): ProcessIdentity | null {
  const own = readOwnIdentity();
  if (pid === own.pid) return own;
  if (!Number.isSafeInteger(pid) || pid < 1 || !processExists(pid)) return null;
  return { ...own, pid, startTime: readProcess(pid)?.startTime ?? null };
}

/** Tells whether files can be given back to their owners: what counts is whom the process acts for, not who started it. */
export function mayChangeOwners(): boolean {
  return process.geteuid?.() === 0;
}

/**
 * Judges whether the process behind an identity still runs.
 *
 * "dead" is a proof: the machine of that name has restarted since, or this very kernel knows no such process in our
 * pid namespace. All else that is not seen alive is "unknown", and must be treated as alive.
 * Machines that share a store must have different names, as everywhere else.
 */
export function judgeOwner(owner: ProcessIdentity): OwnerState {
  const here = readOwnIdentity();
  if (owner.host !== here.host || owner.bootId === null || here.bootId === null) return "unknown";
  if (owner.bootId !== here.bootId) return "dead";
  if (owner.pidNamespace !== here.pidNamespace || (isLinux && here.pidNamespace === null)) return "unknown";
  // kill() takes zero and negative numbers for process groups.
  if (!Number.isSafeInteger(owner.pid) || owner.pid < 1) return "unknown";
  if (!processExists(owner.pid)) return "dead";

  const found = readProcess(owner.pid);
  if (found === null) return "alive";
  if (found.startTime !== null && owner.startTime !== null && found.startTime !== owner.startTime) return "dead";
  return found.isZombie ? "dead" : "alive";
}

/** When this machine started, by the clock as it is set now; for comparison with the times of files. */
export function readBootTimeMs(): number {
  return Date.now() - uptime() * 1000;
}

/** Any failure but "no such process" means that there is one: EPERM says that it belongs to another user. */
function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

function readProcess(pid: number): ProcessState | null {
  if (isMac) return readMacProcess(pid);
  if (!isLinux) return null;
  // In a new pid namespace with the old /proc still mounted, the numbers in /proc are not ours.
  return readLinuxProcess("self")?.pid === process.pid ? readLinuxProcess(pid) : null;
}

/** The fields are those of proc(5), counted behind the command, which may itself hold spaces and brackets. */
function readLinuxProcess(pid: number | "self"): ProcessState | null {
  const text = readIfTold(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number) => fields[number - 3];
  // The main thread of a killed process can be a zombie while another thread still finishes a write or a rename.
  const hasOtherThreads = Number(field(20)) > 1;
  return {
    pid: Number.parseInt(text, 10),
    startTime: field(22) ?? null,
    isZombie: ["Z", "X", "x"].includes(field(3) ?? "") && !hasOtherThreads,
  };
}

function readMacProcess(pid: number): ProcessState | null {
  const line = readOutput("/bin/ps", ["-o", "stat=", "-o", "lstart=", "-p", String(pid)]);
  const [, state, startTime] = /^(\S+)\s+(.+)$/.exec(line ?? "") ?? [];
  if (state === undefined || startTime === undefined) return null;
  return { pid, startTime, isZombie: state.startsWith("Z") };
}

/** On macOS the boot session, not `kern.boottime`: that one moves whenever the clock is set. */
function readBootId(): string | null {
  if (isMac) return readOutput("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"]);
  return isLinux ? readIfTold(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim() || null) : null;
}

function readPidNamespace(): string | null {
  return isLinux ? readIfTold(() => readlinkSync("/proc/self/ns/pid")) : null;
}

/** `/proc` may be missing, hidden or forbidden, and a process may end while it is looked at. */
function readIfTold<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ESRCH", "EACCES", "EPERM", "EINVAL")) return null;
    throw error;
  }
}

/** One language and one time zone make the start time of a process the same text for every reader. */
function readOutput(command: string, args: readonly string[]): string | null {
  // Loaded here because it takes 4 ms, which Linux need not pay.
  const { spawnSync } = createRequire(import.meta.url)("node:child_process") as typeof import("node:child_process");
  const result = spawnSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 2000,
    env: { LC_ALL: "C", TZ: "UTC" },
  });
  return result.status === 0 ? result.stdout.trim() || null : null;
}
