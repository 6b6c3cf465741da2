import { AmbiguousIdError, CheckpointNotFoundError, InvalidArgumentError, NothingToUndoError } from "../errors/index.js";
import { isCheckpointId, type CheckpointRecord } from "../formats/index.js";
import type { ListFilter } from "./requests.js";

/**
 * Finds a checkpoint by what a person types: the full id, a unique part of it, `latest`, `latest~2` (backups do not count),
 * `backup` (the newest), `step:3`, `task:7` or `task:7/start` (the newest of each).
 * @throws CheckpointNotFoundError, AmbiguousIdError, NothingToUndoError for `backup`, InvalidArgumentError for an empty text
 */
export function findRecord(records: readonly CheckpointRecord[], text: string): CheckpointRecord {
  if (text.trim() === "") throw new InvalidArgumentError("id", text, "a checkpoint id, or a word such as latest");
  const exact = records.find((record) => record.id === text);
  // A full id means that one only: it may be gone, and the next of its second begins alike.
  const found = exact ?? (isCheckpointId(text) ? undefined : (findByWord(newestFirst(records), text) ?? findByPart(records, text)));
  if (found === undefined) throw new CheckpointNotFoundError(text);
  return found;
}

/** Chooses the records that a list shows, oldest first. */
export function selectRecords(records: readonly CheckpointRecord[], filter: ListFilter): CheckpointRecord[] {
  const { limit } = filter;
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1))
    throw new InvalidArgumentError("limit", limit, "a whole number from 1 on");
  const chosen = newestFirst(records).filter(
    (record) =>
      (filter.type === undefined || record.type === filter.type) &&
      (filter.step === undefined || record.stepNumber === filter.step) &&
      (filter.taskId === undefined || record.taskId === filter.taskId) &&
      (filter.stage === undefined || record.stage === filter.stage) &&
      (filter.phase === undefined || record.phase === filter.phase) &&
      (filter.sessionId === undefined || record.sessionId === filter.sessionId) &&
      (filter.workflowId === undefined || record.workflowId === filter.workflowId) &&
      hasMetadata(record, filter.metadata ?? {}) &&
      (filter.tag === undefined || record.tags.includes(filter.tag)) &&
      (filter.since === undefined || new Date(record.createdAt).getTime() >= filter.since.getTime()),
  );
  return chosen.slice(0, limit ?? chosen.length).reverse();
}

function hasMetadata({ metadata }: CheckpointRecord, wanted: NonNullable<ListFilter["metadata"]>): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(metadata, key) && (value === null || metadata[key] === value));
}

function newestFirst(records: readonly CheckpointRecord[]): CheckpointRecord[] {
  return [...records].sort((one, other) => other.sequence - one.sequence);
}

/** Undefined when the text is none of the words, so that it can still be a part of an id. */
function findByWord(newest: readonly CheckpointRecord[], text: string): CheckpointRecord | undefined {
  const latest = /^latest(?:~(\d{1,6}))?$/.exec(text);
  if (latest) return orNotFound(newest.filter(({ type }) => type !== "backup")[Number(latest[1] ?? 0)], text);
  if (text === "backup") {
    const backup = newest.find(({ type }) => type === "backup");
    if (backup === undefined) throw new NothingToUndoError();
    return backup;
  }
  const step = /^step:(\d{1,9})$/.exec(text);
  if (step)
    return orNotFound(
      newest.find(({ type, stepNumber }) => type !== "backup" && stepNumber === Number(step[1])),
      text,
    );
  if (text.startsWith("task:")) return orNotFound(findTask(newest, text.slice("task:".length)), text);
  return undefined;
}

/** A task's name may hold a slash, so the whole text is tried before its end is taken for a stage. */
function findTask(newest: readonly CheckpointRecord[], text: string): CheckpointRecord | undefined {
  const slash = text.lastIndexOf("/");
  const named = newest.find((record) => record.taskId === text);
  return named ?? newest.find(({ taskId, stage }) => slash > 0 && taskId === text.slice(0, slash) && stage === text.slice(slash + 1));
}

function findByPart(records: readonly CheckpointRecord[], text: string): CheckpointRecord | undefined {
  const matches = records.filter(({ id }) => id.includes(text));
  if (matches.length > 1)
    throw new AmbiguousIdError(
      text,
      matches.map(({ id }) => id),
    );
  return matches[0];
}

function orNotFound(record: CheckpointRecord | undefined, text: string): CheckpointRecord {
  if (record === undefined) throw new CheckpointNotFoundError(text);
  return record;
}
