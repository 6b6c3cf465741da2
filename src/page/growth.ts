import type { Checkpoint, CheckpointSurvey } from "../checkpoint/index.js";
import type { GrowthPoint } from "./material.js";

/** Follows the growth of a store from checkpoint to checkpoint, in at most so many points. */
export function followGrowth(
  checkpoints: readonly Checkpoint[],
  survey: Pick<CheckpointSurvey, "occupiedBytes" | "freedBytes">,
  mostPoints: number,
): GrowthPoint[] {
  const ordered = checkpoints.toSorted((one, other) => one.sequence - other.sequence);
  const count = Math.min(ordered.length, mostPoints);
  return Array.from({ length: count }, (_, point) => {
    const end = Math.floor(((point + 1) * ordered.length) / count);
    const group = ordered.slice(Math.floor((point * ordered.length) / count), end);
    const last = group.at(-1) as Checkpoint;
    return {
      first: group[0] as Checkpoint,
      last,
      checkpoints: group.length,
      logicalBytes: last.totalBytes,
      uniqueBytes: group.reduce((sum, { id }) => sum + survey.freedBytes([id]), 0),
      occupiedBytes: survey.occupiedBytes(ordered.slice(0, end).map(({ id }) => id)),
    };
  });
}
