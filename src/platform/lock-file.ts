import { linkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, LockedError, StoreUnusableError } from "../errors/index.js";
import { throwIfAborted } from "./abort.js";
import { removeLockLeftovers, useTemporary, workAlone, type LockClaimant } from "./lock-claim.js";
import { describeLock, formatLock, isStaleLock, readLock, type LockInfo } from "./lock-record.js";
import { randomToken } from "./random-token.js";
import { writeNewFile } from "./replace-file.js";
import { toStorageError } from "./storage-error.js";
import { removeFile } from "./remove-file.js";
import { readMonotonicMs } from "./clock.js";

export { describeLock, isStaleLock, readLock, type LockInfo } from "./lock-record.js";

/** How long rivals over a stale lock are given to sort themselves out, when the caller does not wait longer anyway. */
const CONTENTION_PATIENCE_MS = 1000;

/**
 * Locks of this process that it let go of without being able to remove them, because the disk had become read-only, say. Without this memory
 * a process that lives on would wait for itself.
 */
const abandoned = new Set<string>();

/** When leftovers beside a lock were last looked for: in a folder of a thousand checkpoints a look takes longer than the lock itself. */
const tidiedAtMs = new Map<string, number>();
const TIDIED_FOR_MS = 60_000;

interface LockRequest extends LockClaimant {
  /** How long to wait for a holder; 0 tries once. */
  waitMs: number;
  signal?: AbortSignal;
  /** Leaves what killed processes left beside the lock to the next one who takes it. */
  leavesLeftovers?: boolean;
}

export interface HeldLock {
  /** Removes the lock file if it is still this one; a second call does nothing. */
  release(): void;
}

/** What one try came to. Contended: nobody is known to hold the lock, but another process is busy with it at this moment. */
type Attempt = "held" | { isContended: boolean; obstacle: LockInfo | null };

/**
 * Takes the one lock of a folder, breaking it first when its owner is provably dead.
 *
 * The lock file appears complete, so a reader never meets half of one. It is not touched while it is held and its age
 * means nothing: a laptop that slept for a night still holds its locks. After a crash the lock stays behind and the next
 * caller on the same machine breaks it.
 * @throws LockedError when somebody else holds it until the wait is over; InterruptedError; NoSpaceError; StoreUnusableError.
 */
export async function acquireLock(path: string, request: LockRequest): Promise<HeldLock> {
  const nonce = randomToken();
  const startedAt = readMonotonicMs();
  for (let contentions = 0; ;) {
    throwIfAborted(request.signal);
    const attempt = wrapErrors(path, () => attemptLock(path, nonce, request));
    if (attempt === "held") return heldLock(path, nonce, request);

    const patienceMs = attempt.isContended ? Math.max(request.waitMs, CONTENTION_PATIENCE_MS) : request.waitMs;
    const remainingMs = startedAt + patienceMs - readMonotonicMs();
    if (remainingMs <= 0) throw new LockedError(describeObstacle(path, attempt.obstacle, request.now()));
    if (attempt.isContended) contentions += 1;
    const pauseMs = attempt.isContended ? Math.random() * Math.min(20 * contentions, 200) : 50 + Math.random() * 50;
    await pause(Math.min(pauseMs, remainingMs), request.signal);
  }
}

/** One try from start to end without a pause, so that nothing in this process can come in between. */
function attemptLock(path: string, nonce: string, request: LockRequest): Attempt {
  const found = readLock(path);
  if (found !== null && !isFree(found, request.now())) return { isContended: false, obstacle: found };
  if (found !== null) {
    const outcome = workAlone(path, request, () => breakStaleLock(path, request.now()));
    if (!outcome.isDone) return { isContended: true, obstacle: outcome.rival };
  }
  return createLock(path, nonce, request);
}

/**
 * Removes the lock if it is still stale; to be done alone.
 *
 * The lock that was judged before may be gone and a new one in its place, so it is judged anew. Between that and the
 * removal it cannot change: its owner is dead, other breakers are kept away, and a new lock needs the name to be free.
 */
function breakStaleLock(path: string, now: Date): void {
  const found = readLock(path);
  if (found !== null && isFree(found, now)) removeFile(path);
}

function isFree(lock: LockInfo, now: Date): boolean {
  return isStaleLock(lock, now) || (lock.kind === "owned" && abandoned.has(lock.nonce));
}

function createLock(path: string, nonce: string, request: LockRequest): Attempt {
  const text = formatLock({ owner: request.owner, command: request.command, acquiredAt: request.now().toISOString(), nonce });
  const linked = useTemporary(path, text, (temporary) => linkIntoPlace(temporary, path));
  if (linked === "created") return "held";
  if (linked === "taken") return holderOf(path, nonce);

  const outcome = workAlone(path, request, () => writeIntoPlace(path, text));
  if (!outcome.isDone) return { isContended: true, obstacle: outcome.rival };
  return outcome.result === "created" ? "held" : holderOf(path, nonce);
}

function linkIntoPlace(temporary: string, path: string): "created" | "taken" | "unsupported" {
  try {
    linkSync(temporary, path);
    return "created";
  } catch (error) {
    if (hasCode(error, "EEXIST")) return "taken";
    // A file of our own in the same folder: what forbids this link forbids all of them.
    if (hasCode(error, "EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV")) return "unsupported";
    throw error;
  }
}

/**
 * Creates the lock where the file system has no links; to be done alone.
 *
 * The lock is not whole for a moment. It is not taken for torn then, however long this process is stopped in between:
 * breakers are kept away.
 */
function writeIntoPlace(path: string, text: string): "created" | "taken" {
  try {
    writeNewFile(path, text, { durability: "none" });
    return "created";
  } catch (error) {
    if (hasCode(error, "EEXIST")) return "taken";
    if (readLock(path)?.kind === "torn") removeFile(path);
    throw error;
  }
}

/** Over a network a link can be made and its answer lost: the repeated call then finds the name taken, by ourselves. */
function holderOf(path: string, nonce: string): Attempt {
  const found = readLock(path);
  return found?.kind === "owned" && found.nonce === nonce ? "held" : { isContended: false, obstacle: found };
}

function heldLock(path: string, nonce: string, request: LockRequest): HeldLock {
  let isReleased = false;
  const release = () => {
    if (isReleased) return;
    abandoned.add(nonce);
    wrapErrors(path, () => {
      if (holderOf(path, nonce) === "held") removeFile(path);
    });
    abandoned.delete(nonce);
    isReleased = true;
  };
  try {
    if (request.leavesLeftovers !== true && isTimeToTidy(path)) wrapErrors(path, () => removeLockLeftovers(path, request.now()));
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

function isTimeToTidy(path: string): boolean {
  const now = readMonotonicMs();
  const isTime = now - (tidiedAtMs.get(path) ?? -Infinity) >= TIDIED_FOR_MS;
  if (isTime) tidiedAtMs.set(path, now);
  return isTime;
}

function describeObstacle(path: string, obstacle: LockInfo | null, now: Date): ConstructorParameters<typeof LockedError>[0] {
  return obstacle === null
    ? { description: "a process that has only just let go of it", path, ageSeconds: null }
    : describeLock(obstacle, now);
}

function wrapErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new StoreUnusableError(path, "the folder of the lock is gone", error);
    throw toStorageError(error, path);
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
}
