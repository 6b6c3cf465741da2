import type { Checkpoint } from "../checkpoint/index.js";

/** `1 file`, `2 files`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What a checkpoint is about, in a few words. */
export function titleOf({ type, stepNumber, stepName, taskId, stage }: Checkpoint): string {
  if (type === "backup") return "Backup before a restore";
  const task = taskId === null ? null : `task ${taskId}${stage === null ? "" : `, ${stage}`}`;
  if (stepNumber !== null) return capitalized(stepText({ stepNumber, stepName }));
  const own = capitalized(type.replaceAll("_", " "));
  return task === null ? own : type === "manual" ? capitalized(task) : `${own}: ${task}`;
}

/** `step 3: Write the queue`. */
export function stepText({ stepNumber, stepName }: Pick<Checkpoint, "stepNumber" | "stepName">): string {
  return `step ${stepNumber ?? ""}${stepName === null ? "" : `: ${stepName}`}`;
}

export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
