import type { CheckpointRecord } from "../formats/index.js";
import type { IndexState, Store } from "../store/index.js";
import type { Checkpoint, ListFilter } from "./requests.js";
import { describeRunState } from "./run-state.js";
import { selectRecords } from "./select.js";

/** The checkpoints that are there, oldest first; those whose folder was deleted by hand are named in the warnings. */
export function listCheckpoints(store: Store, state: IndexState, filter: ListFilter): { checkpoints: Checkpoint[]; warnings: string[] } {
  const isPresent = (record: CheckpointRecord): boolean => state.form === "legacy" || state.listing.folders.has(record.id);
  const missing = state.index.checkpoints.filter((record) => !isPresent(record));
  const present = state.index.checkpoints.filter(isPresent);
  return {
    checkpoints: selectRecords(present, filter).map((record) => toCheckpoint(store, record)),
    warnings: [...state.warnings, ...missing.map(({ id }) => `${id} is not shown: its folder was deleted`)],
  };
}

/** Adds to a record what only the present moment tells. */
export function toCheckpoint(store: Store, record: CheckpointRecord): Checkpoint {
  return { ...record, storedPath: store.snapshotPath(record.id), runState: describeRunState(record) };
}
