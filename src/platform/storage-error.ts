import { hasCode, messageOf, NoSpaceError, StepbackError, StoreUnusableError } from "../errors/index.js";

/** What a disk, a mount, its owner or the limits of the process can refuse with no fault of the program's. */
const RIGHTS = "EACCES EPERM EROFS EBUSY ETXTBSY";
const TROUBLES = "EIO EUCLEAN ENXIO ENODEV ESTALE ENOTCONN ETIMEDOUT";
const LIMITS = "EMFILE ENFILE ENOMEM ENAMETOOLONG EFBIG EMLINK EXDEV";
/** Something stands where a file or folder of ours belongs. */
const IN_THE_WAY = "EISDIR ENOTDIR ENOTEMPTY EEXIST ELOOP ERR_FS_EISDIR";
const REFUSALS = `${RIGHTS} ${TROUBLES} ${LIMITS} ${IN_THE_WAY}`.split(" ");

/**
 * Translates what a write to the store can throw: a full disk, a folder without permission, a broken disk, something in the way.
 * Anything else comes back as it is.
 */
export function toStorageError(error: unknown, path: string): unknown {
  if (error instanceof StepbackError) return error;
  if (isFull(error)) return new NoSpaceError(path, {}, error);
  if (hasCode(error, ...REFUSALS)) return new StoreUnusableError(path, messageOf(error), error);
  return error;
}

/** Tells whether an error means that nothing more fits: on the disk, or into somebody's share of it. */
function isFull(error: unknown): boolean {
  return hasCode(error, "ENOSPC", "EDQUOT");
}

/** Tells whether an error says nothing of the file, because it was the process or the machine that ran out of something. */
export function isShortage(error: unknown): boolean {
  return hasCode(error, "EMFILE", "ENFILE", "ENOMEM");
}

/** Runs work and translates what the system refuses, as `toStorageError` does. */
export async function withStorageErrors<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(error, pathOf(error) ?? path);
  }
}

/** The same for work without promises. */
export function withStorageErrorsSync<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw toStorageError(error, pathOf(error) ?? path);
  }
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
}
