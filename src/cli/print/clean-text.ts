import { describeDays, describePeriod, describePolicy, type CleanResult, type KeepReason, type RetentionPolicy } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";

/** The text of `stepback clean`, or of its `--dry-run`. */
export function cleanText(changeId: string, { policy, decision, freedBytes, isDryRun }: CleanResult): string {
  const { kept, expired } = decision;
  return [
    `Keeping ${headline(policy)} for '${safe(changeId)}'\n`,
    expired.length === 0 ? "Nothing to remove.\n" : `${isDryRun ? "Would remove" : "Removing"} old checkpoints:\n${expiredText(decision)}`,
    keptText(kept, policy),
    countsText({ kept: kept.length, removed: expired.length, freedBytes, isDryRun }),
    tooLargeText(policy, decision),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** The plain case is worded as it is documented. */
function headline(policy: RetentionPolicy): string {
  const { keepLast, ...others } = policy;
  const isPlain = keepLast !== undefined && keepLast > 0 && Object.values(others).every((value) => value === undefined);
  if (isPlain) return counted(keepLast, "most recent checkpoint");
  return (
    safe(describePolicy({ ...policy, maxBytes: undefined })) +
    (policy.maxBytes === undefined ? "" : `, at most ${byteSize(policy.maxBytes)} on disk`)
  );
}

function keptText(kept: CleanResult["decision"]["kept"], policy: RetentionPolicy): string {
  const lines = kept.map(({ record, reasons }) => `  - ${safe(record.id)} (${reasons.map((one) => reasonOf(one, policy)).join(", ")})\n`);
  return lines.length === 0 ? "" : `Keeping, and why:\n${lines.join("")}`;
}

const REASONS: Readonly<Partial<Record<KeepReason, string>>> = {
  last: "most recent",
  failed: "most recent failed",
  task: "most recent of its task",
  young_enough: "not older",
  within_limits: "within the limits",
  newest_complete: "newest complete one",
  newest_successful: "newest successful one",
  recent_backup: "backup of the last day",
  needed_by_restore: "needed by a restore in flight",
  active_session: "start of the active session",
  needed_by_workflow: "needed by the workflow that is unfinished",
  running_step: "its step is still running",
  just_made: "just made",
};

/** A period is spelled out, so that months taken for minutes show. */
function reasonOf(reason: KeepReason, policy: RetentionPolicy): string {
  if (reason === "within") return `within ${describePeriod(policy.keepWithin ?? {})} of the newest`;
  if (reason === "within_hourly") return withinText("hourly", policy.keepWithinHourly);
  if (reason === "within_daily") return withinText("daily", policy.keepWithinDaily);
  if (reason === "within_weekly") return withinText("weekly", policy.keepWithinWeekly);
  if (reason === "within_monthly") return withinText("monthly", policy.keepWithinMonthly);
  if (reason === "within_yearly") return withinText("yearly", policy.keepWithinYearly);
  if (reason === "min_age") return `younger than ${describeDays(policy.minAgeDays ?? 0)}`;
  return REASONS[reason] ?? reason.replaceAll("_", " ");
}

function withinText(unit: string, period: RetentionPolicy["keepWithin"]): string {
  return `${unit} within ${describePeriod(period ?? {})} of the newest`;
}

function expiredText({ expired, overLimit }: CleanResult["decision"]): string {
  const limits = new Map(
    overLimit.map(({ id, limit }) => [id, limit === "max_size" ? " (over the size limit)" : " (over the number wanted)"]),
  );
  return expired.map(({ id }) => `  - ${safe(id)}${limits.get(id) ?? ""}\n`).join("");
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

function tooLargeText({ maxBytes }: RetentionPolicy, { keptBytes }: CleanResult["decision"]): string {
  if (maxBytes === undefined || keptBytes === null || keptBytes <= maxBytes) return "";
  return `! What stays takes ${byteSize(keptBytes)}, more than ${byteSize(maxBytes)}, and is protected\n`;
}
