import { InvalidArgumentError, UnsafePathError } from "../errors/index.js";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A path below the change directory, `/`-separated on every platform; "" is the directory itself. */
export type RelativePath = Branded<"RelativePath">;
/** The full id of a checkpoint, which is also the name of its folder. */
export type CheckpointId = Branded<"CheckpointId">;
/** A SHA-256 digest as 64 lower-case hexadecimal digits. */
export type Sha256 = Branded<"Sha256">;

/** The change directory itself, as a relative path. */
export const ROOT_PATH = "" as RelativePath;

const ID = /^checkpoint-(\d{8}-\d{6})-([a-z0-9_]{1,80})(?:-(\d{1,10}))?$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** Tells whether a text is a well-formed checkpoint id; nothing else may name a folder of the store. */
export function isCheckpointId(text: string): text is CheckpointId {
  return ID.test(text);
}

/** @throws InvalidArgumentError when the text is no checkpoint id. */
export function parseCheckpointId(text: string): CheckpointId {
  if (!isCheckpointId(text)) throw new InvalidArgumentError("checkpoint id", text, "like checkpoint-20251020-143025-step02");
  return text;
}

/** Takes an id apart; `second` is UTC `YYYYMMDD-HHMMSS`, `suffix` is null for the first claim of a name. */
export function splitCheckpointId(id: CheckpointId): { second: string; label: string; suffix: number | null } {
  const match = ID.exec(id) as RegExpExecArray;
  return { second: match[1] as string, label: match[2] as string, suffix: match[3] === undefined ? null : Number(match[3]) };
}

/** Tells whether a text is a SHA-256 digest in hexadecimal. */
export function isSha256(text: unknown): text is Sha256 {
  return typeof text === "string" && SHA256.test(text);
}

/**
 * Checks a path that came from outside (a file on disk, a caller).
 * @throws UnsafePathError when it is absolute, climbs with `..`, or has an empty, `.` or NUL-bearing part.
 */
export function parseRelativePath(text: string): RelativePath {
  if (text === "") return ROOT_PATH;
  if (text.startsWith("/")) throw new UnsafePathError(text, "is an absolute path");
  for (const part of text.split("/")) assertSafeName(part, text);
  return text as RelativePath;
}

/** @throws UnsafePathError when a single name could lead anywhere but to a child of its folder. */
export function assertSafeName(name: string, shownPath: string = name): void {
  if (name === "..") throw new UnsafePathError(shownPath, "leads out of the directory");
  if (name === "" || name === "." || name.includes("/") || name.includes("\0")) {
    throw new UnsafePathError(shownPath, "is not a plain relative path");
  }
}

/** Appends a child's name to a relative path. */
export function childPath(parent: RelativePath, name: string): RelativePath {
  return (parent === "" ? name : `${parent}/${name}`) as RelativePath;
}

/** The folder of a relative path; the root's parent is the root. */
export function parentPath(path: RelativePath): RelativePath {
  const slash = path.lastIndexOf("/");
  return (slash < 0 ? "" : path.slice(0, slash)) as RelativePath;
}

/** The last part of a relative path. */
export function baseName(path: RelativePath): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Tells whether a path is the given folder or stands below it. */
export function isAtOrBelow(path: RelativePath, folder: RelativePath): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** The number of parts of a path; the root has none. */
export function depthOf(path: RelativePath): number {
  return path === "" ? 0 : path.split("/").length;
}
