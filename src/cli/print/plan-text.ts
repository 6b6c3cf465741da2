import type { Checkpoint, RestoreOperation, RestorePlan } from "../../index.js";
import { counted } from "./counted.js";
import { alreadyThere, countFiles, leftAloneText } from "./restore-text.js";
import { safe } from "./safe-text.js";

const VERBS: Readonly<Record<RestoreOperation["kind"], string>> = {
  create: "create ",
  replace: "replace",
  remove: "remove ",
  retouch: "retouch",
};

/** The text of a restore's `--dry-run`: every operation, and the counts. */
export function planText(target: Checkpoint, plan: RestorePlan): string {
  if (plan.operations.length === 0) return alreadyThere(target) + leftAloneText(plan);
  const { restored, removed } = countFiles(plan);
  const operations = plan.operations.map(operationText).join("");
  return (
    `Would rollback to checkpoint '${safe(target.id)}':\n${operations}\n` +
    `Would restore ${counted(restored, "file")} and remove ${removed}; nothing was changed.\n${leftAloneText(plan)}`
  );
}

/** One operation on a line of its own. */
export function operationText(operation: RestoreOperation): string {
  return `  ${VERBS[operation.kind]}  ${placeText(operation)}\n`;
}

export function placeText({ path, before, after }: RestoreOperation): string {
  if (path === "") return "./";
  return safe(path) + ((after ?? before)?.type === "directory" ? "/" : "");
}
