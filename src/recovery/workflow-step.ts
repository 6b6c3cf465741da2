import { currentStepOf, type CheckpointRecord, type WorkflowRecord } from "../formats/index.js";
import { WorkflowNotFoundError } from "../errors/index.js";
import type { Store, StoreWriter } from "../store/index.js";
import { assertNotRunning, findStep, RecordFile, rewindTo, waitForOrphans } from "../workflow/index.js";

/** A step of the current workflow that failed. */
export interface FailedStep {
  workflowId: string;
  stepNumber: number;
  /** The record as it will be when the step is reset, with the checkpoint from before the step as the restore that is due. */
  rewound: WorkflowRecord;
}

/**
 * Finds the step that is meant: by number or name, or else the one that comes next, which is the one that failed.
 * @throws WorkflowNotFoundError, StepNotFoundError, WorkflowNotResumableError when its checkpoint is gone
 */
export function findFailedStep(
  store: Store,
  wanted: { workflowId?: string; step?: string | number },
  known: { records: readonly CheckpointRecord[]; nextSequence: number; now: Date },
): FailedStep {
  const record = new RecordFile(store).read();
  if (record === null) throw new WorkflowNotFoundError(`${store.directory} has none`);
  if (wanted.workflowId !== undefined && wanted.workflowId !== record.id) {
    throw new WorkflowNotFoundError(`'${wanted.workflowId}' is not the current one, which is '${record.id}'`);
  }
  const step = wanted.step === undefined ? currentStepOf(record) : findStep(record, String(wanted.step));
  if (step === null) throw new WorkflowNotFoundError(`'${record.id}' has no step left that could have failed`, "Name the step.");
  const context = { records: known.records, now: known.now, newestSequence: known.nextSequence - 1 };
  return { workflowId: record.id, stepNumber: step.number, rewound: rewindTo(record, step.number, context) };
}

/** The checkpoints of this pass of the step, the one from before it as its start. */
export function recordsOfPass<Recorded extends CheckpointRecord>(own: readonly Recorded[], { rewound }: FailedStep): Recorded[] {
  const known = own.find(({ id }) => id === rewound.pendingRestore?.checkpointId);
  // What the caller saved in the middle of the step has a stage, and is not from before it.
  const isFromBefore = ({ sequence, stage }: Recorded) => sequence <= (known?.sequence ?? 0) && (stage === null || stage === "start");
  const start = own.findLast(isFromBefore) ?? known;
  if (start === undefined) return [...own];
  return own.filter(({ sequence }) => sequence >= start.sequence).map((one) => (one === start ? { ...one, stage: "start" as const } : one));
}

/**
 * Restores within the reset of a step. The record says first what is due, so that a resume ends what a crash cut off; a restore that failed
 * leaves the record as it was.
 */
export async function resetStepAround<Result>(
  writer: StoreWriter,
  { rewound }: FailedStep,
  { target, restore }: { target: CheckpointRecord; restore: () => Promise<Result> },
): Promise<Result> {
  const file = new RecordFile(writer.store);
  const before = file.read();
  if (before !== null) {
    assertNotRunning(before, writer.store.path);
    // What a killed runner left running would go on writing into what is brought back.
    await waitForOrphans(before, writer.store.path, { waitMs: 0 });
  }
  const number = rewound.pendingRestore?.number ?? currentStepOf(rewound)?.number ?? 0;
  file.save({ ...rewound, runner: null, pendingRestore: { number, checkpointId: target.id } }, writer.durability);
  try {
    const result = await restore();
    file.save({ ...rewound, runner: null, pendingRestore: null, settledSequence: writer.index.nextSequence - 1 }, writer.durability);
    return result;
  } catch (error) {
    if (before !== null) file.save(before, writer.durability);
    throw error;
  }
}
