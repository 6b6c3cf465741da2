import type { CheckpointRecord } from "../formats/index.js";
import { judgeOwner } from "../platform/index.js";

/** How a wrapped step stands; `none` for a checkpoint without one. */
export type RunState = "none" | "running" | "finished" | "interrupted";

/** A step on record as running whose runner is gone was interrupted: a killed process cannot write its own end. */
export function describeRunState(record: Pick<CheckpointRecord, "run">): RunState {
  if (record.run === null) return "none";
  if (record.run.status !== "running") return record.run.status;
  return judgeOwner(record.run.runner) === "dead" ? "interrupted" : "running";
}
