import type { Checkpoint } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { outcomeText } from "./outcome-text.js";
import { utcTime } from "./time-text.js";

const NAMES_AT_MOST = 5;
const SHORT_COMMIT = 9;

/** The block of one checkpoint in a list. */
export function checkpointBlock(checkpoint: Checkpoint): string {
  const lines = [
    stepLine(checkpoint),
    createdLine(checkpoint),
    `Status: ${outcomeText(checkpoint)}`,
    filesLine(checkpoint),
    ...gitLines(checkpoint),
    ...optionalLines(checkpoint),
  ];
  return `${safe(checkpoint.id)}\n${indented(lines)}`;
}

/** Lines below an id, indented. */
export function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}\n`).join("");
}

/** `Step: 2 (Create Proposal)`, or the type of a checkpoint without a step. */
export function stepLine({ stepNumber, stepName, type }: Checkpoint): string {
  if (stepNumber === null) return `Type: ${safe(type)}`;
  return `Step: ${stepNumber}${stepName ? ` (${safe(stepName)})` : ""}`;
}

export function createdLine({ createdAt }: Checkpoint): string {
  return `Created: ${safe(utcTime(createdAt))}`;
}

/** The names of a few files, or the first ones and how many there are. */
export function filesLine({ files, fileCount, totalBytes }: Checkpoint): string {
  if (fileCount === 0) return "Files: none";
  if (fileCount <= NAMES_AT_MOST && files.length === fileCount) return `Files: ${files.map(safe).join(", ")}`;
  const shown = files.slice(0, NAMES_AT_MOST - 1).map(safe);
  return `Files: ${[...shown, "…"].join(", ")} (${counted(fileCount, "file")}, ${byteSize(totalBytes)})`;
}

/** The first characters of a commit, as git shows them. */
export function shortCommit(commit: string): string {
  return safe(commit.slice(0, SHORT_COMMIT));
}

function gitLines({ gitCommit }: Checkpoint): string[] {
  return gitCommit === null ? [] : [`Git: ${shortCommit(gitCommit)}`];
}

function optionalLines(checkpoint: Checkpoint): string[] {
  const { backupOf, isComplete, isPinned, notes, stage, tags, taskId } = checkpoint;
  const lines: (string | false)[] = [
    Boolean(notes) && `Notes: ${safe(notes ?? "")}`,
    taskId !== null && `Task: ${safe(taskId)}${stage === null ? "" : `/${safe(stage)}`}`,
    tags.length > 0 && `Tags: ${tags.map(safe).join(", ")}`,
    isPinned && "Pinned",
    !isComplete && "Incomplete: some paths could not be captured",
    backupOf !== null && `Backup of: ${safe(backupOf)}`,
  ];
  return lines.filter((line) => line !== false);
}
