import { lstatSync } from "node:fs";
import { toFsPath } from "./path-bytes.js";

/**
 * Tells whether anything stands at a path, be it a dangling symlink.
 *
 * Not Node's `existsSync`, which answers no as well when the disk or the rights to it give no answer: what is taken for absent on its word
 * could be removed, or written over.
 */
export function isThere(path: string): boolean {
  return lstatSync(toFsPath(path), { throwIfNoEntry: false }) !== undefined;
}
