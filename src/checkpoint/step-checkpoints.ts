import { currentStepOf, type CheckpointId, type CheckpointRecord, type WorkflowRecord } from "../formats/index.js";

/** The checkpoints of a step of a workflow, oldest first. */
export function checkpointsOfStep({ id }: WorkflowRecord, number: number, records: readonly CheckpointRecord[]): CheckpointRecord[] {
  const own = records.filter((record) => record.workflowId === id && record.stepNumber === number && record.type !== "backup");
  return own.sort((one, other) => one.sequence - other.sequence);
}

/** The checkpoint with the files as they were when a step was begun; null when it never was. */
export function findCheckpointBefore(record: WorkflowRecord, number: number, records: readonly CheckpointRecord[]): CheckpointId | null {
  return chooseBefore(record, number, { own: checkpointsOfStep(record, number, records), recorded: recordedOf(record).get(number) });
}

/** What going on with a workflow, or back to before any of its steps, needs; nothing once it is finished. */
export function neededByWorkflow(record: WorkflowRecord, records: readonly CheckpointRecord[]): Set<CheckpointId> {
  if (currentStepOf(record) === null) return new Set();
  const byStep = new Map<number | null, CheckpointRecord[]>();
  for (const one of records) {
    if (one.workflowId !== record.id) continue;
    const own = byStep.get(one.stepNumber);
    if (own === undefined) byStep.set(one.stepNumber, [one]);
    else own.push(one);
  }
  const recorded = recordedOf(record);
  const before = record.steps.map(({ number }) => {
    const own = checkpointsOfStep(record, number, byStep.get(number) ?? []);
    return chooseBefore(record, number, { own, recorded: recorded.get(number) });
  });
  return new Set(before.filter((id) => id !== null));
}

function chooseBefore(
  { pendingRestore, settledSequence }: WorkflowRecord,
  number: number,
  { own, recorded }: { own: readonly CheckpointRecord[]; recorded: CheckpointId | undefined },
): CheckpointId | null {
  if (pendingRestore?.number === number) return pendingRestore.checkpointId;
  if (recorded !== undefined) return own.find(({ id }) => id === recorded)?.id ?? null;
  return (own.find(({ sequence }) => sequence > settledSequence) ?? own.at(-1))?.id ?? null;
}

/** The checkpoints that the record itself names, by step. */
function recordedOf({ completed, failure }: WorkflowRecord): Map<number, CheckpointId> {
  const ofFailure = failure === null ? [] : [failure];
  const named = [...ofFailure, ...completed].flatMap(({ number, checkpointId }) =>
    checkpointId === null ? [] : [[number, checkpointId] as const],
  );
  return new Map(named);
}
