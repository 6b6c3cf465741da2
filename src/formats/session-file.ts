import { FormatTooNewError, messageOf, SessionUnusableError } from "../errors/index.js";
import { validateSession } from "./generated/validate-session.js";
import { toSnakeKey } from "./json-form.js";
import type { CheckpointId } from "./names.js";
import { isJsonObject, keepUnknown, unknownKeysOf, type JsonObject } from "./record-form.js";
import type { SessionEvent, SessionId, SessionMetrics, SessionOwner, SessionRecord } from "./session.js";

export const SESSION_FORMAT_VERSION = 1;

const OWNER_FIELDS = [
  "name",
  "user",
  "host",
  "pid",
  "startTime",
  "bootId",
  "pidNamespace",
] as const satisfies readonly (keyof SessionOwner)[];
const EVENT_FIELDS = [
  "at",
  "kind",
  "checkpointId",
  "taskId",
  "name",
  "success",
  "tokens",
  "memoryBytes",
  "notes",
] as const satisfies readonly (keyof SessionEvent)[];
const SUMMARY_FIELDS = [
  "durationMs",
  "checkpoints",
  "tasksCompleted",
  "tasksFailed",
  "successRatio",
  "tokens",
  "peakMemoryBytes",
] as const satisfies readonly (keyof SessionMetrics)[];

const OWNER_KEYS = new Set(OWNER_FIELDS.map(toSnakeKey));
const EVENT_KEYS = new Set(EVENT_FIELDS.map(toSnakeKey));
const SUMMARY_KEYS = new Set(SUMMARY_FIELDS.map(toSnakeKey));
/** The top-level keys of a session's file. */
export const SESSION_KEYS: ReadonlySet<string> = new Set([
  "format_version",
  "session_id",
  "description",
  "status",
  "success",
  "started_at",
  "last_activity_at",
  "ended_at",
  "previous",
  "owner",
  "git_commit",
  "git_branch",
  "start_checkpoint",
  "end_checkpoint",
  "events",
  "summary",
]);

/** Gives the text of a session's file. */
export function formatSession(session: SessionRecord): string {
  const json = {
    format_version: SESSION_FORMAT_VERSION,
    session_id: session.sessionId,
    description: session.description,
    status: session.status,
    success: session.success,
    started_at: session.startedAt,
    last_activity_at: session.lastActivityAt,
    ended_at: session.endedAt,
    previous: session.previous,
    owner: formatPart(session.owner, OWNER_FIELDS),
    git_commit: session.gitCommit,
    git_branch: session.gitBranch,
    start_checkpoint: session.startCheckpoint,
    end_checkpoint: session.endCheckpoint,
    events: session.events.map((event) => formatPart(event, EVENT_FIELDS)),
    summary: session.summary === null ? null : formatPart(session.summary, SUMMARY_FIELDS),
    ...session.unknownKeys,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** @throws SessionUnusableError when it is torn or not a session, FormatTooNewError when a newer stepback wrote it. */
export function parseSession(text: string, path: string): SessionRecord {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new SessionUnusableError(path, `is not JSON (${messageOf(error)})`, error);
  }
  const version = isJsonObject(json) ? json["format_version"] : undefined;
  if (Number.isInteger(version) && (version as number) > SESSION_FORMAT_VERSION) {
    throw new FormatTooNewError(path, version as number, SESSION_FORMAT_VERSION);
  }
  if (!isJsonObject(json) || !validateSession(json)) {
    const first = validateSession.errors?.[0];
    throw new SessionUnusableError(path, `${first?.instancePath || "the document"} ${first?.message ?? "is not as the schema says"}`);
  }
  try {
    return toSession(json);
  } catch (error) {
    throw new SessionUnusableError(path, messageOf(error), error);
  }
}

function toSession(json: JsonObject): SessionRecord {
  for (const key of ["started_at", "last_activity_at", "ended_at"]) assertMoment(json[key]);
  return {
    sessionId: json["session_id"] as SessionId,
    description: (json["description"] as string | null | undefined) ?? null,
    status: json["status"] as SessionRecord["status"],
    success: (json["success"] as boolean | null | undefined) ?? null,
    startedAt: json["started_at"] as string,
    lastActivityAt: json["last_activity_at"] as string,
    endedAt: (json["ended_at"] as string | null | undefined) ?? null,
    previous: (json["previous"] as SessionId | null | undefined) ?? null,
    owner: toOwner(json["owner"] as JsonObject),
    gitCommit: (json["git_commit"] as string | null | undefined) ?? null,
    gitBranch: (json["git_branch"] as string | null | undefined) ?? null,
    startCheckpoint: (json["start_checkpoint"] as CheckpointId | null | undefined) ?? null,
    endCheckpoint: (json["end_checkpoint"] as CheckpointId | null | undefined) ?? null,
    events: (json["events"] as JsonObject[]).map(toEvent),
    summary: isJsonObject(json["summary"]) ? toSummary(json["summary"]) : null,
    unknownKeys: unknownKeysOf(json, SESSION_KEYS),
  };
}

function toOwner(json: JsonObject): SessionOwner {
  return {
    name: (json["name"] as string | null | undefined) ?? null,
    user: (json["user"] as string | null | undefined) ?? null,
    host: json["host"] as string,
    pid: json["pid"] as number | null,
    startTime: (json["start_time"] as string | null | undefined) ?? null,
    bootId: (json["boot_id"] as string | null | undefined) ?? null,
    pidNamespace: (json["pid_namespace"] as string | null | undefined) ?? null,
    ...keepUnknown(json, OWNER_KEYS),
  };
}

function toEvent(json: JsonObject): SessionEvent {
  assertMoment(json["at"]);
  const present = EVENT_FIELDS.filter((field) => json[toSnakeKey(field)] !== undefined);
  const known = Object.fromEntries(present.map((field) => [field, json[toSnakeKey(field)]])) as unknown as SessionEvent;
  return { ...known, ...keepUnknown(json, EVENT_KEYS) };
}

function toSummary(json: JsonObject): SessionMetrics {
  const known = Object.fromEntries(SUMMARY_FIELDS.map((field) => [field, json[toSnakeKey(field)]])) as unknown as SessionMetrics;
  return { ...known, ...keepUnknown(json, SUMMARY_KEYS) };
}

/** What is absent stays absent. */
function formatPart<Part extends { unknownKeys?: Record<string, unknown> }>(
  part: Part,
  fields: readonly (keyof Part & string)[],
): JsonObject {
  const present = fields.filter((field) => part[field] !== undefined);
  return { ...Object.fromEntries(present.map((field) => [toSnakeKey(field), part[field]])), ...part.unknownKeys };
}

/** A pattern cannot tell a time that does not exist. */
function assertMoment(value: unknown): void {
  if (typeof value === "string" && Number.isNaN(Date.parse(value))) throw new Error(`there is no time ${JSON.stringify(value)}`);
}
