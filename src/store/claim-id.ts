import { parseCheckpointId, splitCheckpointId, type CheckpointId, type CheckpointType, type StoreIndex } from "../formats/index.js";

/** The highest numbers that an id and a record can bear; only a forged index comes near them. */
const MAX_SUFFIX = 9_999_999_999;
export const MAX_SEQUENCE = 999_999_999_999_999;

interface IdRequest {
  type: CheckpointType;
  stepNumber: number | null;
  now: Date;
  /** Tells whether a folder or manifest of that name exists, whoever made it. */
  isTaken: (id: CheckpointId) => boolean;
}

export interface ClaimedId {
  id: CheckpointId;
  sequence: number;
  /** The index's claims and next sequence after this one. */
  claims: NonNullable<StoreIndex["claims"]>;
  nextSequence: number;
}

/**
 * Decides the id and sequence of the next checkpoint; pure, to be made under the store's lock.
 *
 * No id comes twice, not even after a deletion or when the clock steps back: within the newest second ever claimed each
 * label counts up; in an earlier second the suffix is the sequence, which is larger than any count given out before.
 */
export function claimId(index: StoreIndex, request: IdRequest): ClaimedId {
  const sequence = index.nextSequence;
  const label = labelOf(request);
  const second = formatSecond(request.now);
  const isTaken = (id: CheckpointId): boolean => index.checkpoints.some((record) => record.id === id) || request.isTaken(id);
  const newest = index.claims?.second ?? "";

  if (second < newest) {
    const suffix = firstFree(Math.max(sequence, 2), (count) => isTaken(makeId(second, label, count)));
    const nextSequence = Math.max(sequence, suffix) + 1;
    return { id: makeId(second, label, suffix), sequence, claims: index.claims as ClaimedId["claims"], nextSequence };
  }
  const labels = second === newest ? { ...index.claims?.labels } : {};
  const claimed = Object.hasOwn(labels, label) ? (labels[label] as number) : 0;
  const count = firstFree(claimed + 1, (one) => isTaken(makeId(second, label, one)));
  return {
    id: makeId(second, label, count),
    sequence,
    claims: { second, labels: { ...labels, [label]: count } },
    nextSequence: Math.max(sequence, count) + 1,
  };
}

/**
 * Decides id and sequence of a checkpoint that comes with an id of its own: it is kept where it is free, so that what was written down of
 * it elsewhere stays true; else it gets a suffix, in the way of ids of an earlier second.
 */
export function claimImportedId(
  index: StoreIndex,
  id: CheckpointId,
  isThere: (id: CheckpointId) => boolean,
): Pick<ClaimedId, "id" | "sequence" | "nextSequence"> {
  const sequence = index.nextSequence;
  const known = new Set<string>(index.checkpoints.map((record) => record.id));
  const isTaken = (one: CheckpointId): boolean => known.has(one) || isThere(one);
  if (!isTaken(id)) return { id, sequence, nextSequence: sequence + 1 };
  const { second, label } = splitCheckpointId(id);
  const suffix = firstFree(Math.max(sequence, 2), (count) => isTaken(makeId(second, label, count)));
  return { id: makeId(second, label, suffix), sequence, nextSequence: Math.max(sequence, suffix) + 1 };
}

/** Counts on from the start; where no number is left there, from the beginning. */
function firstFree(start: number, isTaken: (count: number) => boolean): number {
  let count = start;
  do {
    if (count > MAX_SUFFIX) count = 2;
    if (!isTaken(count)) return count;
    count += 1;
  } while (count !== start);
  return count;
}

function labelOf(request: IdRequest): string {
  if (request.type === "backup" || request.stepNumber === null) return request.type;
  return `step${String(request.stepNumber).padStart(2, "0")}`;
}

function makeId(second: string, label: string, count: number): CheckpointId {
  return parseCheckpointId(count === 1 ? `checkpoint-${second}-${label}` : `checkpoint-${second}-${label}-${count}`);
}

/** UTC `YYYYMMDD-HHMMSS`; not by a date library, because those format local time, which repeats an hour each autumn. */
function formatSecond(now: Date): string {
  return now.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}
