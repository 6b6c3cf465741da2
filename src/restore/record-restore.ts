import type { Journal, RestoreRecord } from "../formats/index.js";
import type { StoreWriter } from "../store/index.js";

/** How many restores the history keeps; about 300 bytes each. */
const KEPT_RESTORES = 1000;

/** Writes a restore into the history, once, and counts it on the record of its target. */
export function recordRestore(writer: StoreWriter, journal: Journal, result: RestoreRecord["result"]): void {
  const { index } = writer;
  if (index.restores.some((restore) => restore.backup === journal.backup)) return;
  const restore: RestoreRecord = {
    at: journal.startedAt,
    target: journal.target,
    backup: journal.backup,
    paths: journal.paths,
    counts: journal.counts,
    result,
  };
  const checkpoints = index.checkpoints.map((record) =>
    record.id !== journal.target || result === "rolled_back"
      ? record
      : { ...record, rollbackUsed: true, rollbackCount: record.rollbackCount + 1 },
  );
  writer.save({ ...index, checkpoints, restores: [...index.restores, restore].slice(-KEPT_RESTORES) });
}
