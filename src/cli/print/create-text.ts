import type { CreatedCheckpoint, UncapturedPath } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { reasonText } from "./reason-text.js";
import { safe } from "./safe-text.js";

const LEFT_OUT_AT_MOST = 5;
const MISSED_AT_MOST = 100;

/** What `create` made, and what its user may not expect to be left out. */
export function createdText({ id, fileCount, totalBytes, removed, uncaptured }: CreatedCheckpoint): string {
  const surprising = uncaptured.filter(({ reason }) => reason === "special" || reason === "over_limit");
  const named = surprising.slice(0, LEFT_OUT_AT_MOST).map(({ path, reason, detail }) => `${safe(path)} (${reasonText(reason, detail)})`);
  if (surprising.length > named.length) named.push(`… (${surprising.length} in all)`);
  const leftOut = named.length === 0 ? "" : `  Left out: ${named.join(", ")}\n`;
  const cleaned = removed.length === 0 ? "" : `✓ Removed ${counted(removed.length, "old checkpoint")}\n`;
  return `✓ Created checkpoint: ${safe(id)}\n  ${counted(fileCount, "file")}, ${byteSize(totalBytes)}\n${leftOut}${cleaned}`;
}

/** Names the paths that make a checkpoint incomplete. */
export function missedText(uncaptured: readonly UncapturedPath[]): string {
  const missed = uncaptured.filter(({ reason }) => reason === "unreadable" || reason === "unstable");
  const lines = missed.slice(0, MISSED_AT_MOST).map(({ path, reason, detail }) => `  ${safe(path)} (${reasonText(reason, detail)})\n`);
  const more = missed.length > MISSED_AT_MOST ? `  … and ${missed.length - MISSED_AT_MOST} more\n` : "";
  return `✗ The checkpoint is incomplete; not captured:\n${lines.join("")}${more}`;
}
