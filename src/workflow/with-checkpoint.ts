import type { Checkpoint, CreatedCheckpoint } from "../checkpoint/index.js";
import type { CheckpointId } from "../formats/index.js";
import type { RestoreResult } from "../restore/index.js";

/** What guarding a piece of work needs of the checkpoints. */
export interface GuardEnvironment {
  create(): Promise<CreatedCheckpoint>;
  /** Keeps cleanups of this process from removing it; gives the end of that. */
  guard(id: CheckpointId): () => void;
  markSuccess(id: CheckpointId, success: boolean): Promise<Checkpoint>;
  restore(id: CheckpointId): Promise<RestoreResult>;
}

/**
 * Runs work behind a checkpoint and puts the directory back when it throws; the work's own error is rethrown.
 * @throws AggregateError with both when the restore fails as well.
 */
export async function runBehindCheckpoint<Result>(
  environment: GuardEnvironment,
  work: (before: CreatedCheckpoint) => Promise<Result> | Result,
): Promise<Result> {
  const before = await environment.create();
  const release = environment.guard(before.id);
  try {
    const result = await workOrUndo(environment, before, work);
    await environment.markSuccess(before.id, true);
    return result;
  } finally {
    release();
  }
}

async function workOrUndo<Result>(
  environment: GuardEnvironment,
  before: CreatedCheckpoint,
  work: (before: CreatedCheckpoint) => Promise<Result> | Result,
): Promise<Result> {
  try {
    return await work(before);
  } catch (error) {
    await undo(environment, before.id, error);
    throw error;
  }
}

async function undo(environment: GuardEnvironment, id: CheckpointId, failure: unknown): Promise<void> {
  try {
    await environment.restore(id);
    await environment.markSuccess(id, false);
  } catch (error) {
    throw new AggregateError([failure, error], `the work failed, and ${id} could not be restored`, { cause: error });
  }
}
