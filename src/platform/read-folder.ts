import { readdirSync, type Dirent } from "node:fs";
import { decodePathBytes, toFsPath } from "./path-bytes.js";

/** Reads a folder's names with their types, sorted; a name in bytes that are not UTF-8 comes in its held form. */
export function readFolderNames(path: string): { name: string; entry: Dirent | Dirent<Buffer> }[] {
  const fsPath = toFsPath(path);
  const entries = readdirSync(fsPath, { withFileTypes: true });
  const isPlain = entries.every((entry) => !entry.name.includes("\ufffd"));
  const found: { name: string; entry: Dirent | Dirent<Buffer> }[] = isPlain
    ? entries.map((entry) => ({ name: entry.name, entry }))
    : readdirSync(fsPath, { withFileTypes: true, encoding: "buffer" }).map((entry) => ({ name: decodePathBytes(entry.name), entry }));
  return found.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}
