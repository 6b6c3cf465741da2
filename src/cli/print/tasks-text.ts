import type { TaskOption, TaskState, TaskView } from "../../index.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { utcTime } from "./time-text.js";

const STATES: Readonly<Record<TaskState, string>> = {
  not_started: "– Not started",
  in_progress: "… In progress",
  complete: "✓ Complete",
  validated: "✓ Validated",
  error: "✗ Failed",
};

/** The text of `stepback tasks`. */
export function tasksText(changeId: string, views: readonly TaskView[], taskId: string | null): string {
  const change = `'${safe(changeId)}'`;
  if (views.length === 0)
    return taskId === null ? `No tasks in ${change} yet.\n` : `No checkpoints of task ${safe(taskId)} in ${change}.\n`;
  return `Tasks in ${change}:\n\n${views.map((view) => `${taskBlock(view)}\n`).join("")}`;
}

function taskBlock({ checkpointCount, options, recoveries, state, taskId }: TaskView): string {
  const rollbacks = recoveries.filter(({ result }) => result === "restored").length;
  const lines = [
    `Task ${safe(taskId)}: ${STATES[state]}`,
    `  Checkpoints: ${checkpointCount}`,
    ...(rollbacks === 0 ? [] : [`  Recovered: ${counted(rollbacks, "time")}`]),
    "  Can go back to:",
    ...options.map((option) => `    ${optionLine(option)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function optionLine({ checkpoint, isAbandoned, stage }: TaskOption): string {
  const name = stage === null ? "(no stage)" : stage;
  const left = isAbandoned ? ", left behind by a recovery" : "";
  return `${name.padEnd("implementation".length)}  ${safe(checkpoint.id)}  (${safe(utcTime(checkpoint.createdAt))}${left})`;
}
