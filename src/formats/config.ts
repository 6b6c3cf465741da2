import type { RetentionPolicy } from "./retention-policy.js";

/** Occasions on which checkpoints are taken without being asked for. */
export const CHECKPOINT_OCCASIONS = ["task_complete", "sprint_complete", "before_risky_operation", "interval"] as const;
export type CheckpointOccasion = (typeof CHECKPOINT_OCCASIONS)[number];

/** What kind of error made a task or step fail; the recovery policy goes by it. */
export const FAILURE_KINDS = ["implementation", "validation", "other"] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Tells the kind of an error: a rule fits when all that it names does. */
export interface RecoveryRule {
  /** The error's code, as text; null for any. */
  code: string | null;
  /** A text that stands in the error's name or message, `*` for anything, case aside; null for any. */
  match: string | null;
  error: FailureKind;
}

/** All settings with their defaults filled in. */
export interface Config {
  /** Gitignore patterns, added after those of `.checkpointignore`. */
  ignore: string[];
  limits: {
    /** Entries (files, folders, symlinks) of a tree before it is refused. */
    maxEntries: number;
    /** Bytes of a tree before it is refused. */
    maxTotalBytes: number;
    /** Files larger than this are left out and named in the manifest; null for no limit. */
    maxFileBytes: number | null;
  };
  /** `full`: a checkpoint survives a power cut at exit 0; `none`: it survives a crash of the process only. */
  durability: "full" | "none";
  /** Where `--change-id` looks, relative to a folder above the current one. */
  changesRoot: string;
  /** Whether checkpoints are taken without being asked for, on the occasions below. */
  autoCheckpoint: boolean;
  /** Minutes between two checkpoints of `watch`. */
  intervalMinutes: number;
  /** How many checkpoints a cleanup leaves at most, -1 for all; null: 50 where the retention has no rule, else all that it keeps. */
  maxCheckpoints: number | null;
  checkpointOn: CheckpointOccasion[];
  /** What a cleanup keeps; a rule that is null, or not there, is none. */
  retention: { [Rule in Exclude<keyof RetentionPolicy, "maxCheckpoints">]?: NonNullable<RetentionPolicy[Rule]> | null };
  /** Clean up after each create. */
  autoClean: boolean;
  /** Tells by its exit status whether the tests pass; run by `sh`. */
  testCommand: string | null;
  recovery: {
    /** The first rule that fits decides; an error that fits none is `other`. */
    rules: RecoveryRule[];
    /** Automatic rollbacks for the same failure. */
    maxRollbacks: number;
  };
}
