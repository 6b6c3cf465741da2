import type { CleanResult, KeepReason, RetentionPolicy } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";

/** Why a checkpoint stays that no rule of the policy keeps. */
const PROTECTIONS: Readonly<Partial<Record<KeepReason, string>>> = {
  pinned: "pinned",
  newest_complete: "newest complete one",
  newest_successful: "newest successful one",
  recent_backup: "backup of the last day",
  needed_by_restore: "needed by a restore in flight",
  active_session: "start of the active session",
  running_step: "its step is still running",
};

/** The text of `stepback clean`, or of its `--dry-run`. */
export function cleanText(changeId: string, policy: RetentionPolicy, { decision, freedBytes, isDryRun }: CleanResult): string {
  const { kept, expired } = decision;
  return [
    `Keeping ${policyText(policy)} for '${safe(changeId)}'\n`,
    protectedText(kept),
    expired.length === 0
      ? "Nothing to remove.\n"
      : `${isDryRun ? "Would remove" : "Removing"} old checkpoints:\n${expired.map(({ id }) => `  - ${safe(id)}\n`).join("")}`,
    countsText({ kept: kept.length, removed: expired.length, freedBytes, isDryRun }),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function policyText({ keepLast, keepWithinDays }: RetentionPolicy): string {
  const newest = keepLast === undefined ? null : `${keepLast} most recent checkpoint${keepLast === 1 ? "" : "s"}`;
  if (keepWithinDays === undefined) return newest ?? "every checkpoint";
  const age = counted(Number(keepWithinDays.toFixed(2)), "day");
  return newest === null ? `checkpoints of the last ${age}` : `${newest} and those of the last ${age}`;
}

function protectedText(kept: CleanResult["decision"]["kept"]): string {
  const lines = kept
    .filter(({ reasons }) => !reasons.includes("last") && !reasons.includes("within"))
    .map(({ record, reasons }) => `  - ${safe(record.id)} (${reasons.map((reason) => PROTECTIONS[reason] ?? reason).join(", ")})\n`);
  return lines.length === 0 ? "" : `Also keeping:\n${lines.join("")}`;
}

function countsText(counts: { kept: number; removed: number; freedBytes: number; isDryRun: boolean }): string {
  const removed = counted(counts.removed, "old checkpoint");
  const kept = counted(counts.kept, "recent checkpoint");
  const freed = byteSize(counts.freedBytes);
  if (counts.isDryRun) {
    const would = counts.removed === 0 ? "" : `Would remove ${removed} and free ${freed}\n`;
    return `${would}Would keep ${kept}; nothing was changed\n`;
  }
  return counts.removed === 0 ? `✓ Kept ${kept}\n` : `✓ Removed ${removed}\n✓ Kept ${kept}\n✓ Freed ${freed}\n`;
}
