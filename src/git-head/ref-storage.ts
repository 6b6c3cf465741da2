import type { Repository } from "./find-repository.js";
import { joinAsWritten, readWholeFile, UnreadableError } from "./git-file.js";

/** Where HEAD points in a reftable repository: a name that is not valid, so that a git without reftable stops there. */
export const REFTABLE_PLACEHOLDER = "refs/heads/.invalid";

export const REFTABLE_PROBLEM = "keeps its refs in the reftable format, which stepback does not read";

/** A config lists every branch with an upstream; even those of ten thousand stay far below this. */
const MAX_CONFIG_BYTES = 16 * 1024 * 1024;

/** Refuses a repository whose refs are not plain files: what stands in the files then is not true. */
export function assertPlainRefStorage({ gitFolder, commonFolder }: Repository): void {
  const config = readWholeFile(joinAsWritten(commonFolder, "config"), MAX_CONFIG_BYTES);
  const storage = config === undefined ? "files" : parseRefStorage(config.toString("latin1"));
  if (storage === "files") return;
  throw new UnreadableError(gitFolder, storage === "reftable" ? REFTABLE_PROBLEM : "does not keep its refs in plain files of its own");
}

/** Gives the value of `extensions.refStorage` in a git config; `files` when it has none. The last one counts. */
export function parseRefStorage(config: string): string {
  let storage = "files";
  if (!/refstorage/i.test(config)) return storage;
  let section = "";
  for (const line of config.split("\n")) {
    const header = /^\s*\[([^\]]*)\]/.exec(line);
    section = header?.[1]?.trim().toLowerCase() ?? section;
    const setting = line.slice(header?.[0].length ?? 0);
    if (section === "extensions") storage = /^\s*refstorage\s*=\s*"?([^"\s;#]*)/i.exec(setting)?.[1]?.toLowerCase() ?? storage;
  }
  return storage;
}
