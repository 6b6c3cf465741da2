import type { CallOptions, CreatedCheckpoint } from "../checkpoint/index.js";
import type { CheckpointId, WorkflowStepName } from "../formats/index.js";
import type { RestoreResult } from "../restore/index.js";
import type { StepDefinition } from "./definition.js";
import type { ResumeContext, ResumePlan } from "./plan-resume.js";
import type { StepOutcome } from "./requests.js";

/** A workflow whose steps the caller runs. */
export interface WorkflowStartRequest {
  /** The name of the change by default. */
  id?: string;
  /** In their order: names, which are numbered from 1 on, or numbers and names. */
  steps: readonly (string | WorkflowStepName)[];
  name?: string | null;
  version?: string | null;
  /** What was asked for in the first place. */
  originalRequest?: string | null;
  metadata?: Readonly<Record<string, string>>;
  /** Sets an unfinished workflow aside, of this or another id. */
  force?: boolean;
}

export interface WorkflowRunOptions extends CallOptions {
  /** The workflow file, relative to the change directory; the one that stands in it by default. */
  file?: string;
  /** The first step, whose files are brought back to before it where it was begun; the first one that is not completed by default. */
  from?: number;
  /** The last step; the last one of the workflow by default. */
  to?: number;
  /** Leaves what an interrupted or failed attempt changed, for the next one to go on with. */
  keepPartial?: boolean;
  /** Decides about the rollback after the last attempt of a step failed; `keep` by default. */
  onFailure?: "rollback" | "keep" | ((failure: StepOutcome, step: StepDefinition) => Promise<"rollback" | "keep">);
  /** False runs the steps without checkpoints: nothing can be rolled back. */
  checkpoints?: boolean;
  /** Begins anew, whatever is done already. */
  restart?: boolean;
  /** Sets another unfinished workflow aside, and goes on where nobody can tell whether the last runner still lives. */
  force?: boolean;
  /** How long to wait for what a killed runner left running, in milliseconds. */
  waitMs?: number;
  /** Told of what happens, as it happens. */
  onEvent?: (event: WorkflowEvent) => void;
  /** `stderr` sends there what the commands print on stdout. */
  output?: "stdout" | "stderr";
}

export interface WorkflowResumeOptions extends WorkflowRunOptions {
  /** A workflow that was set aside; the current one by default. */
  id?: string;
}

/** What happens in the course of a workflow. */
export type WorkflowEvent =
  | { kind: "restored"; step: WorkflowStepName; result: RestoreResult }
  /** Just before the command gets the terminal. */
  | { kind: "step-start"; step: StepDefinition; attempt: number; before: CreatedCheckpoint | null }
  | { kind: "step-end"; step: StepDefinition; attempt: number; outcome: StepOutcome; willRetry: boolean };

/** How one step of a run ended. */
export interface StepReport {
  number: number;
  name: string;
  success: boolean;
  exitStatus: number;
  durationMs: number;
  attempts: number;
  checkpointId: CheckpointId | null;
  isRolledBack: boolean;
  /** Why it failed; null when it did not. */
  reason: string | null;
  artifacts: string[];
}

/** What a run would do. */
export interface WorkflowPreview {
  plan: ResumePlan;
  context: ResumeContext;
  /** The checkpoint that the files would first be brought back to; null when they would stay. */
  restore: CheckpointId | null;
  steps: StepDefinition[];
  warnings: string[];
}

export interface WorkflowOutcome {
  workflowId: string;
  /**
   * `finished`: nothing remains; `stopped`: the step of `to` is done; `waiting`: the next step is one that the caller does; `failed`;
   * `interrupted`: a signal came.
   */
  status: "finished" | "stopped" | "waiting" | "failed" | "interrupted";
  /** 0, or that of the step that failed, or 128 + the number of the signal. */
  exitStatus: number;
  /** True when there was nothing left to do. */
  wasFinished: boolean;
  steps: StepReport[];
  plan: ResumePlan;
  context: ResumeContext;
  warnings: string[];
}

/** One step as a status shows it. */
export interface WorkflowStepStatus extends WorkflowStepName {
  status: "completed" | "skipped" | "running" | "interrupted" | "failed" | "pending";
  completedAt: string | null;
  checkpointId: CheckpointId | null;
  attempts: number;
  artifacts: string[];
  reason: string | null;
}

export interface WorkflowStatus {
  workflowId: string;
  name: string | null;
  version: string | null;
  file: string | null;
  createdAt: string;
  updatedAt: string;
  steps: WorkflowStepStatus[];
  plan: ResumePlan;
  context: ResumeContext;
  warnings: string[];
}
