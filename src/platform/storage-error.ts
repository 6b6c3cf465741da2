import { hasCode, messageOf, NoSpaceError, StepbackError, StoreUnusableError } from "../errors/index.js";

const REFUSED = ["EACCES", "EPERM", "EROFS", "EIO", "ENAMETOOLONG", "EMFILE", "ENFILE", "ESTALE"] as const;
/** Something stands where a file or folder of ours belongs. */
const IN_THE_WAY = ["EISDIR", "ENOTDIR", "ENOTEMPTY", "EEXIST", "ELOOP", "ENXIO", "ERR_FS_EISDIR"] as const;

/**
 * Translates what a write to the store can throw: a full disk, a folder without permission, a broken disk, something in the way.
 * Anything else comes back as it is.
 */
export function toStorageError(error: unknown, path: string): unknown {
  if (error instanceof StepbackError) return error;
  if (hasCode(error, "ENOSPC", "EDQUOT")) return new NoSpaceError(path, {}, error);
  if (hasCode(error, ...REFUSED, ...IN_THE_WAY)) return new StoreUnusableError(path, messageOf(error), error);
  return error;
}
