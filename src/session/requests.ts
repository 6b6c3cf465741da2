import type { Checkpoint } from "../checkpoint/index.js";
import type { SessionMetrics, SessionRecord, SessionStatus } from "../formats/index.js";

/** What becomes of a session that was left incomplete, when another one is started. */
export const RECOVERIES = ["continue", "fresh"] as const;
export type Recovery = (typeof RECOVERIES)[number];

export interface StartSessionRequest {
  description?: string | null;
  /** Takes over from a session that is active, and sets a record aside that cannot be used. */
  force?: boolean;
  /** By default an expired session is closed, and one whose owner is gone is an error. */
  recover?: Recovery;
  owner?: OwnerRequest;
  /** False for no checkpoint at the start. */
  checkpoint?: boolean;
}

export interface OwnerRequest {
  /** The process that stands for the work; null for none, the calling process by default. */
  pid?: number | null;
  /** What it is called, like an agent's name. */
  name?: string | null;
}

/** What the caller knows of what was used. */
export interface Usage {
  /** Tokens used since they were last told. */
  tokens?: number;
  memoryBytes?: number;
  notes?: string;
}

export interface EndSessionRequest extends Usage {
  success?: boolean | null;
  /** False for no checkpoint at the end. */
  checkpoint?: boolean;
}

export interface TaskRequest extends Usage {
  success?: boolean;
}

/** `active`, or why it is not: `expired` after 24 hours without activity, `abandoned` when its owner is provably gone, or closed. */
export type SessionState = SessionStatus;

/** A session with what only the present moment tells. */
export interface Session extends SessionRecord {
  state: SessionState;
  /** True from its start until it is closed, whoever left it. */
  isIncomplete: boolean;
  /** So far, or as its summary has it. */
  metrics: SessionMetrics;
}

export interface StartedSession {
  session: Session;
  /** True when the incomplete session goes on. */
  isContinued: boolean;
  /** The session that was closed for this one. */
  closed: Session | null;
  checkpoint: Checkpoint | null;
  warnings: string[];
}

export interface EndedSession {
  session: Session;
  checkpoint: Checkpoint | null;
  warnings: string[];
}

export interface RecordedTask {
  session: Session;
  /** Null when the configuration wants none, or the task failed. */
  checkpoint: Checkpoint | null;
  warnings: string[];
}

/** What there is to know before an incomplete session is continued or closed. */
export interface SessionReview {
  session: Session;
  /** The newest five of the directory, oldest first. */
  recentCheckpoints: Checkpoint[];
  git: { commit: string | null; branch: string | null };
  /** Says where HEAD is and where it was when the session was last heard of; null when that is the same. */
  gitMismatch: string | null;
}
