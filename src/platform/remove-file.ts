import { unlinkSync } from "node:fs";
import { hasCode } from "../errors/index.js";

/**
 * Removes a file or symlink; what is gone already is fine.
 *
 * Not `rmSync`, for which Node loads what it needs for whole trees.
 */
export function removeFile(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
