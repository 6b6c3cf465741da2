import { judgeOwner } from "../platform/index.js";
import type { CheckpointRecord, RunRecord, WorkflowRecord } from "../formats/index.js";
import type { StoreWriter } from "../store/index.js";

/** How a step ended, to be written into its checkpoint's record. */
export interface StepEnd {
  success: boolean;
  run: RunRecord;
}

/** Puts ends into records; the index that comes back is still to be saved. */
export function putEnds(records: readonly CheckpointRecord[], ends: ReadonlyMap<string, StepEnd>): CheckpointRecord[] {
  return records.map((record) => {
    const end = ends.get(record.id);
    return end === undefined ? record : { ...record, ...end };
  });
}

/**
 * Says of completed steps whose runner was killed before it could write so into the index that they succeeded: the record of the workflow knows.
 * Gives the records as they are then.
 */
export function settleEnds(writer: StoreWriter, { id, completed }: WorkflowRecord): readonly CheckpointRecord[] {
  const { index } = writer;
  const done = new Map(completed.filter(({ isSkipped }) => !isSkipped).map((step) => [step.number, step]));
  const ends = new Map<string, StepEnd>();
  for (const { id: checkpointId, run, stepNumber, workflowId } of index.checkpoints) {
    const step = workflowId === id && stepNumber !== null ? done.get(stepNumber) : undefined;
    if (step === undefined || run?.status !== "running" || judgeOwner(run.runner) !== "dead") continue;
    const verify = run.verify === null ? null : { ...run.verify, exitCode: 0 };
    ends.set(checkpointId, { success: true, run: { ...run, status: "finished", exitCode: 0, durationMs: step.durationMs, verify } });
  }
  if (ends.size > 0) writer.save({ ...index, checkpoints: putEnds(index.checkpoints, ends) });
  return writer.index.checkpoints;
}
