import type { CheckpointRecord, RetentionPolicy } from "../formats/index.js";
import type { RetentionContext, RetentionDecision } from "./policy.js";

interface LimitRequest {
  policy: RetentionPolicy;
  context: RetentionContext;
  isProtected: (record: CheckpointRecord) => boolean;
}

interface Removal {
  record: CheckpointRecord;
  limit: RetentionDecision["overLimit"][number]["limit"];
}

/** Selects what has to go, the oldest first, until the limits hold or nothing is left but what is protected. */
export function overLimits(
  oldestFirst: readonly CheckpointRecord[],
  { policy, context, isProtected }: LimitRequest,
): { removed: Removal[]; keptBytes: number | null } {
  const { maxCheckpoints = Infinity, maxBytes } = policy;
  const left = new Set(oldestFirst.map(({ id }) => id));
  const candidates = oldestFirst.filter((record) => !isProtected(record));
  const removed: Removal[] = [];
  const removeWhile = (limit: Removal["limit"], isOver: () => boolean): void => {
    while (candidates.length > 0 && isOver()) {
      const record = candidates.shift() as CheckpointRecord;
      left.delete(record.id);
      removed.push({ record, limit });
    }
  };
  removeWhile("max_checkpoints", () => left.size > maxCheckpoints);
  if (maxBytes === undefined) return { removed, keptBytes: null };
  removeWhile("max_size", () => context.occupiedBytes(left) > maxBytes);
  return { removed, keptBytes: context.occupiedBytes(left) };
}
