import { encodePathBytes } from "../../../src/index.js";

/** What the model holds of one path; contents are bytes as latin1. */
export type ModelEntry =
  | { type: "file"; mode: number; mtimeUs: bigint; content: string }
  | { type: "directory"; mode: number; mtimeUs: bigint }
  | { type: "symlink"; mtimeUs: bigint; target: string };

/** A directory as the model holds it, by path; the directory itself is "". */
export type ModelTree = ReadonlyMap<string, ModelEntry>;

/** The names that the rules leave out. */
export const IGNORE_PATTERN = "*.skip";

export function isIgnored(path: string): boolean {
  return path.split("/").some((name) => name.endsWith(".skip"));
}

/** What a checkpoint holds of a tree. */
export function capturedOf(tree: ModelTree): Map<string, ModelEntry> {
  return new Map([...tree].filter(([path]) => !isIgnored(path)));
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

export function isBelow(path: string, folder: string): boolean {
  return path !== folder && (folder === "" || path.startsWith(`${folder}/`));
}

export function isSameEntry(one: ModelEntry | undefined, other: ModelEntry | undefined): boolean {
  return one !== undefined && other !== undefined && hasSameContent(one, other) && hasSameAttributes(one, other);
}

export function hasSameContent(one: ModelEntry, other: ModelEntry): boolean {
  if (one.type === "file") return other.type === "file" && one.content === other.content;
  if (one.type === "symlink") return other.type === "symlink" && one.target === other.target;
  return other.type === "directory";
}

export function hasSameAttributes(one: ModelEntry, other: ModelEntry): boolean {
  return one.mtimeUs === other.mtimeUs && modeOf(one) === modeOf(other);
}

/** The form in which `pictureOf` tells what is on disk. */
export function pictureOfModel(tree: ModelTree): Record<string, string> {
  return Object.fromEntries([...tree].map(([path, entry]) => [shownPath(path, entry), describe(entry)]));
}

/** What a snapshot holds of a tree: contents and the modes of stored files; times are in the manifest. */
export function storedPictureOfModel(tree: ModelTree): Record<string, string> {
  return Object.fromEntries([...tree].map(([path, entry]) => [shownPath(path, entry), describeStored(entry)]));
}

function shownPath(path: string, { type }: ModelEntry): string {
  if (path === "") return ".";
  return encodePathBytes(path).toString("latin1") + (type === "directory" ? "/" : "");
}

function describe(entry: ModelEntry): string {
  const attributes = `${entry.type === "symlink" ? "link" : entry.mode.toString(8)} ${entry.mtimeUs}`;
  return entry.type === "directory" ? attributes : `${attributes} ${contentText(entry)}`;
}

function describeStored(entry: ModelEntry): string {
  if (entry.type === "directory") return ((entry.mode & 0o777) | 0o700).toString(8);
  return entry.type === "symlink" ? `link ${contentText(entry)}` : `${((entry.mode & 0o555) | 0o400).toString(8)} ${contentText(entry)}`;
}

function contentText(entry: Exclude<ModelEntry, { type: "directory" }>): string {
  return entry.type === "symlink" ? `-> ${entry.target}` : entry.content;
}

function modeOf(entry: ModelEntry): number {
  return entry.type === "symlink" ? 0 : entry.mode;
}
