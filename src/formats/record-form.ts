import type { CheckpointRecord, ImportOrigin, ProcessIdentity, RestoreCounts, RunRecord, StateSnapshot } from "./record.js";
import { CHECKPOINT_TYPES, PHASES, STAGES, STATE_COUNTERS } from "./record.js";
import { isCheckpointId, type CheckpointId } from "./names.js";
import { toSnakeKey } from "./json-form.js";

/** The documented keys first, then ours: a person who opens the file meets what the documentation shows. */
const FIELDS = [
  "id",
  "stepNumber",
  "stepName",
  "createdAt",
  "files",
  "gitCommit",
  "success",
  "notes",
  "sequence",
  "type",
  "fileCount",
  "totalBytes",
  "gitBranch",
  "phase",
  "taskId",
  "stage",
  "sessionId",
  "workflowId",
  "state",
  "tags",
  "metadata",
  "isPinned",
  "isComplete",
  "backupOf",
  "rollbackUsed",
  "rollbackCount",
  "run",
  "importedFrom",
  "manifestSha256",
] as const satisfies readonly (keyof CheckpointRecord)[];

/** Most records have none of these, and those of before sessions never do. */
const LEFT_OUT_WHEN_NULL: ReadonlySet<keyof CheckpointRecord> = new Set(["sessionId", "workflowId", "state", "importedFrom"]);

type Field = (typeof FIELDS)[number];

const KEYS: readonly (readonly [Field, string])[] = FIELDS.map((field) => [field, toSnakeKey(field)]);

/** The keys of a record on disk. */
export const RECORD_KEYS: ReadonlySet<string> = new Set(KEYS.map(([, key]) => key));

/** The top-level keys of an index on disk. */
export const INDEX_KEYS: ReadonlySet<string> = new Set([
  "format_version",
  "change_id",
  "last_successful_step",
  "checkpoints",
  "next_sequence",
  "claims",
  "restores",
  "recoveries",
  "index_crc32",
]);

/** A JSON object as parsed. */
export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How deep a value under an unknown key may go: what cannot be written again must not be taken in. */
const MAX_DEPTH = 500;

/**
 * The keys of an object that are not in a set of known ones.
 * @throws Error with a sentence for a value that is nested too deep to be kept
 */
export function unknownKeysOf(json: JsonObject, known: ReadonlySet<string>): Record<string, unknown> {
  const keys = Object.keys(json).filter((key) => !known.has(key));
  for (const key of keys) if (isDeeperThan(json[key], MAX_DEPTH)) throw new Error(`the value of ${JSON.stringify(key)} is nested too deep`);
  return keys.length === 0 ? {} : Object.fromEntries(keys.map((key) => [key, json[key]]));
}

