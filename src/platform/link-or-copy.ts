import { chmodSync, constants, copyFileSync, linkSync, lstatSync, utimesSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import { toFsPath } from "./path-bytes.js";
import { toTimestamp } from "./timestamps.js";

export type LinkOutcome = "linked" | "copied";

/**
 * Gives a stored file a second name, or a copy where the file system refuses the link (too many links, no links at all,
 * a file of somebody else's).
 * @throws ENOENT when the stored file is gone, EEXIST when the new name is taken.
 */
export function linkOrCopy(storedPath: string, newPath: string): LinkOutcome {
  const from = toFsPath(storedPath);
  const to = toFsPath(newPath);
  try {
    linkSync(from, to);
    return "linked";
  } catch (error) {
    if (!hasCode(error, "EMLINK", "EPERM", "EXDEV", "ENOTSUP", "EOPNOTSUPP", "ENOSYS")) throw error;
  }
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const stats = lstatSync(from, { bigint: true });
  utimesSync(to, toTimestamp(stats.atimeNs), toTimestamp(stats.mtimeNs));
  chmodSync(to, Number(stats.mode) & 0o7777);
  return "copied";
}
