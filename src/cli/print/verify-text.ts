import type { CheckpointVerification, VerifyReport } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";

const DAMAGES_AT_MOST = 20;

/** The text of `stepback verify`. */
export function verifyText({ checkpoints, foreign }: Pick<VerifyReport, "checkpoints" | "foreign">): string {
  if (checkpoints.length === 0 && foreign.length === 0) return "No checkpoints to verify.\n";
  const strangers = foreign.map((name) => `! Not part of any checkpoint: ${safe(name)}\n`).join("");
  return `${checkpointsText(checkpoints)}${strangers}\n${summary(checkpoints)}`;
}

/** The lines of each checkpoint; one that shares a damaged file is named beside it where it has no line of its own. */
export function checkpointsText(checkpoints: readonly CheckpointVerification[]): string {
  const listed = new Set(checkpoints.map(({ id }) => id));
  return checkpoints.map((one) => checkpointLines(one, listed)).join("");
}

function checkpointLines(
  { id, status, damages, problem }: CheckpointVerification,
  listed: ReadonlySet<CheckpointVerification["id"]>,
): string {
  if (status === "whole") return `✓ ${safe(id)}\n`;
  if (status === "unverifiable") return `✗ ${safe(id)}: cannot be verified (${safe(problem ?? "its manifest cannot be used")})\n`;
  const shown = damages.slice(0, DAMAGES_AT_MOST).map(({ path, problem: kind, detail, sharedWith }) => {
    const what = `${safe(kind)}${detail === "" ? "" : `: ${safe(detail)}`}`;
    const others = sharedWith.filter((one) => !listed.has(one));
    const sharers = others.length === 0 ? "" : `; the same file as in ${others.map((one) => safe(one)).join(", ")}`;
    return `✗ ${safe(id)}: ${safe(path) || "./"} (${what}${sharers})\n`;
  });
  const more = damages.length - shown.length;
  if (damages.length === 0) return `✗ ${safe(id)}: damaged (${safe(problem ?? "not as recorded")})\n`;
  return shown.join("") + (more > 0 ? `✗ ${safe(id)}: ${more} more\n` : "");
}

function summary(checkpoints: readonly CheckpointVerification[]): string {
  const files = checkpoints.reduce((sum, { checkedFiles }) => sum + checkedFiles, 0);
  const bytes = checkpoints.reduce((sum, { checkedBytes }) => sum + checkedBytes, 0);
  const bad = checkpoints.filter(({ status }) => status !== "whole").length;
  const checked = `${counted(checkpoints.length, "checkpoint")} checked: ${counted(files, "file")}, ${byteSize(bytes)}`;
  return bad === 0 ? `✓ ${checked}\n` : `✗ ${checked}; ${bad} not whole\n`;
}
