import type { CheckpointId } from "./names.js";
import type { ProcessIdentity } from "./record.js";

/** A step as the plan of a workflow names it. */
export interface WorkflowStepName {
  number: number;
  name: string;
  unknownKeys?: Record<string, unknown>;
}

/** A step that is done. */
export interface CompletedStep {
  number: number;
  /** UTC, ISO 8601 with `Z`. */
  completedAt: string;
  /** True when the caller began behind it, and it was never run. */
  isSkipped: boolean;
  /** Taken before the first attempt; null without one. */
  checkpointId: CheckpointId | null;
  attempts: number;
  /** Of the attempt that succeeded; null when the caller ran it. */
  durationMs: number | null;
  /** Paths relative to the change directory, or absolute. */
  artifacts: string[];
  unknownKeys?: Record<string, unknown>;
}

/** How the step that comes next failed, and that its files were dealt with. */
export interface WorkflowFailure {
  number: number;
  failedAt: string;
  reason: string;
  checkpointId: CheckpointId | null;
  attempts: number;
  unknownKeys?: Record<string, unknown>;
}

/** A restore that has to come before the next step. */
export interface WorkflowRestore {
  number: number;
  checkpointId: CheckpointId;
  unknownKeys?: Record<string, unknown>;
}

/** How far a workflow has come: `workflow.json`. */
export interface WorkflowRecord {
  id: string;
  name: string | null;
  version: string | null;
  createdAt: string;
  updatedAt: string;
  /** The workflow file, relative to the change directory where it is in it; null when the caller runs the steps. */
  file: string | null;
  originalRequest: string | null;
  metadata: Record<string, string>;
  /** In their order, which is that of their numbers. */
  steps: WorkflowStepName[];
  /** In the order in which they were completed. */
  completed: CompletedStep[];
  failure: WorkflowFailure | null;
  pendingRestore: WorkflowRestore | null;
  /** Checkpoints up to this sequence say nothing of an interrupted step. */
  settledSequence: number;
  /** The process that is carrying out the steps, or was when it was killed. */
  runner: ProcessIdentity | null;
  unknownKeys: Record<string, unknown>;
}
