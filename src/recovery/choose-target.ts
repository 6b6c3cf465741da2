import type { CheckpointRecord, FailureKind, Stage } from "../formats/index.js";
import type { SettledRecovery } from "./attempts.js";

/** Where a failure leads back to; null for the most recent checkpoint. */
export const STAGE_FOR: Readonly<Record<FailureKind, Stage | null>> = {
  implementation: "start",
  validation: "implementation",
  other: null,
};

/** A checkpoint to go back to. */
export interface Choice<Recorded> {
  record: Recorded;
  /** The stage that was wanted is not there, and this is the most recent one instead. */
  isFallback: boolean;
}

/**
 * Chooses what to go back to: an implementation error leads to the start, a validation error to the implementation, any other to the most
 * recent checkpoint; so does a missing stage. Null when there is none. Takes records oldest first, without abandoned ones.
 */
export function chooseTarget<Recorded extends CheckpointRecord>(kind: FailureKind, records: readonly Recorded[]): Choice<Recorded> | null {
  const recent = records.at(-1);
  if (recent === undefined) return null;
  const wanted = STAGE_FOR[kind];
  const staged = wanted === null ? recent : records.findLast(({ stage }) => stage === wanted);
  return { record: staged ?? recent, isFallback: staged === undefined };
}

/** How often the same failure was rolled back since the task was last validated. */
export function countSameFailure(
  recoveries: readonly SettledRecovery[],
  { kind, failure, validatedSequence }: { kind: FailureKind; failure: string | null; validatedSequence: number },
): number {
  return recoveries.filter(
    (one) => one.result === "restored" && one.error === kind && one.failure === failure && one.nextSequence > validatedSequence,
  ).length;
}
