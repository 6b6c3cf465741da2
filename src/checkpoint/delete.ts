import { InUseError, PinnedError } from "../errors/index.js";
import type { CheckpointRecord } from "../formats/index.js";
import { readDiskUsage, type RemovalWatch } from "../platform/index.js";
import { moveToTrash, removeWorkFolder, type StoreWriter } from "../store/index.js";
import { toCheckpoint } from "./list.js";
import type { CallOptions, Checkpoint } from "./requests.js";
import { describeRunState } from "./run-state.js";
import { findRecord } from "./select.js";
import { storedPathsOf, surveying } from "./sizes.js";

/**
 * Deletes the named checkpoints, all or none.
 * @throws PinnedError, InUseError for the checkpoint of a step that still runs, CheckpointNotFoundError, AmbiguousIdError
 */
export async function deleteCheckpoints(
  writer: StoreWriter,
  ids: readonly string[],
  options: CallOptions,
): Promise<{ deleted: Checkpoint[]; freedBytes: number }> {
  const records = [...new Set(ids.map((id) => findRecord(writer.index.checkpoints, id)))];
  for (const record of records) {
    if (record.isPinned) throw new PinnedError(record.id);
    if (describeRunState(record) === "running") throw new InUseError(record.id, "its step is still running");
  }
  const freedBytes = await removeRecords(writer, records, options);
  return { deleted: records.map((record) => toCheckpoint(writer.store, record)), freedBytes };
}

/**
 * Takes checkpoints out: renamed into the trash, forgotten by the index, and only then removed. Gives the bytes freed on
 * disk, hard links counted once.
 */
export async function removeRecords(writer: StoreWriter, records: readonly CheckpointRecord[], options: CallOptions): Promise<number> {
  if (records.length === 0) return 0;
  const { store } = writer;
  const { freedBytes } = await readDiskUsage(
    records.flatMap(({ id }) => storedPathsOf(store, id)),
    surveying(options),
  );
  const ids = new Set(records.map(({ id }) => id));
  const trash = moveToTrash(store, [...ids], writer.durability);
  try {
    writer.save({ ...writer.index, checkpoints: writer.index.checkpoints.filter(({ id }) => !ids.has(id)) });
  } catch (error) {
    trash.putBack();
    throw error;
  }
  await removeWorkFolder(trash.path, watchRemoval(records, options));
  return freedBytes;
}

/** Files are counted as the records do; the manifests go with them. */
function watchRemoval(records: readonly CheckpointRecord[], { onProgress }: CallOptions): RemovalWatch {
  const totalEntries = records.reduce((sum, { fileCount }) => sum + fileCount + 1, 0);
  let doneEntries = 0;
  const report = (): void => onProgress?.({ activity: "remove", doneEntries, totalEntries, doneBytes: 0, totalBytes: null });
  report();
  return {
    onRemoved: () => {
      doneEntries = Math.min(doneEntries + 1, totalEntries);
    },
    onRest: report,
  };
}
