import { lstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DirectoryNotFoundError, hasCode, UnsafePathError, UsageError } from "../errors/index.js";
import { parseRelativePath } from "../formats/index.js";
import { selfAndAncestors } from "./ancestors.js";
import { normalizeChangesRoot } from "./changes-root.js";
import { loadConfig } from "./load-config.js";
import type { ConfigSources } from "./loaded-config.js";

const STORE_NAME = ".checkpoints";

/** How a caller names the change directory: by path, by change id, or by where it stands. */
export interface DirectoryRequest extends ConfigSources {
  /** The directory itself, relative to `cwd`. */
  dir?: string;
  /** A folder below the changes root, which is searched for from `cwd` upward. */
  changeId?: string;
  cwd: string;
  /** Where change ids are looked up; the configuration's by default. */
  changesRoot?: string;
  /** The store, where the caller names one. */
  storePath?: string;
}

/**
 * Gives the change directory that a request means, absolute and without symlinks.
 *
 * With neither a path nor an id it is the nearest folder with a store, from `cwd` upward, else `cwd`; a symlink in a store's place on the
 * way is refused. A named store that is
 * some folder's own `.checkpoints` above `cwd` means that folder; one that stands elsewhere means `cwd`.
 * @throws DirectoryNotFoundError, UnsafePathError also when the id leads out of the changes root, UsageError when path and id are given.
 */
export async function resolveChangeDirectory(request: DirectoryRequest): Promise<string> {
  const { dir, changeId, cwd, storePath } = request;
  if (dir !== undefined && changeId !== undefined) {
    throw new UsageError("a directory and a change id both name the change directory", "Give one of --dir and --change-id.");
  }
  if (dir !== undefined) return dir === "" ? notFound("''", "names no directory") : realDirectory(resolve(cwd, dir));
  const start = realDirectory(resolve(cwd));
  if (changeId !== undefined) return findChange(start, await changesRootOf(request), changeId);
  return (storePath === undefined ? nearestWithStore(start) : ownerOfStore(start, resolve(cwd, storePath))) ?? start;
}

async function changesRootOf({ cwd, changesRoot, changeId, ...sources }: DirectoryRequest): Promise<string> {
  assertChangeId(changeId as string);
  if (changesRoot === undefined) return (await loadConfig(cwd, sources)).config.changesRoot;
  const folder = normalizeChangesRoot(changesRoot);
  if (folder === undefined) throw new UnsafePathError(changesRoot, "is no relative path for a changes root");
  return folder;
}

function assertChangeId(changeId: string): void {
  if (parseRelativePath(changeId) === "") throw new UnsafePathError(changeId, "names no change");
}

function findChange(start: string, changesRoot: string, changeId: string): string {
  for (const folder of selfAndAncestors(start)) {
    const candidate = join(folder, changesRoot, changeId);
    if (isDirectory(candidate)) return realDirectory(candidate);
  }
  return notFound(join(changesRoot, changeId), `is neither in ${start} nor in a folder above it`);
}

function nearestWithStore(start: string): string | undefined {
  for (const folder of selfAndAncestors(start)) {
    const path = join(folder, STORE_NAME);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    // Passing it over would work on another directory than the one that is meant.
    if (stats?.isSymbolicLink() === true) throw new UnsafePathError(path, "is a symlink; name its target with --store");
    if (stats?.isDirectory() === true) return folder;
  }
  return undefined;
}

function ownerOfStore(start: string, storePath: string): string | undefined {
  if (basename(storePath) !== STORE_NAME || !isDirectory(dirname(storePath))) return undefined;
  const owner = realDirectory(dirname(storePath));
  for (const folder of selfAndAncestors(start)) if (folder === owner) return owner;
  return undefined;
}

function realDirectory(path: string): string {
  return isDirectory(path) ? realpathSync(path) : notFound(path);
}

function isDirectory(path: string): boolean {
  if (path.includes("\0")) return false;
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    if (hasCode(error, "ENOTDIR", "ENAMETOOLONG", "ELOOP")) return false;
    if (hasCode(error, "EACCES", "EPERM")) return notFound(path, `cannot be entered (${error.code})`);
    throw error;
  }
}

function notFound(path: string, problem?: string): never {
  throw new DirectoryNotFoundError(path, problem);
}
