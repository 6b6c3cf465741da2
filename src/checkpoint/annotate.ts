import { InvalidArgumentError } from "../errors/index.js";
import type { CheckpointRecord } from "../formats/index.js";
import type { StoreWriter } from "../store/index.js";
import { toCheckpoint } from "./list.js";
import type { Checkpoint } from "./requests.js";
import { findRecord } from "./select.js";

/** What may change after a checkpoint is published; the snapshot and the manifest never do. */
export type Annotation = Partial<
  Pick<CheckpointRecord, "success" | "notes" | "tags" | "isPinned" | "rollbackUsed" | "rollbackCount" | "run">
>;

/** Changes what the index says of a checkpoint; @throws CheckpointNotFoundError, AmbiguousIdError */
export function annotate(writer: StoreWriter, id: string, change: (record: CheckpointRecord) => Annotation): Checkpoint {
  const record = findRecord(writer.index.checkpoints, id);
  const next: CheckpointRecord = { ...record, ...change(record) };
  const checkpoints = writer.index.checkpoints.map((one) => (one.id === record.id ? next : one));
  if (JSON.stringify(next) !== JSON.stringify(record)) writer.save({ ...writer.index, checkpoints });
  return toCheckpoint(writer.store, next);
}

/** Protects a checkpoint from cleanup and deletion, or no longer. */
export function setPinned(writer: StoreWriter, id: string, isPinned: boolean): Checkpoint {
  return annotate(writer, id, () => ({ isPinned }));
}

/** Adds and removes tags; each stands once, in order of arrival. */
export function setTags(writer: StoreWriter, id: string, change: { add?: readonly string[]; remove?: readonly string[] }): Checkpoint {
  const removed = new Set(change.remove ?? []);
  const added = (change.add ?? []).map(assertTag);
  return annotate(writer, id, ({ tags }) => ({ tags: [...new Set([...tags, ...added])].filter((tag) => !removed.has(tag)) }));
}

/** @throws InvalidArgumentError for a tag that is empty, too long, or holds a comma or a line end. */
export function assertTag(tag: string): string {
  if (tag.trim() !== tag || tag === "" || tag.length > 100 || /[,\p{Cc}]/u.test(tag)) {
    throw new InvalidArgumentError("tag", tag, "a word of at most 100 characters without commas or control characters");
  }
  return tag;
}
