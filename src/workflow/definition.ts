import type { CheckpointType, Phase, Stage } from "../formats/index.js";

/** One step as a workflow file describes it. */
export interface StepDefinition {
  number: number;
  name: string;
  /** A text for `sh -c`, or a program and its arguments; null for a step that the caller does and reports. */
  run: string | readonly [string, ...string[]] | null;
  /** Run by `sh -c` after a command that exited 0. */
  verify: string | null;
  /** Paths or globs, relative to the change directory; each must lead to something when the step is done. */
  artifacts: readonly string[];
  /** How often a step that fails is begun again. */
  retries: number;
  stage: Stage | null;
  phase: Phase | null;
  type: CheckpointType;
  taskId: string | null;
}

/** What a workflow file says, with everything filled in. */
export interface WorkflowDefinition {
  id: string;
  name: string | null;
  version: string | null;
  originalRequest: string | null;
  metadata: Record<string, string>;
  steps: readonly StepDefinition[];
}
