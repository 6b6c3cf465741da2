import { FormatTooNewError, messageOf, StepbackError, WorkflowUnusableError } from "../errors/index.js";
import { crc32 } from "../platform/index.js";
import type { CheckpointId } from "./names.js";
import { formatIdentity, isJsonObject, keepUnknown, parseIdentity, unknownKeysOf, type JsonObject } from "./record-form.js";
import type { CompletedStep, WorkflowFailure, WorkflowRecord, WorkflowRestore, WorkflowStepName } from "./workflow-record.js";
import { encodeWorkflowText, WORKFLOW_SEAL_KEY as SEAL_KEY } from "./workflow-text.js";
import { validateWorkflowRecord } from "./generated/validate-workflow-record.js";

export const WORKFLOW_FORMAT_VERSION = 1;

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const KEYS: ReadonlySet<string> = new Set([
  "format_version",
  "workflow_id",
  "name",
  "version",
  "created_at",
  "updated_at",
  "file",
  "original_request",
  "metadata",
  "steps",
  "completed",
  "current",
  "failure",
  "pending_restore",
  "settled_sequence",
  "runner",
  SEAL_KEY,
]);
const STEP_KEYS = new Set(["number", "name"]);
const COMPLETED_KEYS = new Set(["number", "completed_at", "skipped", "checkpoint_id", "attempts", "duration_ms", "artifacts"]);
const FAILURE_KEYS = new Set(["number", "failed_at", "reason", "checkpoint_id", "attempts"]);
const RESTORE_KEYS = new Set(["number", "checkpoint_id"]);

/** Tells whether a text can be the id of a workflow: it also names a file. */
export function isWorkflowId(text: string): boolean {
  return ID.test(text);
}

/** The first step that is not completed, whose number the file names as `current`; null when all are. */
export function currentStepOf({ steps, completed }: Pick<WorkflowRecord, "steps" | "completed">): WorkflowStepName | null {
  const done = new Set(completed.map(({ number }) => number));
  return steps.find(({ number }) => !done.has(number)) ?? null;
}

/** Gives the text of `workflow.json`: one line for each step, so that a thousand of them can still be read. */
export function formatWorkflow(record: WorkflowRecord): string {
  return encodeWorkflow(record).toString();
}

/** Gives the bytes of `workflow.json`, in spare memory where there is enough of it. */
export function encodeWorkflow(record: WorkflowRecord, spare?: Buffer): Buffer {
  const before: [string, unknown][] = [
    ["format_version", WORKFLOW_FORMAT_VERSION],
    ["workflow_id", record.id],
    ["name", record.name],
    ["version", record.version],
    ["created_at", record.createdAt],
    ["updated_at", record.updatedAt],
    ["file", record.file],
    ["original_request", record.originalRequest],
    ["metadata", record.metadata],
  ];
  const after: [string, unknown][] = [
    ["current", currentStepOf(record)?.number ?? null],
    ["failure", record.failure === null ? null : formatFailure(record.failure)],
    ["pending_restore", record.pendingRestore === null ? null : formatRestore(record.pendingRestore)],
    ["settled_sequence", record.settledSequence],
    ["runner", record.runner === null ? null : formatIdentity(record.runner)],
    ...Object.entries(record.unknownKeys),
  ];
  return encodeWorkflowText({ before, steps: record.steps, completed: record.completed, after }, spare);
}

/**
 * Reads the text of `workflow.json`.
 * @throws WorkflowUnusableError for what is torn, altered or not ours; FormatTooNewError
 */
export function parseWorkflow(text: string, path: string): WorkflowRecord {
  const json = parseJsonObject(text, path);
  const version = json["format_version"];
  if (typeof version === "number" && version > WORKFLOW_FORMAT_VERSION) throw new FormatTooNewError(path, version, WORKFLOW_FORMAT_VERSION);
  if (!validateWorkflowRecord(json)) throw new WorkflowUnusableError(path, describeViolation(validateWorkflowRecord.errors?.[0]));
  try {
    const { [SEAL_KEY]: seal, ...others } = json;
    if (seal !== undefined && seal !== crc32(JSON.stringify(others)))
      throw new WorkflowUnusableError(path, "does not bear its own checksum");
    return checkedForSense(parseMembers(json), path);
  } catch (error) {
    if (error instanceof StepbackError) throw error;
    throw new WorkflowUnusableError(path, messageOf(error), error);
  }
}

function parseJsonObject(text: string, path: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new WorkflowUnusableError(path, `is not JSON (${messageOf(error)})`, error);
  }
  if (!isJsonObject(json)) throw new WorkflowUnusableError(path, "is not a JSON object");
  return json;
}

