import type { RecoverResult } from "../../index.js";
import { counted } from "./counted.js";
import { restoredText, restoreQuestion } from "./restore-text.js";
import { safe } from "./safe-text.js";

/** What failed, as sentences name it. */
export function failedWhat({ stepNumber, taskId, workflowId }: RecoverResult): string {
  return taskId === null ? `step ${stepNumber} of ${safe(workflowId ?? "")}` : `task ${safe(taskId)}`;
}

/** What stands above `Continue? [y/N]: `. */
export function recoverQuestion(result: RecoverResult, mismatch: string | null): string {
  const { plan, target } = result;
  if (target === null) return choiceText(result);
  return `${choiceText(result)}${restoreQuestion({ target, plan, mismatch, namedPaths: 0 })}\n  4. Reset the ${result.taskId === null ? "step" : "task"}`;
}

/** What a recovery did, and what can be done next. */
export function recoveredText(result: RecoverResult): string {
  const { backup, plan, target, warnings } = result;
  if (target === null || plan === null) return choiceText(result);
  return `${choiceText(result)}✓ Reset the ${result.taskId === null ? "step" : "task"}\n${restoredText({ target, backup, plan, warnings })}`;
}

/** Why nothing was rolled back. */
export function refusalText(result: RecoverResult): string {
  const { failure, maxRollbacks, outcome, rollbacks } = result;
  if (outcome === "no_checkpoint") return `✗ Nothing was recovered: ${failedWhat(result)} has no checkpoint to go back to.\n`;
  const same = failure === null ? "a failure of this kind" : `'${safe(failure)}'`;
  return [
    `✗ Nothing was recovered: ${same} was rolled back ${counted(rollbacks, "time")} already (recovery.max_rollbacks is ${maxRollbacks}).`,
    "  Look at what goes wrong; --force goes back once more.\n",
  ].join("\n");
}

function choiceText(result: RecoverResult): string {
  const { errorKind, isFallback, rollbacks, stage, target } = result;
  const what = failedWhat(result);
  const where = stage === null ? "its latest checkpoint" : isFallback ? `its latest checkpoint (it has none of ${stage})` : `its ${stage}`;
  const times = rollbacks > 1 ? `, for the ${ordinal(rollbacks)} time` : "";
  return `${what[0]?.toUpperCase()}${what.slice(1)} failed (${errorKind}): back to ${where}${times}\n  ${safe(target?.id ?? "")}\n`;
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? undefined : ["st", "nd", "rd"][(number % 10) - 1];
  return `${number}${ending ?? "th"}`;
}
