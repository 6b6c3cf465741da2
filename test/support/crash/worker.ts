import { openCheckpoints, StoreNotFoundError, type Checkpoints } from "../../../src/index.js";
import { WORKER_NOTE, type Job, type Operation } from "./job.js";

/** One operation on one directory as a process of its own, so that it can be killed on the way: `node worker.mjs '{"operation":…}'`. */
const OPERATIONS: Record<Operation, (checkpoints: Checkpoints, job: Job) => Promise<unknown>> = {
  create: (checkpoints) => checkpoints.create({ notes: WORKER_NOTE }),
  restore: (checkpoints, { id = "latest" }) => checkpoints.restore(id),
  undo: (checkpoints) => checkpoints.undo(),
  clean: (checkpoints) => checkpoints.clean({ keepLast: 1 }),
  delete: (checkpoints, { id = "latest" }) => checkpoints.delete([id]),
  repair: (checkpoints) => checkpoints.repair().catch(acceptMissingStore),
};

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
const checkpoints = await openCheckpoints(job.directory, {
  commandName: `stepback ${job.operation}`,
  now: () => new Date(Date.now() + (job.clockAheadMs ?? 0)),
  ...(job.storePath === undefined ? {} : { storePath: job.storePath }),
});
await OPERATIONS[job.operation](checkpoints, job);

/** Cut off before anything was made: there is nothing to repair. */
function acceptMissingStore(error: unknown): void {
  if (!(error instanceof StoreNotFoundError)) throw error;
}
