import { lstatSync } from "node:fs";
import { toFsPath } from "./path-bytes.js";

/** Tells whether anything at all bears a name, a symlink to nowhere too. */
export function isTaken(path: string): boolean {
  return lstatSync(toFsPath(path), { throwIfNoEntry: false }) !== undefined;
}
