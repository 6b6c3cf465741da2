import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { hasCode, UnsafePathError } from "../errors/index.js";
import { parseRelativePath, ROOT_PATH, type RelativePath } from "../formats/index.js";

/**
 * Turns a path that a caller names, relative to the directory or absolute, into one below the directory.
 * @throws UnsafePathError for a path that leads out of the directory
 */
export function resolvePath(directory: string, text: string): RelativePath {
  if (text === "") throw new UnsafePathError(text, "is empty");
  const named = resolve(directory, text);
  // The directory itself may be named through a symlink.
  const full = isBelow(named, directory) || !isAbsolute(text) ? named : resolveFolders(named, text);
  if (full === directory) return ROOT_PATH;
  if (!isBelow(full, directory)) throw new UnsafePathError(text, "leads out of the directory");
  return parseRelativePath(
    full
      .slice(directory.length + 1)
      .split(sep)
      .join("/"),
  );
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory + sep);
}

/** The path without symlinks in what is there of it; its last part, which may be a symlink to restore, stays as it is, if it is no folder. */
function resolveFolders(path: string, text: string): string {
  const parent = dirname(path);
  if (parent === path) return path;
  try {
    return join(realpathSync(parent), basename(path));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return join(resolveFolders(parent, text), basename(path));
    if (hasCode(error, "EACCES", "ELOOP", "ENAMETOOLONG")) throw new UnsafePathError(text, `cannot be followed (${error.code})`, error);
    throw error;
  }
}
