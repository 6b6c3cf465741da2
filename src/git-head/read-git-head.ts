import { printablePath } from "../platform/index.js";
import { findRepository, type Repository } from "./find-repository.js";
import { UnreadableError } from "./git-file.js";
import { readHead, readRef, type RefValue } from "./read-ref.js";
import { assertPlainRefStorage } from "./ref-storage.js";

export interface GitHead {
  /** The full object id in lower case; null outside a repository, on an unborn branch, and with a warning. */
  commit: string | null;
  /** The name below `refs/heads/`; null when HEAD is detached or points elsewhere. With a warning, as far as HEAD could be followed. */
  branch: string | null;
  /** A sentence that says why the commit of a repository that is there cannot be told. */
  warning: string | null;
}

/** As many refs as git reads on the way from HEAD to an object id (its SYMREF_MAXDEPTH). */
const MAX_REFS_READ = 5;

const BRANCH_PREFIX = "refs/heads/";

/** Reads the commit and branch of HEAD in the repository that a directory lies in. */
export function readGitHead(directory: string): GitHead {
  const head: GitHead = { commit: null, branch: null, warning: null };
  try {
    const repository = findRepository(directory);
    if (repository !== undefined) followHead(repository, head);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    head.warning = `The git commit is not known: '${printablePath(error.path)}' ${error.problem}.`;
  }
  return head;
}

/** Fills in each fact as it is found, so that the branch is told even when its commit cannot be read. */
function followHead(repository: Repository, head: GitHead): void {
  assertPlainRefStorage(repository);
  let value: RefValue | undefined = readHead(repository);
  for (let refsRead = 1; value?.kind === "symbolic"; refsRead += 1) {
    if (refsRead === MAX_REFS_READ) throw new UnreadableError(repository.gitFolder, "has symbolic refs in a circle or in too long a chain");
    head.branch = value.name.startsWith(BRANCH_PREFIX) ? value.name.slice(BRANCH_PREFIX.length) : null;
    value = readRef(repository, value.name);
  }
  head.commit = value?.id ?? null;
}
