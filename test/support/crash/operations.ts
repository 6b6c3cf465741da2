import { openCheckpoints, StepbackError, StoreNotFoundError, type Checkpoints, type OpenOptions } from "../../../src/index.js";
import { WORKER_NOTE, type Job, type Operation, type WorkerReport, type WorkerResult } from "./job.js";

/** The task that a recovery is about. */
export const RECOVERED_TASK = "7";

const OPERATIONS: Record<Operation, (checkpoints: Checkpoints, job: Job) => Promise<WorkerResult>> = {
  create: (checkpoints) => checkpoints.create({ notes: WORKER_NOTE }),
  "prepare-and-create": (checkpoints) => checkpoints.prepareNext().then(() => checkpoints.create({ notes: WORKER_NOTE })),
  restore: (checkpoints, { id = "latest" }) => checkpoints.restore(id).then(withoutResult),
  recover: (checkpoints) => checkpoints.recover({ taskId: RECOVERED_TASK, error: "implementation" }).then(withoutResult),
  undo: (checkpoints) => checkpoints.undo().then(withoutResult),
  clean: (checkpoints) => checkpoints.clean({ keepLast: 1 }).then(withoutResult),
  delete: (checkpoints, { id = "latest" }) => checkpoints.delete([id]).then(withoutResult),
  repair: (checkpoints) => repair(checkpoints).catch(acceptMissingStore),
  verify: (checkpoints) => checkpoints.verify(),
  workflow: (checkpoints) => checkpoints.workflow.run({ waitMs: 30_000, onFailure: "rollback" }).then(withoutResult),
  import: (checkpoints, { id = "" }) => checkpoints.importArchive(id).then(withoutResult),
};

/** Does one job to its end, and tells what came of it. @throws what is no error of stepback's own */
export async function carryOut(job: Job, options: OpenOptions = {}): Promise<WorkerReport> {
  try {
    const checkpoints = await openCheckpoints(job.directory, {
      commandName: `stepback ${job.operation}`,
      now: () => new Date(Date.now() + (job.clockAheadMs ?? 0)),
      ...(job.storePath === undefined ? {} : { storePath: job.storePath }),
      ...options,
    });
    const { id, uncaptured, isWhole, isUndone } = await OPERATIONS[job.operation](checkpoints, job);
    return { result: JSON.parse(JSON.stringify({ id, uncaptured, isWhole, isUndone })) as WorkerResult };
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    const { code, exitStatus, message, hint } = error;
    return { error: { code, exitStatus, message, hint } };
  }
}

async function repair(checkpoints: Checkpoints): Promise<WorkerResult> {
  const { finishedRestores } = await checkpoints.repair();
  return { isUndone: finishedRestores.some(({ result }) => result === "rolled_back") };
}

function withoutResult(): WorkerResult {
  return {};
}

/** Cut off before anything was made: there is nothing to repair. */
function acceptMissingStore(error: unknown): WorkerResult {
  if (!(error instanceof StoreNotFoundError)) throw error;
  return {};
}
