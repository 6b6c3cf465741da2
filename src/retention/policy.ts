import type { CheckpointId, CheckpointRecord } from "../formats/index.js";

/** Which checkpoints to keep: one that any rule keeps is kept (as in restic's forget). */
export interface RetentionPolicy {
  /** The newest N; at least 1. */
  keepLast?: number;
  /** Younger than so many days (fractions allowed). */
  keepWithinDays?: number;
}

/** Why a checkpoint is kept. */
export type KeepReason =
  | "last"
  | "within"
  | "pinned"
  | "newest_complete"
  | "newest_successful"
  | "recent_backup"
  | "needed_by_restore"
  | "active_session"
  | "running_step";

/** What the decision needs to know beyond the records. */
export interface RetentionContext {
  now: Date;
  /** Checkpoints that a journal in flight depends on. */
  neededByRestore: ReadonlySet<CheckpointId>;
  /** The start checkpoint of the active session. */
  neededBySession: ReadonlySet<CheckpointId>;
  /** Checkpoints whose wrapped step is still running. */
  runningSteps: ReadonlySet<CheckpointId>;
}

/** The decision: every record is in exactly one of the two lists, in order of sequence. */
export interface RetentionDecision {
  kept: { record: CheckpointRecord; reasons: KeepReason[] }[];
  expired: CheckpointRecord[];
}

/** What a cleanup did, or would do. */
export interface CleanResult {
  decision: RetentionDecision;
  /** Bytes that the removal frees on disk, hard links counted once. */
  freedBytes: number;
  isDryRun: boolean;
}
