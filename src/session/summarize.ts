import type { CheckpointRecord, CheckpointType } from "../formats/index.js";

/** The checkpoints of a store in numbers. */
export interface CheckpointSummary {
  total: number;
  /** Only the types that are there. */
  byType: Partial<Record<CheckpointType, number>>;
  /** How many were ever restored. */
  usedForRollback: number;
  /** How often, in all. */
  rollbacks: number;
  successful: number;
  failed: number;
  pinned: number;
  incomplete: number;
  latest: Pick<CheckpointRecord, "id" | "createdAt" | "type" | "notes"> | null;
}

/** Sums up the checkpoints; pure. */
export function summarizeCheckpoints(records: readonly CheckpointRecord[]): CheckpointSummary {
  const count = (holds: (record: CheckpointRecord) => boolean): number => records.filter(holds).length;
  const latest = records.toSorted((one, other) => one.sequence - other.sequence).findLast(({ type }) => type !== "backup");
  return {
    total: records.length,
    byType: countBy(records.map(({ type }) => type)),
    usedForRollback: count(({ rollbackUsed }) => rollbackUsed),
    rollbacks: records.reduce((sum, { rollbackCount }) => sum + rollbackCount, 0),
    successful: count(({ success }) => success === true),
    failed: count(({ success }) => success === false),
    pinned: count(({ isPinned }) => isPinned),
    incomplete: count(({ isComplete }) => !isComplete),
    latest: latest === undefined ? null : { id: latest.id, createdAt: latest.createdAt, type: latest.type, notes: latest.notes },
  };
}

/** How often each word comes, in order of the alphabet. */
export function countBy<Word extends string>(words: readonly Word[]): Partial<Record<Word, number>> {
  const counts: Partial<Record<Word, number>> = {};
  for (const word of words.toSorted()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
