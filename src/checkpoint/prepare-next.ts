import { linkSync, mkdirSync } from "node:fs";
import { hasCode, StepbackError } from "../errors/index.js";
import { parentPath, type CheckpointRecord, type RelativePath } from "../formats/index.js";
import { Slice, toFsPath, withStorageErrors } from "../platform/index.js";
import { discardWorkFolder, makePreparation, notePrepared, type Store } from "../store/index.js";
import { findParent } from "./find-parent.js";
import type { Parent } from "./snapshot-writer.js";
import { StoredFolders } from "./stored-folders.js";

/** Longer than a tick of the file system's clock: the note must be younger than the last folder that was filled. */
const TICK_MS = 10;

/** What a preparation meets when somebody else changes the store meanwhile, or when links cannot be had. */
const GIVES_UP_ON = [
  "ENOENT",
  "ENOTDIR",
  "EEXIST",
  "EMLINK",
  "EPERM",
  "EXDEV",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EACCES",
  "ENOSPC",
  "EDQUOT",
] as const;

/**
 * Begins the next snapshot before anybody asks for it: a work folder of the store with links to the files of the newest checkpoint, for
 * the next `create` or `restore` to take over. What has changed by then is exchanged, and what is missing is added.
 *
 * Takes no lock: another process may clear the folder away at any moment, and nothing is lost. Whoever aborts the signal wants an end, not an
 * error; what was linked until then stays. False where there is nothing to begin with, or no room.
 */
export function prepareNext(store: Store, records: readonly CheckpointRecord[], signal?: AbortSignal): Promise<boolean> {
  return withStorageErrors(store.path, async () => {
    const newest = records.at(-1);
    const parent = newest === undefined ? null : findParent(store, [newest]);
    if (newest === undefined || parent === null) return false;
    try {
      await prepareFrom(store, parent, signal);
      return true;
    } catch (error) {
      if (!givesUpOn(error)) throw error;
      return false;
    }
  });
}

function givesUpOn(error: unknown): boolean {
  return hasCode(error, ...GIVES_UP_ON) || (error instanceof StepbackError && error.code === "NO_SPACE");
}

async function prepareFrom(store: Store, parent: Parent, signal: AbortSignal | undefined): Promise<void> {
  const { workPath, snapshotPath } = makePreparation(store);
  let isNoted = false;
  try {
    await linkAll(parent, snapshotPath, signal);
    notePrepared(workPath, parent.id);
    isNoted = true;
  } finally {
    if (!isNoted) await discardWorkFolder(workPath);
  }
}

/** What does not look whole is left to the capture, which reads the live file. */
async function linkAll({ lines, snapshotPath: from, sealedAtNs }: Parent, to: string, signal: AbortSignal | undefined): Promise<void> {
  const slice = new Slice();
  const stored = new StoredFolders(from, sealedAtNs);
  const made = new Set<RelativePath>(["" as RelativePath]);
  const isOver = (): boolean => signal?.aborted === true;
  for (const folder of lines.folders()) {
    if (isOver()) break;
    if (folder !== "" && (!made.has(parentPath(folder)) || !stored.leadTo(folder))) continue;
    if (folder !== "") mkdirSync(toFsPath(`${to}/${folder}`), { mode: 0o700 });
    made.add(folder);
    for (const file of lines.storedFilesIn(folder)) {
      if (isOver()) break;
      if (stored.holdWhole(file)) linkSync(toFsPath(`${from}/${file.path}`), toFsPath(`${to}/${file.path}`));
      if (slice.isOver()) await slice.rest();
    }
  }
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
