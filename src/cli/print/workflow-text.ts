import type {
  ResumableWorkflow,
  WorkflowEvent,
  WorkflowOutcome,
  WorkflowPreview,
  WorkflowStatus,
  WorkflowStepName,
  WorkflowStepStatus,
} from "../../index.js";
import { commandText } from "./command-text.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { durationText, utcTime } from "./time-text.js";

const SYMBOLS: Readonly<Record<WorkflowStepStatus["status"], string>> = {
  completed: "✓",
  skipped: "–",
  running: "…",
  interrupted: "⚠",
  failed: "✗",
  pending: " ",
};
const ARTIFACTS_AT_MOST = 5;

/** The text of `stepback workflow status`: every step on a line, and what comes next. */
export function workflowStatusText(status: WorkflowStatus): string {
  const steps = status.steps.map((step) => `  ${SYMBOLS[step.status]} ${stepName(step)}${stepNote(step)}\n`).join("");
  return `${headText(status)}\n${steps}\n${nextText(status)}`;
}

/** What `stepback resume` says before it goes on: a summary for whoever takes the work up again. */
export function resumeText(status: WorkflowStatus): string {
  const { context, plan } = status;
  const lines = [
    ...(context.originalRequest === null ? [] : [`Request: ${oneLine(context.originalRequest)}`]),
    `Completed: ${plan.completed.length === 0 ? "nothing yet" : plan.completed.map(({ name }) => safe(name)).join(", ")}`,
    `Remaining: ${plan.remaining.length === 0 ? "nothing" : plan.remaining.map(({ name }) => safe(name)).join(", ")}`,
    ...(context.artifacts.length === 0 ? [] : [`Artifacts: ${listed(context.artifacts)}`]),
    ...(context.checkpoint === null ? [] : [`Checkpoint: ${safe(context.checkpoint.id)} (${utcTime(context.checkpoint.createdAt)})`]),
  ];
  return `${headText(status)}${lines.map((line) => `  ${line}\n`).join("")}\n${nextText(status)}`;
}

function headText({ context, name, plan, updatedAt, workflowId }: WorkflowStatus): string {
  const title = name === null ? "" : ` (${safe(name)})`;
  return `Workflow ${safe(workflowId)}${title}: ${context.progress} steps, ${plan.percentage} %, last changed ${utcTime(updatedAt)}\n`;
}

function nextText({ plan }: Pick<WorkflowStatus, "plan">): string {
  if (plan.problems.length > 0) return plan.problems.map((problem) => `✗ ${safe(problem)}\n`).join("");
  return plan.next === null ? "✓ The workflow is finished.\n" : `Next: step ${stepName(plan.next)}\n`;
}

function stepNote({ artifacts, attempts, reason, status }: WorkflowStepStatus): string {
  const notes = [
    ...(status === "pending" || status === "completed" ? [] : [status]),
    ...(reason === null ? [] : [safe(reason)]),
    ...(attempts > 1 ? [counted(attempts, "attempt")] : []),
    ...(artifacts.length === 0 ? [] : [listed(artifacts)]),
  ];
  return notes.length === 0 ? "" : ` – ${notes.join(", ")}`;
}

function stepName({ name, number }: WorkflowStepName): string {
  return `${number}: ${safe(name)}`;
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, ARTIFACTS_AT_MOST).map(safe);
  return paths.length > ARTIFACTS_AT_MOST ? `${shown.join(", ")}, … (${paths.length})` : shown.join(", ");
}

function oneLine(text: string): string {
  const [first = "", ...others] = text.trim().split("\n");
  return safe(first) + (others.length === 0 ? "" : " …");
}

/** The text of `--dry-run`. */
export function previewText({ plan, restore, steps }: WorkflowPreview): string {
  const head = `Workflow ${safe(plan.workflowId)}: ${plan.completed.length}/${plan.completed.length + plan.remaining.length} steps, ${plan.percentage} %\n`;
  if (plan.problems.length > 0) return head + nextText({ plan });
  if (plan.next === null) return `${head}✓ The workflow is finished; nothing to do.\n`;
  const first = restore === null ? [] : [`Restore ${safe(restore)}, from before step ${stepName(plan.next)}`];
  const lines = [...first, ...steps.map((step) => `Step ${stepName(step)}: ${runText(step)}`)];
  if (lines.length === 0) return head + nextText({ plan });
  return `${head}Would do, and has not done:\n${lines.map((line, at) => `  ${at + 1}. ${line}\n`).join("")}`;
}

function runText({ run }: WorkflowPreview["steps"][number]): string {
  if (run === null) return "yours to do; then `stepback workflow complete`";
  return typeof run === "string" ? oneLine(run) : commandText(run);
}

/** What stands above the output of a step. */
export function stepHeading({ attempt, before, step }: Extract<WorkflowEvent, { kind: "step-start" }>): string {
  const tries = attempt > 1 ? `, attempt ${attempt} of ${step.retries + 1}` : "";
  return `→ Step ${stepName(step)}${tries}${before === null ? "" : ` (checkpoint ${safe(before.id)})`}\n`;
}

/** What stands below the output of a step. */
export function attemptText({ outcome, step, willRetry }: Extract<WorkflowEvent, { kind: "step-end" }>): string {
  if (outcome.success) return `✓ Step ${stepName(step)} succeeded in ${durationText(outcome.durationMs)}\n`;
  return `✗ Step ${stepName(step)} failed${willRetry ? "; trying again" : ""}\n`;
}

/** What a run ends with. */
export function outcomeSummary(outcome: WorkflowOutcome): string {
  const { plan, status, steps, wasFinished, workflowId } = outcome;
  const progress = `${plan.completed.length}/${plan.completed.length + plan.remaining.length} steps, ${plan.percentage} %`;
  if (status === "finished") {
    return wasFinished
      ? `✓ Workflow ${safe(workflowId)} is finished already (${progress}); --from N goes back to a step.\n`
      : `✓ Workflow ${safe(workflowId)} is finished (${progress}).\n`;
  }
  const next = plan.next === null ? "" : stepName(plan.next);
  if (status === "stopped") return `✓ Workflow ${safe(workflowId)}: ${progress}. Next: step ${next}\n`;
  if (status === "waiting")
    return `Workflow ${safe(workflowId)}: ${progress}. Step ${next} is yours to do; then run \`stepback workflow complete ${plan.next?.number ?? ""}\`.\n`;
  const failed = steps.find(({ success }) => !success);
  if (status === "interrupted" && failed === undefined)
    return `✗ Workflow ${safe(workflowId)} was interrupted (${progress}); \`stepback resume\` goes on.\n`;
  const files = failed?.isRolledBack === true ? "its changes were rolled back" : "its changes were kept";
  return `✗ Workflow ${safe(workflowId)}: ${progress}. Step ${next} failed (${safe(failed?.reason ?? "")}); ${files}. \`stepback resume\` runs it again.\n`;
}

/** The text of `stepback workflows`. */
export function workflowsText(workflows: readonly ResumableWorkflow[]): string {
  if (workflows.length === 0) return "No workflow can be gone on with here.\n";
  return workflows
    .map(({ directory, isCurrent, next, progress, updatedAt, workflowId }) => {
      const aside = isCurrent ? "" : " (set aside)";
      return `${safe(workflowId)}${aside}  ${progress}  ${utcTime(updatedAt)}\n  Directory: ${safe(directory)}\n  Next: ${safe(next ?? "")}\n`;
    })
    .join("\n");
}
