import type { Checkpoint, RunRequest, StepOutcome } from "../../index.js";
import { commandText } from "./command-text.js";
import { safe } from "./safe-text.js";
import { durationText } from "./time-text.js";

const FAILURES_TO_START: Readonly<Record<number, string>> = {
  126: "failed: the command cannot be executed",
  127: "failed: the command was not found",
};

/** What `run` says of a step that went well. */
export function successText(request: RunRequest, { before, durationMs }: StepOutcome): string {
  const checkpoint = before === null ? "" : `  Checkpoint before it: ${safe(before.id)}\n`;
  return `✓ ${capitalized(stepText(request))} succeeded in ${durationText(durationMs)}\n${checkpoint}`;
}

/** What `run` says of a step that failed. */
export function failureText(request: RunRequest, outcome: StepOutcome): string {
  return `✗ ${capitalized(stepText(request))} ${reasonOfFailure(outcome)}\n`;
}

function reasonOfFailure({ exitCode, exitStatus, signal, verifyExitCode }: StepOutcome): string {
  if (signal !== null) return `was ended by ${safe(signal)}`;
  if (exitCode === null) return FAILURES_TO_START[exitStatus] ?? `failed with exit status ${exitStatus}`;
  if (exitCode !== 0) return `failed with exit code ${exitCode}`;
  return verifyExitCode === null
    ? "failed: the verification did not end by itself"
    : `failed: the verification ended with exit code ${verifyExitCode}`;
}

/** What `run` says when the files stay as a failed step left them. */
export function keptText(before: Checkpoint): string {
  return `The files are as the step left them; \`stepback restore ${safe(before.id)}\` goes back to before it.\n`;
}

/** What `run` would do. */
export interface RunPlan extends Omit<RunRequest, "onFailure"> {
  onFailure: "rollback" | "keep" | "ask";
  /** False with --no-checkpoints. */
  checkpoints: boolean;
}

/** The text of `run --dry-run`. */
export function runPlanText(plan: RunPlan): string {
  const failure = { rollback: "roll back to the checkpoint", keep: "keep the files as they are", ask: "ask whether to roll back" }[
    plan.onFailure
  ];
  const steps = [
    plan.checkpoints ? `Create a checkpoint before ${stepText(plan)}` : "Create no checkpoint",
    `Run: ${commandText(plan.command)}`,
    ...(plan.verify ? [`Verify with: ${safe(plan.verify)}`] : []),
    ...(plan.checkpoints ? [`On failure: ${failure}`] : []),
  ];
  return `Would do, and has not done:\n${steps.map((step, at) => `  ${at + 1}. ${step}\n`).join("")}`;
}

function stepText({ command, step, stepName }: Pick<RunRequest, "command" | "step" | "stepName">): string {
  if (step === undefined || step === null) return stepName ? `'${safe(stepName)}'` : `\`${commandText(command)}\``;
  return `step ${step}${stepName ? ` (${safe(stepName)})` : ""}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
