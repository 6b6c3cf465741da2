import { appendFileSync } from "node:fs";
import { hasCode, openCheckpoints, StepbackError, type Checkpoint, type Checkpoints } from "../../../src/index.js";
import { withWriter } from "../../../src/restore/index.js";
import { openStore } from "../../../src/store/index.js";
import { SeededRandom } from "../crash/seeded-random.js";
import { betweenCalls } from "./between-calls.js";
import type { CrowdJob, CrowdLine, CrowdOperation } from "./crowd-job.js";
import { readState, writeState } from "./crowd-tree.js";

type Outcome = Pick<CrowdLine, "ids" | "created" | "edited" | "failed">;

const job = JSON.parse(process.argv[2] ?? "{}") as CrowdJob;
const random = new SeededRandom(job.seed);
const OPERATIONS: [CrowdOperation, ...CrowdOperation[]] = [
  ...(["create", "create", "create", "edit", "edit", "restore", "restore", "undo", "clean", "delete", "pin", "too large"] as const),
];

const deadlyOperation = job.dies ? Math.floor(random.next() * job.operations) : -1;
for (let number = 0; number < job.operations; number += 1) {
  const operation = random.pick(OPERATIONS);
  // An edit is no work of stepback's, and would leave half a state.
  const killedAt = number === deadlyOperation && operation !== "edit" ? 1 + Math.floor(random.next() ** 2 * 700) : Infinity;
  await betweenCalls(
    () => run(operation, number),
    (call) => {
      if (call.number >= killedAt) process.kill(process.pid, "SIGKILL");
    },
  );
}

async function run(operation: CrowdOperation, number: number): Promise<void> {
  const checkpoints = await openCheckpoints(job.directory, {
    // Now and then one that does not wait.
    lockWaitMs: random.next() < 0.2 ? 0 : 120_000,
    config: {
      durability: "none",
      ...(operation === "too large" ? { limits: { maxEntries: 1, maxTotalBytes: 1e9, maxFileBytes: null } } : {}),
    },
  });
  const ids = operation === "delete" || operation === "restore" || operation === "pin" ? await pickId(checkpoints) : [];
  log({ number, operation, phase: "begins", ids });
  const outcome = await attempt(() => carryOut(operation, ids, checkpoints));
  log({ number, operation, phase: "ends", ...outcome });
}

async function carryOut(operation: CrowdOperation, ids: string[], checkpoints: Checkpoints): Promise<Outcome> {
  const [id = "none"] = ids;
  if (operation === "edit") return edit();
  if (operation === "clean") {
    const { decision } = await checkpoints.clean({ keepLast: 4 });
    return { ids: decision.expired.map((record) => record.id) };
  }
  if (operation === "delete") return { ids: (await checkpoints.delete([id])).deleted.map((deleted) => deleted.id) };
  if (operation === "pin") return { ids: [(await checkpoints.pin(id)).id] };
  if (operation === "restore" || operation === "undo") {
    await (operation === "undo" ? checkpoints.undo() : checkpoints.restore(id));
    return { ids };
  }
  const { id: createdId, sequence, storedPath } = await checkpoints.create({ step: 1 });
  return { ids: [createdId], created: { id: createdId, sequence, state: stateIn(storedPath) } };
}

/** Under the store's lock, so that the log says in which order edits and restores came. */
async function edit(): Promise<Outcome> {
  const access = { command: "edit", lockWaitMs: 120_000, durability: "none", now: () => new Date(), mayCreate: true } as const;
  const state = 1 + Math.floor(random.next() * 1e6);
  await withWriter(openStore(job.directory), access, async ({ index }) => {
    writeState(job.directory, state);
    log({ number: -1, operation: "edit", phase: "ends", ids: [], edited: { state, restores: index.restores.length } });
  });
  return { ids: [] };
}

async function attempt(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    return { ids: [], failed: error instanceof StepbackError ? error.code : String(error instanceof Error ? error.stack : error) };
  }
}

async function pickId(checkpoints: Checkpoints): Promise<string[]> {
  const listed = await list(checkpoints);
  return listed.length === 0 ? ["none"] : [random.pick(listed.map(({ id }) => String(id)) as [string, ...string[]])];
}

/** A reader is never in anybody's way, nor anybody in a reader's; only a store there may not be yet. */
async function list(checkpoints: Checkpoints): Promise<Checkpoint[]> {
  try {
    return (await checkpoints.list()).checkpoints;
  } catch (error) {
    if (hasCode(error, "STORE_NOT_FOUND")) return [];
    throw error;
  }
}

/** Null when the checkpoint is gone again. */
function stateIn(storedPath: string): number | null {
  try {
    return readState(storedPath);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

function log(line: Omit<CrowdLine, "worker">): void {
  appendFileSync(job.logPath, `${JSON.stringify({ worker: job.name, ...line })}\n`);
}
