import type { Checkpoint, RestoreOperation, RestorePlan, RestoreResult } from "../../index.js";
import { createdLine, filesLine, indented, stepLine } from "./checkpoint-block.js";
import { counted } from "./counted.js";
import { reasonText } from "./reason-text.js";
import { safe } from "./safe-text.js";

const LEFT_ALONE_AT_MOST = 10;

interface RestoreQuestion {
  target: Checkpoint;
  /** Null where it is not known yet. */
  plan: RestorePlan | null;
  mismatch: string | null;
  /** 0 for the whole directory. */
  namedPaths: number;
}

/** What stands above `Continue? [y/N]: `. */
export function restoreQuestion({ target, plan, mismatch, namedPaths }: RestoreQuestion): string {
  const about = [stepLine(target), createdLine(target), filesLine(target), ...(plan === null ? [] : [`Changes: ${changesText(plan)}`])];
  const what = namedPaths === 0 ? "all files" : counted(namedPaths, "named path");
  return [
    `Rollback to checkpoint '${safe(target.id)}'?\n${indented(about)}`,
    ...(mismatch === null ? [] : [`! Note: ${mismatch}\n`]),
    "This will:",
    "  1. Create backup of current state",
    `  2. Restore ${what} from checkpoint`,
    "  3. You can rollback to the backup if needed",
  ].join("\n");
}

/** `7 files to restore, 2 to remove`. */
export function changesText(plan: RestorePlan): string {
  const { restored, removed } = countFiles(plan);
  return `${counted(restored, "file")} to restore, ${removed} to remove`;
}

/** What is said instead of asking when there is nothing to do. */
export function alreadyThere(target: Checkpoint): string {
  return `Already as in checkpoint '${safe(target.id)}'; nothing to do.\n`;
}

/** What a restore did, and what can be done next. */
export function restoredText({ target, backup, plan }: RestoreResult): string {
  if (backup === null) return alreadyThere(target) + leftAloneText(plan);
  const { restored, removed, restoredFolders, removedFolders } = countFiles(plan);
  const lines = [
    `✓ Created backup: ${safe(backup.id)}`,
    `✓ Restored ${counted(restored, "file")}${restoredFolders === 0 ? "" : ` and ${counted(restoredFolders, "folder")}`}`,
  ];
  if (removed > 0) lines.push(`✓ Removed ${counted(removed, "file")} added since`);
  if (removedFolders > 0) lines.push(`✓ Removed ${counted(removedFolders, "folder")} added since`);
  lines.push("✓ Rollback complete!");
  return `${lines.join("\n")}\n${leftAloneText(plan)}\n${nextStepsText(target)}`;
}

function nextStepsText({ stepNumber }: Checkpoint): string {
  const steps = ["Review restored files"];
  if (stepNumber !== null) steps.push(`Re-run step ${stepNumber} with fixes`);
  steps.push("Undo this with `stepback undo`");
  return `You can now:\n${steps.map((step) => `  - ${step}\n`).join("")}`;
}

/** The paths that were never captured, failures first; the store and git's own folder go without saying. */
export function leftAloneText({ leftAlone }: Pick<RestorePlan, "leftAlone">): string {
  const told = leftAlone.filter(({ reason }) => reason !== "store" && reason !== "git");
  const isFailure = ({ reason }: (typeof told)[number]): boolean => reason === "unreadable" || reason === "unstable";
  const ordered = [...told.filter(isFailure), ...told.filter((one) => !isFailure(one))];
  const shown = ordered.slice(0, LEFT_ALONE_AT_MOST).map(({ path, reason, detail }) => {
    const why = reason === "kept_added" ? "added since, kept" : reasonText(reason, detail);
    return `! Left alone: ${safe(path)} (${why})\n`;
  });
  const more = ordered.length - shown.length;
  return shown.join("") + (more > 0 ? `! Left alone: ${more} more\n` : "");
}

interface FileCounts {
  restored: number;
  removed: number;
  restoredFolders: number;
  removedFolders: number;
}

/** Counts files and symlinks; folders count on their own where they came or went, not where only their times were set. */
export function countFiles({ operations }: Pick<RestorePlan, "operations">): FileCounts {
  const counts: FileCounts = { restored: 0, removed: 0, restoredFolders: 0, removedFolders: 0 };
  for (const operation of operations) countOperation(counts, operation);
  return counts;
}

function countOperation(counts: FileCounts, { kind, before, after }: RestoreOperation): void {
  if (after === null) {
    if (before.type === "directory") counts.removedFolders += 1;
    else counts.removed += 1;
  } else if (after.type !== "directory") counts.restored += 1;
  else if (kind !== "retouch") counts.restoredFolders += 1;
}
