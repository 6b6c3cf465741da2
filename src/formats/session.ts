import { InvalidArgumentError } from "../errors/index.js";
import type { CheckpointId } from "./names.js";
import type { ProcessIdentity } from "./record.js";

declare const brand: unique symbol;
/** The id of a session, which is also the name of its file. */
export type SessionId = string & { readonly [brand]: "SessionId" };

const SESSION_ID = /^session-\d{8}-\d{6}(?:-\d{1,10})?$/;

/** How a session stands on disk; `expired`, `abandoned` and `taken_over` ones were closed when another one was started. */
export const SESSION_STATUSES = ["active", "ended", "expired", "abandoned", "taken_over"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export const SESSION_EVENT_KINDS = [
  "started",
  "continued",
  "checkpoint",
  "task",
  "sprint",
  "risk",
  "usage",
  "interrupted",
  "closed",
] as const;
export type SessionEventKind = (typeof SESSION_EVENT_KINDS)[number];

/** Who a session belongs to. The process is the one that stands for the work, not the command that started the session. */
export interface SessionOwner extends Omit<ProcessIdentity, "pid"> {
  /** What the caller calls it, like an agent's name. */
  name: string | null;
  user: string | null;
  /** Null when no process that lasts is known. */
  pid: number | null;
}

/** One thing that happened in a session; which of the further keys are there depends on the kind. */
export interface SessionEvent {
  /** UTC, ISO 8601 with `Z`. */
  at: string;
  kind: SessionEventKind;
  checkpointId?: CheckpointId;
  taskId?: string;
  /** The sprint that was completed, or the risky operation that was to come. */
  name?: string;
  success?: boolean;
  tokens?: number;
  memoryBytes?: number;
  notes?: string;
  unknownKeys?: Record<string, unknown>;
}

/** What a session came to. */
export interface SessionMetrics {
  durationMs: number;
  checkpoints: number;
  tasksCompleted: number;
  tasksFailed: number;
  /** From 0 to 1; null without tasks. */
  successRatio: number | null;
  /** Null when nobody told. */
  tokens: number | null;
  /** Null when it is not known. */
  peakMemoryBytes: number | null;
  unknownKeys?: Record<string, unknown>;
}

/** All that is known of one session. */
export interface SessionRecord {
  sessionId: SessionId;
  description: string | null;
  status: SessionStatus;
  success: boolean | null;
  startedAt: string;
  lastActivityAt: string;
  endedAt: string | null;
  /** The incomplete session that was closed for this one. */
  previous: SessionId | null;
  owner: SessionOwner;
  gitCommit: string | null;
  gitBranch: string | null;
  startCheckpoint: CheckpointId | null;
  endCheckpoint: CheckpointId | null;
  events: SessionEvent[];
  /** Null while it is active. */
  summary: SessionMetrics | null;
  unknownKeys: Record<string, unknown>;
}

/** Tells whether a text is a well-formed session id; nothing else may name a file of the session folder. */
export function isSessionId(text: unknown): text is SessionId {
  return typeof text === "string" && SESSION_ID.test(text);
}

/** @throws InvalidArgumentError when the text is no session id. */
export function parseSessionId(text: string): SessionId {
  if (!isSessionId(text)) throw new InvalidArgumentError("session id", text, "like session-20260304-080000");
  return text;
}
