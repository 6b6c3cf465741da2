import type { CallOptions, Checkpoint } from "../checkpoint/index.js";
import type { FailureKind, Stage } from "../formats/index.js";
import type { RestorePlan } from "../restore/index.js";

/** What failed, and why: a task, or a step of the current workflow. */
export interface RecoverRequest extends CallOptions {
  taskId?: string;
  /** The current workflow's id, when it must be that one; alone it means the step that comes next. */
  workflowId?: string;
  /** The number or the name of a step of the current workflow. */
  step?: string | number;
  /** The kind of error, or the error itself, which is then classified by the rules of the configuration. */
  error: FailureKind | object;
  /** What the failure said, where `error` is only a kind: the same text is the same failure. */
  failure?: string;
  /** Says what would be done, and changes nothing. */
  dryRun?: boolean;
  /** Goes back once more, however often the same failure was rolled back. */
  force?: boolean;
}

/** What a recovery did, or why it did nothing. */
export interface RecoverResult {
  /** False when nothing was rolled back. */
  recovered: boolean;
  outcome: "recovered" | "planned" | "no_checkpoint" | "too_many_rollbacks";
  /** Null when it was a step. */
  taskId: string | null;
  /** Null when it was a task. */
  workflowId: string | null;
  stepNumber: number | null;
  errorKind: FailureKind;
  failure: string | null;
  /** The stage that the policy goes back to; null for the most recent checkpoint. */
  stage: Stage | null;
  /** That stage is not there, and the target is the most recent checkpoint instead. */
  isFallback: boolean;
  target: Checkpoint | null;
  /** Null also when the directory already was as recorded. */
  backup: Checkpoint | null;
  plan: RestorePlan | null;
  /** How often this failure was rolled back, this time included. */
  rollbacks: number;
  maxRollbacks: number;
  warnings: string[];
}
