import { lstatSync, readdirSync, renameSync } from "node:fs";
import { basename, dirname } from "node:path";
import { formatLock, isStaleLock, readLock, type LockInfo } from "./lock-record.js";
import type { ProcessIdentity } from "./process-identity.js";
import { randomToken } from "./random-token.js";
import { writeNewFile } from "./replace-file.js";
import { removeFile } from "./remove-file.js";

const TEMPORARY_KEPT_MS = 3_600_000;

/** Who wants a lock, and for what. */
export interface LockClaimant {
  owner: ProcessIdentity;
  /** The command as others are to see it, such as `stepback create`. */
  command: string;
  now: () => Date;
}

/** The work done alone, or who is in its way: null when that one has gone since. */
export type WorkOutcome<T> = { isDone: true; result: T } | { isDone: false; rival: LockInfo | null };

/**
 * Does one short piece of work on a lock that no other process may do at the same time, or says who is in the way.
 *
 * Each contender creates a claim, a file whose name is used once and never again, and only then lists the folder. Of two
 * contenders, the one whose claim came second lists when both have been created, so it sees the first claim, unless that
 * has been withdrawn; and a claim is withdrawn only when its work is over. Whoever sees no other claim is therefore
 * alone, and stays alone until it withdraws its own: all who come later see that one. Two may each see the other; then
 * both withdraw with nothing done, and try again after a pause of random length.
 * The claims of dead processes are removed: no work can go on under them, and as no name returns, nobody else's is hit.
 */
export function workAlone<T>(lockPath: string, claimant: LockClaimant, work: () => T): WorkOutcome<T> {
  // A look before saves most of the claims that would only have to be withdrawn.
  const earlier = removeDeadClaims(listLockFiles(lockPath).claims, claimant.now());
  if (earlier !== null) return { isDone: false, rival: earlier };

  const claimPath = `${lockPath}-break-${randomToken()}`;
  try {
    // Renamed into place: a claim that is still being written would look like one that a power cut tore.
    useTemporary(lockPath, claimText(claimant), (temporary) => renameSync(temporary, claimPath));
    const { claims } = listLockFiles(lockPath);
    // Only a claim that others can see keeps them away.
    if (!claims.includes(claimPath)) return { isDone: false, rival: null };
    const others = claims.filter((path) => path !== claimPath);
    const rival = removeDeadClaims(others, claimant.now());
    return rival === null ? { isDone: true, result: work() } : { isDone: false, rival };
  } finally {
    removeFile(claimPath);
  }
}

/** Writes a temporary file beside the lock, whole, and removes it after its use if it is still there. */
export function useTemporary<T>(lockPath: string, text: string, use: (temporary: string) => T): T {
  const temporary = `${lockPath}-${randomToken()}.tmp`;
  try {
    writeNewFile(temporary, text, { durability: "none" });
    return use(temporary);
  } finally {
    removeFile(temporary);
  }
}

/** Removes what killed processes left beside a lock: dead claims, and temporary files older than an hour. */
export function removeLockLeftovers(lockPath: string, now: Date): void {
  const { claims, temporaries } = listLockFiles(lockPath);
  removeDeadClaims(claims, now);
  for (const path of temporaries) {
    if (now.getTime() - readModifiedMs(path) > TEMPORARY_KEPT_MS) removeFile(path);
  }
}

function claimText({ owner, command, now }: LockClaimant): string {
  return formatLock({ owner, command, acquiredAt: now().toISOString(), nonce: randomToken() });
}

function listLockFiles(lockPath: string): { claims: string[]; temporaries: string[] } {
  const prefix = `${basename(lockPath)}-`;
  const tails = readdirSync(dirname(lockPath))
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  // Not joined anew: the paths are compared, and a join would also tidy up the caller's spelling.
  const pathOf = (tail: string) => `${lockPath}-${tail}`;
  return {
    claims: tails.filter((tail) => tail.startsWith("break-")).map(pathOf),
    temporaries: tails.filter((tail) => /^[0-9a-f]+\.tmp$/.test(tail)).map(pathOf),
  };
}

/** Gives the first living claim among these, or null. */
function removeDeadClaims(claims: readonly string[], now: Date): LockInfo | null {
  let living: LockInfo | null = null;
  for (const path of claims) {
    const claim = readLock(path);
    if (claim === null) continue;
    if (isStaleLock(claim, now)) removeFile(path);
    else living ??= claim;
  }
  return living;
}

/** What has gone, or is none of our files, is as new as can be. */
function readModifiedMs(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.mtimeMs : Infinity;
}
