import type { CheckpointId, CheckpointRecord, RetentionPolicy } from "../formats/index.js";

export type { CalendarPeriod, RetentionPolicy } from "../formats/index.js";

export type CalendarUnit = "hourly" | "daily" | "weekly" | "monthly" | "yearly";

/** By which rule of the policy a checkpoint is kept; `oldest_…`: it is the oldest, and the rule had some of its count left. */
export type RuleReason =
  | "last"
  | CalendarUnit
  | `oldest_${CalendarUnit}`
  | "within"
  | `within_${CalendarUnit}`
  | "tag"
  | "failed"
  | "task"
  | "young_enough"
  | "within_limits";

/** Why a checkpoint is kept under every policy. */
export type Protection =
  | "pinned"
  | "newest_complete"
  | "newest_successful"
  | "recent_backup"
  | "needed_by_restore"
  | "active_session"
  | "needed_by_workflow"
  | "running_step"
  | "just_made"
  | "min_age";

/** Why a checkpoint is kept. */
export type KeepReason = RuleReason | Protection;

/** What the decision needs to know beyond the records. */
export interface RetentionContext {
  now: Date;
  /** Checkpoints that a journal in flight depends on. */
  neededByRestore: ReadonlySet<CheckpointId>;
  /** Checkpoints that an active session goes back to. */
  neededBySession: ReadonlySet<CheckpointId>;
  /** Checkpoints that the current workflow goes on from, or back to, while it is unfinished. */
  neededByWorkflow: ReadonlySet<CheckpointId>;
  /** Checkpoints whose wrapped step is still running. */
  runningSteps: ReadonlySet<CheckpointId>;
  /** The checkpoint whose making led to this cleanup. */
  justMade: ReadonlySet<CheckpointId>;
  /** The bytes that these checkpoints take on disk, hard links counted once; asked only where the policy limits them. */
  occupiedBytes: (ids: ReadonlySet<CheckpointId>) => number;
}

/** The decision: every record is in exactly one of the two lists, in order of sequence. */
export interface RetentionDecision {
  kept: { record: CheckpointRecord; reasons: KeepReason[] }[];
  expired: CheckpointRecord[];
  /** Those among the expired that a rule keeps but a limit does not. */
  overLimit: { id: CheckpointId; limit: "max_checkpoints" | "max_size" }[];
  /** What the kept ones take on disk; null without a limit on it. Above the limit only where no more may be removed. */
  keptBytes: number | null;
}

/** What a cleanup did, or would do. */
export interface CleanResult {
  policy: RetentionPolicy;
  decision: RetentionDecision;
  /** Bytes that the removal frees on disk, hard links counted once. */
  freedBytes: number;
  isDryRun: boolean;
}
