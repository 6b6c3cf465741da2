import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { decodePathBytes, toFsPath } from "../platform/index.js";
import { isTaken, joinAsWritten, readPathFile, readStat, UnreadableError } from "./git-file.js";

/** Where a repository keeps its files; both folders are the same unless this is a linked worktree. */
export interface Repository {
  /** HEAD and the refs of this worktree alone. */
  gitFolder: string;
  /** The refs that all worktrees share, packed-refs and config. */
  commonFolder: string;
}

const GITFILE_PREFIX = "gitdir: ";

/**
 * Finds the repository that a directory lies in: the nearest `.git`, from the directory itself up to the root.
 *
 * A `.git` folder without HEAD, objects or refs is passed by, as git does. One whose HEAD is there but damaged is not,
 * although git passes by that too: the commit of a repository further up would be the wrong one.
 */
export function findRepository(directory: string): Repository | undefined {
  let folder = readPhysicalPath(directory);
  for (;;) {
    const repository = openRepositoryIn(folder);
    if (repository !== undefined) return repository;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

/** The path with its symlinks followed: where the files are, there is their repository. */
function readPhysicalPath(directory: string): string {
  try {
    return decodePathBytes(realpathSync.native(toFsPath(directory), { encoding: "buffer" }));
  } catch {
    // Whatever stands in the way stands in the way of the search too, and is told there.
    return resolve(directory);
  }
}

function openRepositoryIn(folder: string): Repository | undefined {
  const path = joinAsWritten(folder, ".git");
  const stat = readStat(path);
  if (stat?.isDirectory()) return openRepository(path);
  if (!stat?.isFile()) return undefined;
  const repository = openRepository(joinAsWritten(folder, readGitfile(path)));
  if (repository === undefined) throw new UnreadableError(path, "points to a git folder that is missing or incomplete");
  return repository;
}

/** Reads where a `.git` file points (worktrees, submodules, `--separate-git-dir`); relative means to the file's folder. */
function readGitfile(path: string): string {
  const line = readPathFile(path) ?? "";
  if (line.startsWith(GITFILE_PREFIX) && line.length > GITFILE_PREFIX.length) return line.slice(GITFILE_PREFIX.length);
  throw new UnreadableError(path, "is damaged: it does not name a git folder");
}

function openRepository(gitFolder: string): Repository | undefined {
  if (!isTaken(joinAsWritten(gitFolder, "HEAD"))) return undefined;
  const sharedPath = readPathFile(joinAsWritten(gitFolder, "commondir"));
  const commonFolder = sharedPath === undefined ? gitFolder : joinAsWritten(gitFolder, sharedPath);
  const isComplete = ["objects", "refs"].every((name) => readStat(joinAsWritten(commonFolder, name)) !== undefined);
  return isComplete ? { gitFolder, commonFolder } : undefined;
}
