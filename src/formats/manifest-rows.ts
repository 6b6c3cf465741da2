import { formatHeldText, parseHeldText, type HeldText } from "./held-text.js";
import type { DirectoryEntry, FileEntry, FolderIdentity, SymlinkEntry, TreeEntry, UncapturedPath } from "./manifest.js";
import { assertSafeName, childPath, isSha256, parseRelativePath, type RelativePath } from "./names.js";
import type { JsonObject } from "./record-form.js";

/** What the cells of a row mean; written into every manifest so that it explains itself. */
export const FILE_COLUMNS = ["name", "mode", "size", "mtime_ns", "sha256", "uid", "gid", "ino", "ctime_ns"] as const;
export const SYMLINK_COLUMNS = ["name", "mode", "target", "mtime_ns", "uid", "gid", "ino", "ctime_ns"] as const;

const DIGITS = /^-?\d{1,20}$/;
const MODE = /^[0-7]{4}$/;

/** Permission bits as four octal digits, as `chmod` takes them. */
export function formatMode(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

export function parseMode(value: unknown): number {
  if (typeof value !== "string" || !MODE.test(value)) throw new Error(`mode ${JSON.stringify(value)} is not four octal digits`);
  return Number.parseInt(value, 8);
}

export function formatFolderIdentity({ ino, birthtimeNs }: FolderIdentity): JsonObject {
  return { ino: ino.toString(), birthtime_ns: birthtimeNs.toString() };
}

/** @throws Error for what is neither a folder's identity nor absent */
export function parseFolderIdentity(json: unknown): FolderIdentity | null {
  if (json === undefined) return null;
  const { ino, birthtime_ns: birthtimeNs } = json as JsonObject;
  return { ino: parseBigInt(ino), birthtimeNs: parseBigInt(birthtimeNs) };
}

/** The rows of a list, a line for each. */
export function joinRows(rows: readonly string[]): string {
  return rows.length === 0 ? "" : `\n   ${rows.join(",\n   ")}`;
}

/** One line of JSON: written by hand because JSON.stringify of whole rows takes twice as long. */
export function formatRow(entry: FileEntry | SymlinkEntry, name: HeldText): string {
  if (entry.type === "file") {
    const { before, after } = formatFileLooks(entry, name);
    return before + entry.sha256 + after;
  }
  const target = JSON.stringify(formatHeldText(entry.target));
  return `${formatNameCell(name)}"${formatMode(entry.mode)}",${target},"${entry.mtimeNs}",${formatOwnerAndIdentity(entry)}`;
}

/** The row of a file but for its hash: all that can be seen of the file from outside. */
export function formatFileLooks(file: Omit<FileEntry, "sha256">, name: HeldText): { before: string; after: string } {
  return {
    before: `${formatNameCell(name)}"${formatMode(file.mode)}",${file.size},"${file.mtimeNs}","`,
    after: `",${formatOwnerAndIdentity(file)}`,
  };
}

/** The start of a row, which tells it from all others of its folder. */
export function formatNameCell(name: HeldText): string {
  return `[${JSON.stringify(name)},`;
}

function formatOwnerAndIdentity({ uid, gid, ino, ctimeNs }: Omit<FileEntry, "sha256"> | SymlinkEntry): string {
  return `${uid},${gid},"${ino}","${ctimeNs}"]`;
}

/** @throws Error with a sentence when a cell is not what its column says. */
export function decodeDirectory(json: JsonObject): { directory: DirectoryEntry; entries: TreeEntry[] } {
  const text = parseHeldText(json["path"]);
  if (text === undefined) throw new Error("a folder's path is not text");
  const directory: DirectoryEntry = {
    type: "directory",
    path: parseRelativePath(text),
    mode: parseMode(json["mode"]),
    uid: parseOwner(json["uid"]),
    gid: parseOwner(json["gid"]),
    mtimeNs: parseBigInt(json["mtime_ns"]),
    ctimeNs: parseBigInt(json["ctime_ns"]),
    ino: parseBigInt(json["ino"]),
  };
  const entries: TreeEntry[] = [];
  for (const row of json["files"] as unknown[]) entries.push(decodeFile(directory.path, row));
  for (const row of json["symlinks"] as unknown[]) entries.push(decodeSymlink(directory.path, row));
  return { directory, entries };
}

/** By index and not by destructuring, which goes through an iterator for each of up to 100,000 rows. */
export function decodeFile(folder: RelativePath, row: unknown): FileEntry {
  const cells = parseCells(row, FILE_COLUMNS.length);
  const sha256 = cells[4];
  if (!isSha256(sha256)) throw new Error("a sha256 is not 64 hexadecimal digits");
  return {
    type: "file",
    path: decodePath(folder, cells[0]),
    mode: parseMode(cells[1]),
    size: parseCount(cells[2]),
    mtimeNs: parseBigInt(cells[3]),
    sha256,
    uid: parseOwner(cells[5]),
    gid: parseOwner(cells[6]),
    ino: parseBigInt(cells[7]),
    ctimeNs: parseBigInt(cells[8]),
  };
}

export function decodeSymlink(folder: RelativePath, row: unknown): SymlinkEntry {
  const cells = parseCells(row, SYMLINK_COLUMNS.length);
  const target = parseHeldText(cells[2]);
  if (target === undefined || target === "" || target.includes("\0")) throw new Error("a link target is not a path");
  return {
    type: "symlink",
    path: decodePath(folder, cells[0]),
    mode: parseMode(cells[1]),
    target,
    mtimeNs: parseBigInt(cells[3]),
    uid: parseOwner(cells[4]),
    gid: parseOwner(cells[5]),
    ino: parseBigInt(cells[6]),
    ctimeNs: parseBigInt(cells[7]),
  };
}

/** @throws Error with a sentence when the path is none. */
export function decodeUncaptured(json: JsonObject): UncapturedPath {
  const path = parseHeldText(json["path"]);
  if (path === undefined) throw new Error("a left-out path is not text");
  return { path: parseRelativePath(path), reason: json["reason"] as UncapturedPath["reason"], detail: json["detail"] as string };
}

function decodePath(folder: RelativePath, value: unknown): RelativePath {
  const name = parseHeldText(value);
  if (name === undefined) throw new Error("a name is not text");
  assertSafeName(name);
  return childPath(folder, name);
}

function parseCells(row: unknown, count: number): unknown[] {
  if (!Array.isArray(row) || row.length !== count) throw new Error(`a row has not ${count} cells`);
  return row;
}

export function parseCount(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw new Error(`${JSON.stringify(value)} is not a count`);
  return value;
}

/** The largest number that stands for nobody in particular. */
const MAX_OWNER = 0xffff_fffe;

/** Checks the number of a user or group. */
export function parseOwner(value: unknown): number {
  const owner = parseCount(value);
  if (owner > MAX_OWNER) throw new Error(`${owner} is nobody's number`);
  return owner;
}

export function parseBigInt(value: unknown): bigint {
  if (typeof value !== "string" || !DIGITS.test(value)) throw new Error(`${JSON.stringify(value)} is not a number in digits`);
  return BigInt(value);
}
