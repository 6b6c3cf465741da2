import type { FailureKind } from "./config.js";
import type { CheckpointId } from "./names.js";

/** Why a checkpoint was taken; the vocabulary is fixed so that records can be queried by it. */
export const CHECKPOINT_TYPES = [
  "manual",
  "auto",
  "step",
  "backup",
  "phase_complete",
  "task_group_complete",
  "task_complete",
  "sprint_complete",
  "safe_state",
  "pre_risky_operation",
  "error_recovery",
  "session_start",
  "session_end",
  "agent_completion",
] as const;
export type CheckpointType = (typeof CHECKPOINT_TYPES)[number];

/** The phases of a change that a checkpoint can be filed under. */
export const PHASES = ["plan", "generate_tasks", "implement", "validate", "cleanup"] as const;
export type Phase = (typeof PHASES)[number];

/** The stages of a task that a checkpoint can be filed under. */
export const STAGES = ["start", "implementation", "pre-validation", "validated"] as const;
export type Stage = (typeof STAGES)[number];

/** The counters of a state snapshot, as the caller gives them. */
export const STATE_COUNTERS = [
  "tasksCompleted",
  "decisionsMade",
  "filesModified",
  "filesCreated",
  "testsPassing",
  "testsFailing",
] as const satisfies readonly (keyof StateSnapshot)[];

/** How far the work was when the checkpoint was taken; 0 where the caller said nothing. */
export interface StateSnapshot {
  tasksCompleted: number;
  decisionsMade: number;
  filesModified: number;
  filesCreated: number;
  testsPassing: number;
  testsFailing: number;
  unknownKeys?: Record<string, unknown>;
}

/** Identifies a process beyond pid reuse, reboots, containers and machines; null where the platform does not tell. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot on Linux, a date text elsewhere; only ever compared for equality. */
  startTime: string | null;
  bootId: string | null;
  pidNamespace: string | null;
  host: string;
  unknownKeys?: Record<string, unknown>;
}

/** What is known of the command of a wrapped step. */
export interface RunRecord {
  /** `running` on disk with a dead runner is shown as `interrupted`. */
  status: "running" | "finished" | "interrupted";
  command: string[];
  startedAt: string;
  runner: ProcessIdentity;
  /** The child's own exit code, null while it runs or when a signal ended it. */
  exitCode: number | null;
  signal: string | null;
  durationMs: number | null;
  /** The verify command and its exit code, null without one. */
  verify: { command: string; exitCode: number | null; unknownKeys?: Record<string, unknown> } | null;
  unknownKeys?: Record<string, unknown>;
}

/** Where an imported checkpoint comes from. */
export interface ImportOrigin {
  changeId: string;
  /** Its id there; the same as here unless that was taken. */
  id: CheckpointId;
  /** When it was imported: UTC, ISO 8601 with `Z`. */
  at: string;
  unknownKeys?: Record<string, unknown>;
}

/** All that the index knows of one checkpoint. */
export interface CheckpointRecord {
  id: CheckpointId;
  /** Grows with every checkpoint of the store and is never reused: the order of checkpoints. */
  sequence: number;
  type: CheckpointType;
  stepNumber: number | null;
  stepName: string | null;
  /** UTC, ISO 8601 with `Z`. */
  createdAt: string;
  /** The first 100 file paths; the manifest has all. */
  files: string[];
  /** Regular files and symlinks, exactly. */
  fileCount: number;
  /** The sizes of all regular files, in bytes, exactly. */
  totalBytes: number;
  gitCommit: string | null;
  gitBranch: string | null;
  /** Null until the step ends. */
  success: boolean | null;
  notes: string | null;
  phase: Phase | null;
  taskId: string | null;
  stage: Stage | null;
  /** The session and the workflow in which it was taken. */
  sessionId: string | null;
  workflowId: string | null;
  state: StateSnapshot | null;
  tags: string[];
  metadata: Record<string, string>;
  isPinned: boolean;
  /** False when some path was unreadable or unstable; see the manifest for which. */
  isComplete: boolean;
  /** For a backup: the checkpoint whose restore it preceded. */
  backupOf: CheckpointId | null;
  rollbackUsed: boolean;
  rollbackCount: number;
  run: RunRecord | null;
  /** For a checkpoint that came with an archive: what it was where it was made. */
  importedFrom: ImportOrigin | null;
  /** SHA-256 of the manifest file's bytes; null while the manifest of a legacy checkpoint is not written yet. */
  manifestSha256: string | null;
  /** Keys that this version does not know, kept as they are on disk. */
  unknownKeys: Record<string, unknown>;
}

/** One restore that was done, for `stepback history`. */
export interface RestoreRecord {
  /** UTC, ISO 8601 with `Z`. */
  at: string;
  target: CheckpointId;
  backup: CheckpointId;
  /** The paths asked for; empty for the whole directory. */
  paths: string[];
  counts: RestoreCounts;
  /** `recovered`: finished by a later command after a crash; `rolled_back`: a conflict put everything back. */
  result: "restored" | "recovered" | "rolled_back";
  unknownKeys?: Record<string, unknown>;
}

/** How many operations of each kind a restore makes. */
export interface RestoreCounts {
  created: number;
  replaced: number;
  removed: number;
  retouched: number;
  /** Paths left as they are because they were never captured. */
  leftAlone: number;
  unknownKeys?: Record<string, unknown>;
}

/** A recovery from a failure: the rollback that was chosen for a task or a step, and what came of it. */
export interface RecoveryRecord {
  /** UTC, ISO 8601 with `Z`. */
  at: string;
  /** The task; null when it was a step. */
  taskId: string | null;
  /** The workflow and the step; null when it was a task. */
  workflowId: string | null;
  stepNumber: number | null;
  error: FailureKind;
  /** What the error said of itself; null when only its kind was given. The same text is the same failure. */
  failure: string | null;
  target: CheckpointId;
  targetSequence: number;
  /** Checkpoints from this sequence on were taken after the rollback; those between the target and here were abandoned by it. */
  nextSequence: number;
  /** Null when the directory already was as recorded, and before the end. */
  backup: CheckpointId | null;
  /** `started` when the process ended before it could write more; the restores tell then whether it was done. */
  result: "started" | "restored" | "failed";
  unknownKeys?: Record<string, unknown>;
}

/** The index of one store: `state.json`. */
export interface StoreIndex {
  changeId: string;
  /** In order of sequence. */
  checkpoints: CheckpointRecord[];
  nextSequence: number;
  /** The newest second in which an id was claimed, and how often each label was claimed in it. */
  claims: { second: string; labels: Record<string, number> } | null;
  restores: RestoreRecord[];
  recoveries: RecoveryRecord[];
  unknownKeys: Record<string, unknown>;
}
