import type { Healed, RepairReport } from "../../index.js";
import { safe } from "./safe-text.js";
import { checkpointsText } from "./verify-text.js";

/** The text of `stepback repair`. */
export function repairText(report: RepairReport): string {
  const lines = [
    ...report.finishedRestores.map(({ target, result }) =>
      result === "recovered" ? `✓ Finished the restore of ${safe(target)}` : `✓ Undid the unfinished restore of ${safe(target)}`,
    ),
    ...(report.indexRebuilt ? ["✓ Rebuilt the index from the manifests"] : []),
    ...(report.keptIndexAs === null ? [] : [`✓ Kept the old index as ${safe(report.keptIndexAs)}`]),
    ...report.adopted.map((id) => `✓ Added to the index: ${safe(id)}`),
    ...report.forgotten.map((id) => `✓ Taken off the index, because the folder is gone: ${safe(id)}`),
    ...report.removedLeftovers.map((name) => `✓ Removed what a crash left: ${safe(name)}`),
    ...report.healed.map(({ id, path, from }) => `✓ Healed in ${safe(id)}: ${safe(path)} (from ${sourceText(from)})`),
  ];
  const left = checkpointsText(report.damaged);
  return lines.length === 0 && left === "" ? "Nothing to repair.\n" : lines.map((line) => `${line}\n`).join("") + left;
}

function sourceText(from: Healed["from"]): string {
  if (from === "directory") return "the directory itself";
  return from === "manifest" ? "the manifest" : safe(from);
}
