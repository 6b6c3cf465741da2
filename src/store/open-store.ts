import { lstatSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, parse, resolve, sep } from "node:path";
import { DirectoryNotFoundError, hasCode, StoreUnusableError, UnsafeDirectoryError, UnsafePathError } from "../errors/index.js";
import type { CheckpointId } from "../formats/index.js";
import { withStorageErrorsSync } from "../platform/index.js";

/** A store and the directory it protects; holds paths only, no open handle. */
export interface Store {
  /** The change directory, without symlinks. */
  readonly directory: string;
  readonly path: string;
  readonly changeId: string;
  readonly indexPath: string;
  readonly manifestsPath: string;
  readonly lockPath: string;
  /** The folder that names damaged content; there only while there is some. */
  readonly damagedPath: string;
  /** The records of sessions; there only once one was started. */
  readonly sessionsPath: string;
  readonly progressLogPath: string;
  snapshotPath(id: CheckpointId): string;
}

/**
 * Names the store of a directory; neither has to hold anything yet.
 * @throws DirectoryNotFoundError, UnsafePathError when `.checkpoints` is a symlink, UnsafeDirectoryError when the store
 * would lie around its own directory.
 */
export function openStore(directory: string, storePath?: string): Store {
  return withStorageErrorsSync(storePath ?? directory, () => locateStore(directory, storePath));
}

function locateStore(directory: string, storePath: string | undefined): Store {
  const realDirectory = resolveDirectory(directory);
  const path = storePath === undefined ? join(realDirectory, ".checkpoints") : resolveStorePath(storePath);
  if (isAtOrAbove(path, realDirectory)) throw new UnsafeDirectoryError(path, "cannot be the store of a directory inside it");
  assertPlainFolder(path);
  return {
    directory: realDirectory,
    path,
    changeId: basename(realDirectory),
    indexPath: join(path, "state.json"),
    manifestsPath: join(path, "manifests"),
    lockPath: join(path, "lock"),
    damagedPath: join(path, "damaged"),
    sessionsPath: join(path, "sessions"),
    progressLogPath: join(path, "progress.log"),
    snapshotPath: (id) => join(path, id),
  };
}

/**
 * Refuses directories that a mistake must never replace.
 * @throws UnsafeDirectoryError for the file system's root, the home directory, and every ancestor of it.
 */
export function assertSafeDirectory(directory: string): void {
  if (directory === parse(directory).root) throw new UnsafeDirectoryError(directory, "is the root of the file system");
  const homes = [homedir(), process.env["HOME"]].filter((home): home is string => typeof home === "string" && home !== "");
  for (const home of homes.map(realPathOrSelf)) {
    if (directory === home) throw new UnsafeDirectoryError(directory, "is the home directory");
    if (isAtOrAbove(directory, home)) throw new UnsafeDirectoryError(directory, "holds the home directory");
  }
}

function resolveDirectory(directory: string): string {
  try {
    const path = realpathSync(directory);
    if (!statSync(path).isDirectory()) throw new DirectoryNotFoundError(directory, "is not a directory");
    return path;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) throw new DirectoryNotFoundError(directory);
    if (hasCode(error, "EACCES", "ELOOP")) throw new DirectoryNotFoundError(directory, `cannot be entered (${error.code})`);
    throw error;
  }
}

/** The store may not exist yet: the part that does is resolved. */
function resolveStorePath(storePath: string): string {
  const path = resolve(storePath);
  try {
    return realpathSync(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw new StoreUnusableError(path, "cannot be reached", error);
    return path === dirname(path) ? path : join(resolveStorePath(dirname(path)), basename(path));
  }
}

function assertPlainFolder(path: string): void {
  try {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) throw new UnsafePathError(path, "is a symlink; name its target with --store");
    if (!stats.isDirectory()) throw new StoreUnusableError(path, "is not a folder");
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function realPathOrSelf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES", "ENOTDIR")) return resolve(path);
    throw error;
  }
}

function isAtOrAbove(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
