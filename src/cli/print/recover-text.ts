import type { RecoverResult } from "../../index.js";
import { counted } from "./counted.js";
import { restoredText, restoreQuestion } from "./restore-text.js";
import { safe } from "./safe-text.js";

/** What stands above `Continue? [y/N]: `. */
export function recoverQuestion(result: RecoverResult, mismatch: string | null): string {
  const { plan, target } = result;
  if (target === null) return choiceText(result);
  return `${choiceText(result)}${restoreQuestion({ target, plan, mismatch, namedPaths: 0 })}\n  4. Reset the task`;
}

/** What a recovery did, and what can be done next. */
export function recoveredText(result: RecoverResult): string {
  const { backup, plan, target, warnings } = result;
  if (target === null || plan === null) return choiceText(result);
  return `${choiceText(result)}✓ Reset the task\n${restoredText({ target, backup, plan, warnings })}`;
}

/** Why nothing was rolled back. */
export function refusalText({ failure, maxRollbacks, outcome, rollbacks, taskId }: RecoverResult): string {
  if (outcome === "no_checkpoint") return `✗ Nothing was recovered: task ${safe(taskId)} has no checkpoint to go back to.\n`;
  const same = failure === null ? "a failure of this kind" : `'${safe(failure)}'`;
  return [
    `✗ Nothing was recovered: ${same} was rolled back ${counted(rollbacks, "time")} already (recovery.max_rollbacks is ${maxRollbacks}).`,
    "  Look at what goes wrong; --force goes back once more.\n",
  ].join("\n");
}

function choiceText({ errorKind, isFallback, rollbacks, stage, target, taskId }: RecoverResult): string {
  const where = stage === null ? "its latest checkpoint" : isFallback ? `its latest checkpoint (it has none of ${stage})` : `its ${stage}`;
  const times = rollbacks > 1 ? `, for the ${ordinal(rollbacks)} time` : "";
  return `Task ${safe(taskId)} failed (${errorKind}): back to ${where}${times}\n  ${safe(target?.id ?? "")}\n`;
}

function ordinal(number: number): string {
  const ending = number % 100 > 10 && number % 100 < 14 ? undefined : ["st", "nd", "rd"][(number % 10) - 1];
  return `${number}${ending ?? "th"}`;
}
