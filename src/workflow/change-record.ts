import { checkpointsOfStep, findCheckpointBefore } from "../checkpoint/index.js";
import { WorkflowNotResumableError } from "../errors/index.js";
import {
  currentStepOf,
  type CheckpointId,
  type CheckpointRecord,
  type CompletedStep,
  type WorkflowFailure,
  type WorkflowRecord,
  type WorkflowStepName,
} from "../formats/index.js";
import type { WorkflowDefinition } from "./definition.js";
import { stepLabel } from "./record-file.js";

/** What a new record is made of. */
export interface NewWorkflow {
  id: string;
  name: string | null;
  version: string | null;
  file: string | null;
  originalRequest: string | null;
  metadata: Readonly<Record<string, string>>;
  steps: readonly WorkflowStepName[];
}

/** The record of a workflow of which nothing is done yet. */
export function newRecord(wanted: NewWorkflow, now: Date): WorkflowRecord {
  const at = now.toISOString();
  return {
    id: wanted.id,
    name: wanted.name,
    version: wanted.version,
    createdAt: at,
    updatedAt: at,
    file: wanted.file,
    originalRequest: wanted.originalRequest,
    metadata: { ...wanted.metadata },
    steps: wanted.steps.map(({ number, name }) => ({ number, name })),
    completed: [],
    failure: null,
    pendingRestore: null,
    settledSequence: 0,
    runner: null,
    unknownKeys: {},
  };
}

/**
 * Takes over what the workflow file says by now. Steps that are completed must still be in it.
 * @throws WorkflowNotResumableError
 */
export function takeOverDefinition(record: WorkflowRecord, definition: WorkflowDefinition, file: string): WorkflowRecord {
  const names = new Map(definition.steps.map(({ number, name }) => [number, name]));
  const known = new Map(record.steps.map(({ number, name }) => [number, name]));
  const problems = record.completed.flatMap(({ number }) => {
    const [before, after] = [known.get(number), names.get(number)];
    if (before === after) return [];
    return after === undefined
      ? [`step ${number} is completed, and no longer in the file`]
      : [`step ${number} was '${before}', and is now '${after}'`];
  });
  if (problems.length > 0) throw new WorkflowNotResumableError(record.id, problems);
  const { name, version, originalRequest, metadata, steps } = definition;
  return {
    ...record,
    name,
    version,
    originalRequest: originalRequest ?? record.originalRequest,
    metadata: { ...record.metadata, ...metadata },
    file,
    steps: steps.map((step) => ({ number: step.number, name: step.name })),
  };
}

/** Records a step as done; one that is done already gets the artifacts added. */
export function completeStep(record: WorkflowRecord, done: Omit<CompletedStep, "completedAt" | "isSkipped">, now: Date): WorkflowRecord {
  const before = record.completed.find(({ number }) => number === done.number);
  const artifacts = [...new Set([...(before?.artifacts ?? []), ...done.artifacts])];
  const completed =
    before === undefined
      ? { ...done, artifacts, completedAt: now.toISOString(), isSkipped: false }
      : { ...before, artifacts, isSkipped: false };
  return {
    ...record,
    updatedAt: now.toISOString(),
    completed: [...record.completed.filter(({ number }) => number !== done.number), completed],
    failure: record.failure?.number === done.number ? null : record.failure,
    pendingRestore: record.pendingRestore?.number === done.number ? null : record.pendingRestore,
  };
}

/** Records how a step failed; what became of its files is settled with that, unless they are to be brought back to `undo` before it runs again. */
export function failStep(
  record: WorkflowRecord,
  failure: Omit<WorkflowFailure, "failedAt">,
  { now, newestSequence, undo = null }: { now: Date; newestSequence: number; undo?: CheckpointId | null },
): WorkflowRecord {
  const { number } = failure;
  const stillDue = record.pendingRestore?.number === number ? null : record.pendingRestore;
  return {
    ...record,
    updatedAt: now.toISOString(),
    completed: record.completed.filter((step) => step.number !== number),
    failure: { ...failure, failedAt: now.toISOString() },
    pendingRestore: undo === null ? stillDue : { number, checkpointId: undo },
    settledSequence: newestSequence,
  };
}

/**
 * Goes back to before a step, or forward to it: it and all behind it are to be done again, and what was not done before it is skipped.
 * The files are to be brought back to the checkpoint before the step where it was ever begun.
 * @throws WorkflowNotResumableError when it was done and its checkpoint is gone
 */
export function rewindTo(
  record: WorkflowRecord,
  from: number,
  { records, now, newestSequence }: { records: readonly CheckpointRecord[]; now: Date; newestSequence: number },
): WorkflowRecord {
  const target = findCheckpointBefore(record, from, records);
  if (target === null && record.completed.some(({ number, isSkipped }) => number === from && !isSkipped)) {
    throw new WorkflowNotResumableError(record.id, [`there is no checkpoint from before step ${from}`]);
  }
  const done = record.completed.filter(({ number }) => number < from);
  const isDone = new Set(done.map(({ number }) => number));
  const skipped = record.steps.filter(({ number }) => number < from && !isDone.has(number)).map(({ number }) => skippedStep(number, now));
  return {
    ...record,
    updatedAt: now.toISOString(),
    completed: [...done, ...skipped],
    failure: null,
    pendingRestore: target === null ? null : { number: from, checkpointId: target },
    settledSequence: newestSequence,
  };
}

function skippedStep(number: number, now: Date): CompletedStep {
  return { number, completedAt: now.toISOString(), isSkipped: true, checkpointId: null, attempts: 0, durationMs: null, artifacts: [] };
}

/**
 * The checkpoint that an interrupted step has to be brought back to: the one before its first attempt. Null when the step that comes
 * next was not begun.
 */
export function findRollback(record: WorkflowRecord, records: readonly CheckpointRecord[]): CheckpointId | null {
  const current = currentStepOf(record);
  if (current === null) return null;
  if (record.pendingRestore?.number === current.number) return record.pendingRestore.checkpointId;
  if (record.runner === null) return null;
  const own = checkpointsOfStep(record, current.number, records);
  return own.find(({ run, sequence }) => run !== null && sequence > record.settledSequence)?.id ?? null;
}

/** The steps behind each other, as errors name them. */
export function labelsOf(steps: readonly WorkflowStepName[]): string {
  return steps.map(stepLabel).join(", ");
}