function describeViolation(violation: { instancePath: string; message?: string; params: Record<string, unknown> } | undefined): string {
  if (violation === undefined) return "is not as the schema says";
  const missing = violation.params["missingProperty"];
  const place = violation.instancePath.replace(/^\//, "").replaceAll("/", ".");
  if (typeof missing === "string") return `missing required field ${place === "" ? missing : `${place}.${missing}`}`;
  return `${place === "" ? "the document" : place} ${violation.message ?? "is not as the schema says"}`;
}

function parseMembers(json: JsonObject): WorkflowRecord {
  return {
    id: json["workflow_id"] as string,
    name: (json["name"] as string | null | undefined) ?? null,
    version: (json["version"] as string | null | undefined) ?? null,
    createdAt: json["created_at"] as string,
    updatedAt: (json["updated_at"] as string | undefined) ?? (json["created_at"] as string),
    file: (json["file"] as string | null | undefined) ?? null,
    originalRequest: (json["original_request"] as string | null | undefined) ?? null,
    metadata: (json["metadata"] as Record<string, string> | undefined) ?? {},
    steps: (json["steps"] as JsonObject[]).map((step) => ({
      number: step["number"] as number,
      name: step["name"] as string,
      ...keepUnknown(step, STEP_KEYS),
    })),
    completed: (json["completed"] as JsonObject[]).map(parseCompleted),
    failure: isJsonObject(json["failure"]) ? parseFailure(json["failure"]) : null,
    pendingRestore: isJsonObject(json["pending_restore"]) ? parseRestore(json["pending_restore"]) : null,
    settledSequence: (json["settled_sequence"] as number | undefined) ?? 0,
    runner: isJsonObject(json["runner"]) ? parseIdentity(json["runner"]) : null,
    unknownKeys: unknownKeysOf(json, KEYS),
  };
}

/** What no schema tells: each number once and in order, no completed step that there is not, no time that does not exist. */
function checkedForSense(record: WorkflowRecord, path: string): WorkflowRecord {
  const numbers = record.steps.map(({ number }) => number);
  const disorder = numbers.find((number, at) => at > 0 && number <= (numbers[at - 1] as number));
  if (disorder !== undefined) throw new WorkflowUnusableError(path, `step ${disorder} does not come after the one before it`);
  // One that stands elsewhere is recorded by its whole path.
  if (record.file?.split(/[/\\]/)[0] === "..") throw new WorkflowUnusableError(path, "names a workflow file outside the directory");
  const known = new Set(numbers);
  const seen = new Set<number>();
  for (const { number } of record.completed) {
    if (!known.has(number)) throw new WorkflowUnusableError(path, `completed step ${number} is none of its steps`);
    if (seen.has(number)) throw new WorkflowUnusableError(path, `step ${number} is completed twice`);
    seen.add(number);
  }
  for (const moment of [record.createdAt, record.updatedAt, ...record.completed.map(({ completedAt }) => completedAt)]) {
    if (Number.isNaN(Date.parse(moment))) throw new WorkflowUnusableError(path, `there is no time ${JSON.stringify(moment)}`);
  }
  return record;
}

function parseCompleted(json: JsonObject): CompletedStep {
  return {
    number: json["number"] as number,
    completedAt: json["completed_at"] as string,
    isSkipped: (json["skipped"] as boolean | undefined) ?? false,
    checkpointId: (json["checkpoint_id"] as CheckpointId | null | undefined) ?? null,
    attempts: (json["attempts"] as number | undefined) ?? 0,
    durationMs: (json["duration_ms"] as number | null | undefined) ?? null,
    artifacts: json["artifacts"] as string[],
    ...keepUnknown(json, COMPLETED_KEYS),
  };
}

function formatFailure({ number, failedAt, reason, checkpointId, attempts, unknownKeys }: WorkflowFailure): JsonObject {
  return { number, failed_at: failedAt, reason, checkpoint_id: checkpointId, attempts, ...unknownKeys };
}

function parseFailure(json: JsonObject): WorkflowFailure {
  return {
    number: json["number"] as number,
    failedAt: json["failed_at"] as string,
    reason: json["reason"] as string,
    checkpointId: (json["checkpoint_id"] as CheckpointId | null | undefined) ?? null,
    attempts: (json["attempts"] as number | undefined) ?? 0,
    ...keepUnknown(json, FAILURE_KEYS),
  };
}

function formatRestore({ number, checkpointId, unknownKeys }: WorkflowRestore): JsonObject {
  return { number, checkpoint_id: checkpointId, ...unknownKeys };
}

function parseRestore(json: JsonObject): WorkflowRestore {
  return {
    number: json["number"] as number,
    checkpointId: json["checkpoint_id"] as CheckpointId,
    ...keepUnknown(json, RESTORE_KEYS),
  };
}