/** Level by level, because a call for each level would need as deep a stack. */
function isDeeperThan(value: unknown, depth: number): boolean {
  let level = [value];
  for (let reached = 0; level.length > 0; reached += 1) {
    if (reached > depth) return true;
    level = level.flatMap((one): unknown[] => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** Turns a record into its form on disk, without the keys that the caller leaves out. */
export function formatRecord(record: CheckpointRecord, isLeftOut: (key: string, value: unknown) => boolean = () => false): JsonObject {
  const json: JsonObject = {};
  for (const [field, key] of KEYS) {
    const value = formatField(record, field);
    const saysNothing = value === null && LEFT_OUT_WHEN_NULL.has(field);
    if (!saysNothing && !isLeftOut(key, value)) json[key] = value;
  }
  return { ...json, ...record.unknownKeys };
}

function formatField(record: CheckpointRecord, field: Field): unknown {
  if (field === "run") return formatRun(record.run);
  if (field === "importedFrom") return formatOrigin(record.importedFrom);
  return field === "state" ? formatState(record.state) : record[field];
}

/**
 * Turns a record's form on disk, already checked against the schema, into a record.
 * @throws Error with a sentence for a time that does not exist, which no pattern can tell
 */
export function parseRecord(json: JsonObject): CheckpointRecord {
  if (Number.isNaN(Date.parse(json["timestamp"] as string))) throw new Error(`there is no time ${JSON.stringify(json["timestamp"])}`);
  return {
    id: json["checkpoint_id"] as CheckpointId,
    sequence: json["sequence"] as number,
    type: oneOf(CHECKPOINT_TYPES, json["type"]) ?? "manual",
    stepNumber: (json["step_number"] as number | null) ?? null,
    stepName: (json["step_name"] as string | null) ?? null,
    createdAt: json["timestamp"] as string,
    files: (json["files"] as string[]) ?? [],
    fileCount: json["file_count"] as number,
    totalBytes: json["total_bytes"] as number,
    gitCommit: (json["git_commit"] as string | null) ?? null,
    gitBranch: (json["git_branch"] as string | null) ?? null,
    success: (json["success"] as boolean | null) ?? null,
    notes: (json["notes"] as string | null) ?? null,
    phase: oneOf(PHASES, json["phase"]) ?? null,
    taskId: (json["task"] as string | null) ?? null,
    stage: oneOf(STAGES, json["stage"]) ?? null,
    sessionId: (json["session_id"] as string | null | undefined) ?? null,
    workflowId: (json["workflow_id"] as string | null | undefined) ?? null,
    state: parseState(json["state"]),
    tags: (json["tags"] as string[] | undefined) ?? [],
    metadata: (json["metadata"] as Record<string, string> | undefined) ?? {},
    isPinned: (json["pinned"] as boolean | undefined) ?? false,
    isComplete: (json["complete"] as boolean | undefined) ?? true,
    backupOf: typeof json["backup_of"] === "string" && isCheckpointId(json["backup_of"]) ? json["backup_of"] : null,
    rollbackUsed: (json["rollback_used"] as boolean | undefined) ?? false,
    rollbackCount: (json["rollback_count"] as number | undefined) ?? 0,
    run: parseRun(json["run"]),
    importedFrom: parseOrigin(json["imported_from"]),
    manifestSha256: (json["manifest_sha256"] as string | null | undefined) ?? null,
    unknownKeys: unknownKeysOf(json, RECORD_KEYS),
  };
}

function oneOf<Value extends string>(allowed: readonly Value[], value: unknown): Value | undefined {
  return allowed.find((one) => one === value);
}

const STATE_KEYS: ReadonlySet<string> = new Set(STATE_COUNTERS.map(toSnakeKey));

function formatState(state: StateSnapshot | null): JsonObject | null {
  if (state === null) return null;
  return { ...Object.fromEntries(STATE_COUNTERS.map((counter) => [toSnakeKey(counter), state[counter]])), ...state.unknownKeys };
}

function parseState(value: unknown): StateSnapshot | null {
  if (!isJsonObject(value)) return null;
  const counters = STATE_COUNTERS.map((counter) => [counter, value[toSnakeKey(counter)] ?? 0] as const);
  return { ...(Object.fromEntries(counters) as Record<(typeof STATE_COUNTERS)[number], number>), ...keepUnknown(value, STATE_KEYS) };
}

const RUN_KEYS = new Set(["status", "command", "started_at", "runner", "exit_code", "signal", "duration_ms", "verify"]);
const VERIFY_KEYS = new Set(["command", "exit_code"]);
const IDENTITY_KEYS = new Set(["pid", "start_time", "boot_id", "pid_namespace", "host"]);
const COUNT_KEYS = new Set(["created", "replaced", "removed", "retouched", "left_alone"]);

function formatRun(run: RunRecord | null): JsonObject | null {
  if (run === null) return null;
  return {
    status: run.status,
    command: run.command,
    started_at: run.startedAt,
    runner: withoutNulls(formatIdentity(run.runner)),
    exit_code: run.exitCode,
    signal: run.signal,
    duration_ms: run.durationMs,
    verify: run.verify === null ? null : { command: run.verify.command, exit_code: run.verify.exitCode, ...run.verify.unknownKeys },
    ...run.unknownKeys,
  };
}

function withoutNulls(json: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

function parseRun(value: unknown): RunRecord | null {
  if (!isJsonObject(value)) return null;
  const verify = value["verify"];
  return {
    status: value["status"] as RunRecord["status"],
    command: value["command"] as string[],
    startedAt: value["started_at"] as string,
    runner: parseIdentity(value["runner"] as JsonObject),
    exitCode: (value["exit_code"] as number | null) ?? null,
    signal: (value["signal"] as string | null) ?? null,
    durationMs: (value["duration_ms"] as number | null) ?? null,
    verify: isJsonObject(verify)
      ? {
          command: verify["command"] as string,
          exitCode: (verify["exit_code"] as number | null) ?? null,
          ...keepUnknown(verify, VERIFY_KEYS),
        }
      : null,
    ...keepUnknown(value, RUN_KEYS),
  };
}

const ORIGIN_KEYS = new Set(["change_id", "checkpoint_id", "at"]);

function formatOrigin(origin: ImportOrigin | null): JsonObject | null {
  return origin && { change_id: origin.changeId, checkpoint_id: origin.id, at: origin.at, ...origin.unknownKeys };
}

function parseOrigin(value: unknown): ImportOrigin | null {
  if (!isJsonObject(value)) return null;
  return {
    changeId: value["change_id"] as string,
    id: value["checkpoint_id"] as CheckpointId,
    at: value["at"] as string,
    ...keepUnknown(value, ORIGIN_KEYS),
  };
}

/** Turns the identity of a process into its form on disk. */
export function formatIdentity(identity: ProcessIdentity): JsonObject {
  return {
    pid: identity.pid,
    start_time: identity.startTime,
    boot_id: identity.bootId,
    pid_namespace: identity.pidNamespace,
    host: identity.host,
    ...identity.unknownKeys,
  };
}

/** Turns the identity of a process, already checked against the schema, into ours. */
export function parseIdentity(json: JsonObject): ProcessIdentity {
  return {
    pid: json["pid"] as number,
    startTime: (json["start_time"] as string | null) ?? null,
    bootId: (json["boot_id"] as string | null) ?? null,
    pidNamespace: (json["pid_namespace"] as string | null) ?? null,
    host: json["host"] as string,
    ...keepUnknown(json, IDENTITY_KEYS),
  };
}

/** Turns the counts of a restore into their form on disk. */
export function formatCounts({ created, replaced, removed, retouched, leftAlone, unknownKeys }: RestoreCounts): JsonObject {
  return { created, replaced, removed, retouched, left_alone: leftAlone, ...unknownKeys };
}

/** Turns the counts of a restore, already checked against the schema, into ours. */
export function parseCounts(json: JsonObject): RestoreCounts {
  return {
    created: json["created"] as number,
    replaced: json["replaced"] as number,
    removed: json["removed"] as number,
    retouched: json["retouched"] as number,
    leftAlone: json["left_alone"] as number,
    ...keepUnknown(json, COUNT_KEYS),
  };
}

/** The member that carries unknown keys, absent where there are none. */
export function keepUnknown(json: JsonObject, known: ReadonlySet<string>): { unknownKeys?: Record<string, unknown> } {
  const unknownKeys = unknownKeysOf(json, known);
  return Object.keys(unknownKeys).length === 0 ? {} : { unknownKeys };
}
