import { setTimeout as sleep } from "node:timers/promises";
import { WorkflowRunningError } from "../errors/index.js";
import { currentStepOf, type ProcessIdentity, type WorkflowRecord } from "../formats/index.js";
import { findProcessesWith, judgeOwner, readOwnIdentity } from "../platform/index.js";

/** Told to every command of a step, and so to all that it starts: what still has it when its runner is dead may still write. */
export const STEP_VARIABLE = "STEPBACK_WORKFLOW_STEP";

const LOOK_EVERY_MS = 100;

/** The stores that this very process works in; a claim of its own on another one was left by a call that failed. */
const workedIn = new Set<string>();

/** To be called by whoever has made sure that nobody else is in it. */
export function enterStore(storePath: string): () => void {
  workedIn.add(storePath);
  return () => void workedIn.delete(storePath);
}

/** What the variable says of a step. */
export function stepMark(workflowId: string, number: number, storePath: string): string {
  return `${workflowId}/${number}@${storePath}`;
}

/** How the process stands that claimed a workflow; `none` when nobody did. */
export function judgeRunner(runner: ProcessIdentity | null, storePath: string): "none" | "alive" | "dead" | "unknown" {
  if (runner === null) return "none";
  const own = readOwnIdentity();
  const isOwn = own.pid === runner.pid && own.startTime === runner.startTime && own.bootId === runner.bootId && own.host === runner.host;
  if (isOwn) return workedIn.has(storePath) ? "alive" : "dead";
  return judgeOwner(runner);
}

/**
 * With `force` only a runner that is seen alive is in the way, not one of which nobody can tell.
 * @throws WorkflowRunningError unless nobody carries out the steps, or its owner is provably dead
 */
export function assertNotRunning(record: WorkflowRecord, storePath: string, { force = false }: { force?: boolean } = {}): void {
  const { id, runner } = record;
  const state = judgeRunner(runner, storePath);
  if (runner === null || state === "none" || state === "dead" || (force && state === "unknown")) return;
  const who = `process ${runner.pid} on host ${runner.host}`;
  const problem = state === "alive" ? `${who} carries out its steps` : `${who} carried out its steps, and may still do so`;
  throw new WorkflowRunningError(id, problem, { pid: runner.pid, host: runner.host });
}

/**
 * Waits until no command of a step whose runner was killed runs any more: it would go on writing into what is rolled back. Gives a warning
 * where nobody can tell.
 * @throws WorkflowRunningError when it still runs after the time to wait
 */
export async function waitForOrphans(
  record: WorkflowRecord,
  storePath: string,
  { waitMs, signal }: { waitMs: number; signal?: AbortSignal | undefined },
): Promise<string[]> {
  const current = currentStepOf(record);
  if (record.runner === null || current === null) return [];
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const pids = findProcessesWith(STEP_VARIABLE, stepMark(record.id, current.number, storePath));
    if (pids === null) return [`whether a command of step ${current.number} still runs cannot be told on this platform`];
    if (pids.length === 0) return [];
    if (waitedMs >= waitMs) {
      const problem = `its runner was killed, but the command of step ${current.number} still runs (process ${pids.join(", ")})`;
      throw new WorkflowRunningError(record.id, problem, { pids });
    }
    await sleep(LOOK_EVERY_MS, undefined, signal === undefined ? {} : { signal });
  }
}
