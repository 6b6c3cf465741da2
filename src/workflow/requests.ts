import type { CallOptions, Checkpoint, CreatedCheckpoint, CreateRequest } from "../checkpoint/index.js";
import type { RestoreResult } from "../restore/index.js";

export interface RunRequest extends CallOptions, CreateRequest {
  /** The program and its arguments; no shell is involved. */
  command: readonly [string, ...string[]];
  /** Run by `sh -c` in the same folder after a command that exited 0; a failure fails the step. */
  verify?: string | null;
  /** Decides about the rollback after a failure; `keep` by default. */
  onFailure?: "rollback" | "keep" | ((failure: StepOutcome) => Promise<"rollback" | "keep">);
  /** Told just before the command gets the terminal; `before` is null without checkpoints. */
  onStart?: (before: CreatedCheckpoint | null) => void;
  /** Where the command runs; the process's own folder by default. */
  cwd?: string;
}

/** How a wrapped step ended. */
export interface StepOutcome {
  /** Null when checkpoints are off. */
  before: Checkpoint | null;
  success: boolean;
  /** What the command line returns: the child's own code, 128 + signal number, 126 or 127, or the verify command's code. */
  exitStatus: number;
  exitCode: number | null;
  signal: string | null;
  /** Of the command and the verify command, without the checkpoint. */
  durationMs: number;
  verifyExitCode: number | null;
  /** What is wrong with what a step of a workflow made, though its commands went well: an artifact that is missing. */
  problem: string | null;
  rollback: RestoreResult | null;
  warnings: string[];
}
