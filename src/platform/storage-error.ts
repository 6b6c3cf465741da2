import { hasCode, messageOf, NoSpaceError, StepbackError, StoreUnusableError } from "../errors/index.js";

/**
 * Translates what a write to the store can throw: a full disk, a folder without permission, a broken disk.
 * Anything else comes back as it is.
 */
export function toStorageError(error: unknown, path: string): unknown {
  if (error instanceof StepbackError) return error;
  if (hasCode(error, "ENOSPC", "EDQUOT")) return new NoSpaceError(path, {}, error);
  if (hasCode(error, "EACCES", "EPERM", "EROFS", "EIO", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EMFILE", "ENFILE", "ESTALE")) {
    return new StoreUnusableError(path, messageOf(error), error);
  }
  return error;
}
