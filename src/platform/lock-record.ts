import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import { judgeOwner, readBootTimeMs, type ProcessIdentity } from "./process-identity.js";

const LOCK_FORMAT_VERSION = 1;
/** How long a lock that is not whole is left alone, in case that somebody is still writing it. */
const TORN_GRACE_MS = 10_000;

/** Far more than any lock has. */
const MAX_BYTES = 1024 * 1024;

/** What a lock file says of its owner. */
export interface OwnedLock {
  kind: "owned";
  path: string;
  owner: ProcessIdentity;
  command: string;
  /** UTC, ISO 8601 with `Z`. */
  acquiredAt: string;
  /** Never the same for two acquisitions. */
  nonce: string;
}

/** A lock file as it was found; only an owned one says whose it is. */
export type LockInfo =
  | OwnedLock
  /** Written by a newer version, by another user, or not a lock at all: held, by whomever. */
  | { kind: "unclear"; path: string; problem: string }
  /** Not whole. Locks are created whole, so this is what a power cut leaves. */
  | { kind: "torn"; path: string; changedAtMs: number };

/** Reads a lock file; null when there is none. */
export function readLock(path: string): LockInfo | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    if (hasCode(error, "EACCES", "EPERM")) return readForbiddenLock(path);
    if (hasCode(error, "ELOOP", "ENXIO")) return { kind: "unclear", path, problem: "which is not a plain file" };
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return { kind: "unclear", path, problem: "which is not a plain file" };
    if (stats.size > MAX_BYTES) return { kind: "unclear", path, problem: "that is far too large" };
    return parseLock(path, readFileSync(descriptor, "utf8")) ?? { kind: "torn", path, changedAtMs: stats.ctimeMs };
  } finally {
    closeSync(descriptor);
  }
}

/** Tells a lock of another user from a folder that is closed to us: that one is the caller's error. */
function readForbiddenLock(path: string): LockInfo | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : { kind: "unclear", path, problem: "which belongs to another user" };
}

/** Tells whether nobody can hold this lock any more: its owner is provably dead, or a power cut tore it. */
export function isStaleLock(lock: LockInfo, now: Date): boolean {
  if (lock.kind === "owned") return judgeOwner(lock.owner) === "dead";
  return lock.kind === "torn" && isTornForGood(lock.changedAtMs, { nowMs: now.getTime(), bootedAtMs: readBootTimeMs() });
}

/**
 * Tells whether a lock that is not whole will never become so: what was written before this boot is nobody's work any more, and
 * nobody writes for so long. A time far in the future is that of a clock that has been put back since.
 */
export function isTornForGood(changedAtMs: number, { nowMs, bootedAtMs }: { nowMs: number; bootedAtMs: number }): boolean {
  return changedAtMs < bootedAtMs || Math.abs(nowMs - changedAtMs) > TORN_GRACE_MS;
}

/** Says who holds a lock and for how long, in the words of `LockedError`. */
export function describeLock(lock: LockInfo, now: Date): { description: string; path: string; ageSeconds: number | null } {
  const since = lock.kind === "owned" ? Date.parse(lock.acquiredAt) : lock.kind === "torn" ? lock.changedAtMs : NaN;
  const ageSeconds = Number.isNaN(since) ? null : Math.max(0, Math.round((now.getTime() - since) / 1000));
  const who =
    lock.kind === "owned"
      ? `process ${lock.owner.pid} on host ${lock.owner.host} (\`${lock.command}\`)`
      : lock.kind === "torn"
        ? "a lock that is not whole"
        : `a lock ${lock.problem}`;
  return { description: ageSeconds === null ? who : `${who}, for ${formatAge(ageSeconds)}`, path: lock.path, ageSeconds };
}

/** Gives the text of a lock file. */
export function formatLock(lock: Omit<OwnedLock, "kind" | "path">): string {
  const { owner, command, acquiredAt, nonce } = lock;
  const onDisk = {
    format_version: LOCK_FORMAT_VERSION,
    pid: owner.pid,
    start_time: owner.startTime,
    boot_id: owner.bootId,
    pid_namespace: owner.pidNamespace,
    host: owner.host,
    command,
    acquired_at: acquiredAt,
    nonce,
  };
  return `${JSON.stringify(onDisk, null, 2)}\n`;
}

/** Null means torn: text that is not JSON. */
function parseLock(path: string, text: string): LockInfo | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const lock = typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  if (!isKnownLock(lock)) return { kind: "unclear", path, problem: "that this version does not understand" };
  const owner = { pid: lock.pid, startTime: lock.start_time, bootId: lock.boot_id, pidNamespace: lock.pid_namespace, host: lock.host };
  return { kind: "owned", path, owner, command: lock.command, acquiredAt: lock.acquired_at, nonce: lock.nonce };
}

interface LockOnDisk extends Record<string, unknown> {
  pid: number;
  start_time: string | null;
  boot_id: string | null;
  pid_namespace: string | null;
  host: string;
  command: string;
  acquired_at: string;
  nonce: string;
}

function isKnownLock(lock: Record<string, unknown>): lock is LockOnDisk {
  const isText = (key: string) => typeof lock[key] === "string";
  const isTextOrNull = (key: string) => isText(key) || lock[key] === null;
  return (
    lock["format_version"] === LOCK_FORMAT_VERSION &&
    Number.isSafeInteger(lock["pid"]) &&
    ["host", "command", "acquired_at", "nonce"].every(isText) &&
    ["start_time", "boot_id", "pid_namespace"].every(isTextOrNull)
  );
}

function formatAge(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
