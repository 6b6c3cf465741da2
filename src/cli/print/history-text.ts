import type { RestoreRecord } from "../../index.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { utcTime } from "./time-text.js";

const PATHS_AT_MOST = 5;

const RESULTS: Readonly<Record<RestoreRecord["result"], string>> = {
  restored: "✓ Restored",
  recovered: "✓ Restored, finished after a crash",
  rolled_back: "✗ Rolled back: a conflict put everything back",
};

/** The text of `stepback history`. */
export function historyText(changeId: string, restores: readonly RestoreRecord[]): string {
  if (restores.length === 0) return `No restores of '${safe(changeId)}' yet.\n`;
  return `Restores of '${safe(changeId)}':\n\n${restores.map((one) => `${restoreBlock(one)}\n`).join("")}`;
}

function restoreBlock({ at, backup, counts, paths, result, target }: RestoreRecord): string {
  const shown = paths.slice(0, PATHS_AT_MOST).map(safe).join(", ");
  const named = paths.length > PATHS_AT_MOST ? `${shown}, … (${counted(paths.length, "path")})` : shown;
  const { created, removed, replaced, retouched } = counts;
  return [
    safe(utcTime(at)),
    `  To: ${safe(target)}`,
    `  Backup: ${safe(backup)}`,
    ...(paths.length === 0 ? [] : [`  Paths: ${named}`]),
    `  Changes: ${created} created, ${replaced} replaced, ${removed} removed, ${retouched} retouched`,
    `  Result: ${RESULTS[result]}`,
    "",
  ].join("\n");
}
