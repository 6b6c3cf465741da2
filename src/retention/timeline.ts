import type { CheckpointRecord } from "../formats/index.js";

const MS_PER_DAY = 86_400_000;

/** The records in the two orders that rules go by. */
export interface Timeline {
  now: Date;
  /** By sequence: what was made last comes first, whatever the clock said. */
  newestFirst: readonly CheckpointRecord[];
  /** By time, for the rules that speak of hours and days; of equal times what was made last comes first. */
  latestFirst: readonly { record: CheckpointRecord; at: Date }[];
  /** Against `now`, at most; a time in the future is young. */
  isYoungerThan: (record: CheckpointRecord, days: number) => boolean;
}

/** Puts records in order; the order in which they come makes no difference. */
export function makeTimeline(records: readonly CheckpointRecord[], now: Date): Timeline {
  const newestFirst = [...records].sort(bySequence).reverse();
  const timed = newestFirst.map((record) => ({ record, at: new Date(record.createdAt) }));
  return {
    now,
    newestFirst,
    latestFirst: timed.sort((one, other) => orderOf(other.at) - orderOf(one.at) || 0),
    isYoungerThan: (record, days) => !(Date.parse(record.createdAt) <= now.getTime() - days * MS_PER_DAY),
  };
}

/** A time that cannot be read never makes a checkpoint old. */
function orderOf(moment: Date): number {
  return Number.isNaN(moment.getTime()) ? Infinity : moment.getTime();
}

/** Ids break a tie that only a damaged index can have, so that the decision is the same every time. */
export function bySequence(one: CheckpointRecord, other: CheckpointRecord): number {
  return one.sequence - other.sequence || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}
