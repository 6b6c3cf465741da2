import { parseCheckpointId, type CheckpointId, type CheckpointType, type StoreIndex } from "../formats/index.js";

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
  const known = new Set<string>(index.checkpoints.map((record) => record.id));
  const isTaken = (id: CheckpointId): boolean => known.has(id) || request.isTaken(id);
  const newest = index.claims?.second ?? "";

  if (second < newest) {
    let suffix = Math.max(sequence, 2);
    while (isTaken(makeId(second, label, suffix))) suffix += 1;
    return { id: makeId(second, label, suffix), sequence, claims: index.claims as ClaimedId["claims"], nextSequence: suffix + 1 };
  }
  const labels = second === newest ? { ...index.claims?.labels } : {};
  let count = (labels[label] ?? 0) + 1;
  while (isTaken(makeId(second, label, count))) count += 1;
  return {
    id: makeId(second, label, count),
    sequence,
    claims: { second, labels: { ...labels, [label]: count } },
    nextSequence: Math.max(sequence, count) + 1,
  };
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
