import type { CallOptions } from "../checkpoint/index.js";
import type {
  EndedSession,
  EndSessionRequest,
  LogEntry,
  LogFilter,
  RecordedTask,
  Session,
  SessionReview,
  StartedSession,
  StartSessionRequest,
  TaskRequest,
  Usage,
} from "../session/index.js";

/** The sessions of one change directory: work over a time, by one owner, one at a time. */
export interface Sessions {
  /** Starts a session with a checkpoint, or goes on with an incomplete one; @throws SessionActiveError, SessionIncompleteError */
  start(request?: StartSessionRequest & CallOptions): Promise<StartedSession>;
  /** The session that was not ended, whoever left it; null when there is none. */
  active(): Promise<Session | null>;
  /** What there is to know before it is continued or closed; null when no session is incomplete. */
  review(): Promise<SessionReview | null>;
  /** Oldest first; what cannot be read is named in the warnings. */
  list(): Promise<{ sessions: Session[]; warnings: string[] }>;
  get(sessionId: string): Promise<Session>;
  /** Notes how a task ended; one that went well gets a checkpoint where the configuration says so. */
  task(taskId: string, request?: TaskRequest & CallOptions): Promise<RecordedTask>;
  /** Notes that a sprint was completed, with a checkpoint where the configuration says so. */
  sprint(name: string, request?: Usage & CallOptions): Promise<RecordedTask>;
  /** Notes that a risky operation is about to begin, with a checkpoint to go back to where the configuration says so. */
  before(operation: string, request?: Usage & CallOptions): Promise<RecordedTask>;
  /** Adds to what was used. */
  record(usage: Usage): Promise<Session>;
  /** Ends the active session with a checkpoint and its summary. */
  end(request?: EndSessionRequest & CallOptions): Promise<EndedSession>;
}

/** The progress log of one change directory. */
export interface ProgressLog {
  append(message: string, options?: { taskId?: string | null }): Promise<LogEntry>;
  /** Oldest first. */
  read(filter?: LogFilter): Promise<LogEntry[]>;
}
