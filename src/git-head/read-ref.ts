import type { Repository } from "./find-repository.js";
import { joinAsWritten, readRefFile, readWholeFile, UnreadableError } from "./git-file.js";
import { parseObjectId } from "./object-id.js";
import { findPackedRef } from "./packed-refs.js";
import { isPerWorktreeRef, isRefName } from "./ref-name.js";
import { REFTABLE_PLACEHOLDER, REFTABLE_PROBLEM } from "./ref-storage.js";

export type RefValue = { kind: "id"; id: string } | { kind: "symbolic"; name: string };

/** Reads HEAD of this worktree. */
export function readHead({ gitFolder }: Repository): RefValue {
  const path = joinAsWritten(gitFolder, "HEAD");
  const text = readRefFile(path);
  if (text === undefined) throw new UnreadableError(path, "is not a file");
  return parseRef(text, path);
}

/**
 * Reads a ref; undefined when there is none, as for a branch without a commit.
 *
 * Its own file comes before packed-refs, because git packs in the other order: a ref is never missed between the two.
 */
export function readRef(repository: Repository, name: string): RefValue | undefined {
  const folder = isPerWorktreeRef(name) ? repository.gitFolder : repository.commonFolder;
  const path = joinAsWritten(folder, name);
  const text = readRefFile(path);
  return text === undefined ? readPackedRef(repository, name) : parseRef(text, path);
}

/** No name but a valid one comes out of here, so none that leads out of the git folder is ever opened. */
function parseRef(text: string, path: string): RefValue {
  if (text.startsWith("ref:")) {
    const name = text.slice("ref:".length).replace(/^[ \t]+/, "");
    if (name === REFTABLE_PLACEHOLDER) throw new UnreadableError(path, REFTABLE_PROBLEM);
    if (!isRefName(name)) throw new UnreadableError(path, "is damaged: it does not name a valid ref");
    return { kind: "symbolic", name };
  }
  const id = parseObjectId(text.split(/[ \t\r\n]/, 1)[0] as string);
  if (id === undefined) throw new UnreadableError(path, "is damaged: it holds neither an object id nor the name of a ref");
  return { kind: "id", id };
}

function readPackedRef({ commonFolder }: Repository, name: string): RefValue | undefined {
  const path = joinAsWritten(commonFolder, "packed-refs");
  const file = readWholeFile(path, Infinity);
  const packed = file === undefined ? undefined : findPackedRef(file, name);
  if (packed === "damaged") throw new UnreadableError(path, "is damaged: a ref has no object id");
  return packed === undefined ? undefined : { kind: "id", id: packed.id };
}
