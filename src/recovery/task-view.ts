import type { Checkpoint } from "../checkpoint/index.js";
import type { Stage, StoreIndex } from "../formats/index.js";
import { isAbandoned, recordsOf, recoveriesOf, type SettledRecovery } from "./attempts.js";

/** How a task stands, by its newest checkpoint and what was recovered since. */
export const TASK_STATES = ["not_started", "in_progress", "complete", "validated", "error"] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** One thing that a task can go back to: the newest checkpoint of a stage. */
export interface TaskOption {
  /** Null for the newest checkpoint without a stage. */
  stage: Stage | null;
  checkpoint: Checkpoint;
  /** A recovery went back behind it, so that no other goes there by itself. */
  isAbandoned: boolean;
}

/** A task by its checkpoints. */
export interface TaskView {
  taskId: string;
  state: TaskState;
  /** Newest first. */
  options: TaskOption[];
  /** The newest one of all. */
  latest: Checkpoint;
  checkpointCount: number;
  /** Oldest first. */
  recoveries: SettledRecovery[];
}

type Known = Pick<StoreIndex, "recoveries" | "restores">;

/** Every task with a checkpoint, the one that was worked on last at the end. */
export function viewTasks(checkpoints: readonly Checkpoint[], known: Known): TaskView[] {
  const ids = new Set(checkpoints.map(({ taskId }) => taskId).filter((id) => id !== null));
  const views = [...ids].flatMap((id) => viewTask(checkpoints, known, id) ?? []);
  return views.sort((one, other) => one.latest.sequence - other.latest.sequence);
}

/** Null for a task without checkpoints. */
export function viewTask(checkpoints: readonly Checkpoint[], known: Known, taskId: string): TaskView | null {
  const own = recordsOf(checkpoints, { taskId });
  const latest = own.at(-1);
  if (latest === undefined) return null;
  const recoveries = recoveriesOf(known, { taskId });
  const options = new Map<Stage | null, TaskOption>();
  for (const checkpoint of own) {
    // The later one of a stage takes the place of the earlier one, also in the order.
    options.delete(checkpoint.stage);
    options.set(checkpoint.stage, { stage: checkpoint.stage, checkpoint, isAbandoned: isAbandoned(checkpoint, recoveries) });
  }
  return {
    taskId,
    state: judgeState(own, recoveries),
    options: [...options.values()].reverse(),
    latest,
    checkpointCount: own.length,
    recoveries,
  };
}

/** The last thing that happened decides: a recovery resets the task, and what was saved since says how far it came. */
function judgeState(own: readonly Checkpoint[], recoveries: readonly SettledRecovery[]): TaskState {
  const last = recoveries.at(-1);
  const since = last === undefined ? own : own.filter(({ sequence }) => sequence >= last.nextSequence);
  if (since.length === 0) return last?.result === "failed" ? "error" : "not_started";
  if (since.at(-1)?.success === false) return "error";
  const telling = since.findLast(({ stage, type }) => stage !== null || type === "task_complete");
  if (telling?.stage === "validated") return "validated";
  return telling?.type === "task_complete" || telling?.stage === "pre-validation" ? "complete" : "in_progress";
}
