import type { RecoveryRecord } from "./record.js";
import { keepUnknown, type JsonObject } from "./record-form.js";

const KEYS = new Set([
  "at",
  "task",
  "workflow_id",
  "step_number",
  "error",
  "failure",
  "target",
  "target_sequence",
  "next_sequence",
  "backup",
  "result",
]);

/** Turns a recovery into its form on disk. */
export function formatRecovery(recovery: RecoveryRecord): JsonObject {
  return {
    at: recovery.at,
    task: recovery.taskId,
    workflow_id: recovery.workflowId,
    step_number: recovery.stepNumber,
    error: recovery.error,
    failure: recovery.failure,
    target: recovery.target,
    target_sequence: recovery.targetSequence,
    next_sequence: recovery.nextSequence,
    backup: recovery.backup,
    result: recovery.result,
    ...recovery.unknownKeys,
  };
}

/** Turns a recovery's form on disk, already checked against the schema, into ours. */
export function parseRecovery(json: JsonObject): RecoveryRecord {
  return {
    at: json["at"] as string,
    taskId: (json["task"] as string | null | undefined) ?? null,
    workflowId: (json["workflow_id"] as string | null | undefined) ?? null,
    stepNumber: (json["step_number"] as number | null | undefined) ?? null,
    error: json["error"] as RecoveryRecord["error"],
    failure: (json["failure"] as string | null | undefined) ?? null,
    target: json["target"] as RecoveryRecord["target"],
    targetSequence: json["target_sequence"] as number,
    nextSequence: json["next_sequence"] as number,
    backup: (json["backup"] as RecoveryRecord["backup"] | undefined) ?? null,
    result: json["result"] as RecoveryRecord["result"],
    ...keepUnknown(json, KEYS),
  };
}
