import { readlinkSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import { decodePathBytes, encodePathBytes } from "./path-bytes.js";

/**
 * Tells whether a descriptor's file stands at the path that it was opened at.
 *
 * On Linux the kernel tells where it stands, so a folder on the way that was swapped for a symlink shows; elsewhere nothing does.
 */
export function isOpenedAt(descriptor: number, path: string): boolean {
  if (process.platform !== "linux") return true;
  try {
    const opened = readlinkSync(`/proc/self/fd/${descriptor}`, { encoding: "buffer" });
    return path.isWellFormed() ? opened.toString("utf8") === path : decodePathBytes(opened) === decodePathBytes(encodePathBytes(path));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENAMETOOLONG", "EACCES")) return true;
    throw error;
  }
}
