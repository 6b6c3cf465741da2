import { chownSync, closeSync, constants, lstatSync, mkdirSync, openSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCode, StepbackError, StoreUnusableError } from "../errors/index.js";
import { isSha256, type Sha256 } from "../formats/index.js";
import { syncFolder, toStorageError } from "../platform/index.js";
import type { Store } from "./open-store.js";

/**
 * The hashes of content of which some stored copy was found damaged. Each is the name of an empty file in `damaged/`: readers, who
 * take no lock, can add one without losing another's, and there is nothing in it that could itself be damaged.
 * @throws StoreUnusableError when the folder cannot be read
 */
export function readKnownDamage(store: Store): ReadonlySet<Sha256> {
  if (!isPlainFolder(store.damagedPath)) return new Set();
  try {
    return new Set(readdirSync(store.damagedPath).filter(isSha256));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return new Set();
    throw toStorageError(error, store.damagedPath);
  }
}

/**
 * Notes durably what was found damaged, so that no later checkpoint shares it. Whoever looks at a store may not be allowed to write
 * to it: gives what stood in the way, null when all is noted.
 */
export function noteDamage(store: Store, hashes: ReadonlySet<Sha256>): StepbackError | null {
  const known = [...hashes];
  if (known.length === 0) return null;
  try {
    makeFolder(store);
    for (const hash of known) {
      // A fifo of that name is not waited for.
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      closeSync(openSync(join(store.damagedPath, hash), flags, 0o600));
    }
    [store.damagedPath, store.path].forEach(syncFolder);
    return null;
  } catch (error) {
    const failure = toStorageError(error, store.damagedPath);
    if (failure instanceof StepbackError) return failure;
    throw failure;
  }
}

/** Takes back what was noted of content whose stored copies are all whole again. */
export function forgetDamage(store: Store, hashes: Iterable<Sha256>): void {
  try {
    for (const hash of hashes) rmSync(join(store.damagedPath, hash), { force: true });
    rmdirSync(store.damagedPath);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR")) throw toStorageError(error, store.damagedPath);
  }
}

function makeFolder(store: Store): void {
  try {
    mkdirSync(store.damagedPath, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    if (!isPlainFolder(store.damagedPath)) throw new StoreUnusableError(store.damagedPath, "is not a folder");
    return;
  }
  // Root looks at other people's stores, and must not lock them out of them.
  const { uid, gid } = lstatSync(store.path);
  if (process.geteuid?.() === 0 && uid !== 0) chownSync(store.damagedPath, uid, gid);
}

function isPlainFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
