import type { Checkpoint, RestoreOperation, RestorePlan } from "../../index.js";
import type { Choice } from "../io.js";
import { stepLine } from "./checkpoint-block.js";
import { counted } from "./counted.js";
import { outcomeText } from "./outcome-text.js";
import { operationText, placeText } from "./plan-text.js";
import { changesText } from "./restore-text.js";
import { safe } from "./safe-text.js";
import { utcTime } from "./time-text.js";

const PREVIEWED_AT_MOST = 10;
/** What a prompt puts before a label. */
const MARGIN = 8;

/** A checkpoint on one line of a list. */
export function checkpointLabel(checkpoint: Checkpoint, columns: number): Choice {
  const { createdAt, success, runState, notes, fileCount } = checkpoint;
  const hasOutcome = success !== null || runState !== "none";
  const parts = [
    safe(utcTime(createdAt)),
    stepLine(checkpoint)
      .replace(/^Type: /, "")
      .replace(/^Step: /, "step "),
    ...(hasOutcome ? [outcomeText(checkpoint)] : []),
    ...(notes ? [safe(notes)] : []),
    counted(fileCount, "file"),
  ];
  return { label: shortened(parts.join(" | "), Math.max(columns - MARGIN, 20)) };
}

/** What a restore would change, above the question of how much of it. */
export function previewText({ operations }: RestorePlan): string {
  const shown = operations.filter(isTold);
  const lines = shown.slice(0, PREVIEWED_AT_MOST).map(operationText);
  const more = shown.length - lines.length;
  return `This would change:\n${lines.join("")}${more > 0 ? `  … and ${counted(more, "more path")}\n` : ""}`;
}

export function everythingLabel(plan: RestorePlan): string {
  return `Everything (${changesText(plan)})`;
}

/** The operations that somebody may want by themselves: a folder comes along with what is in it. */
export function pickable({ operations }: RestorePlan): RestoreOperation[] {
  const folders = new Set(operations.flatMap(({ path }) => foldersAbove(path)));
  return operations.filter((operation) => isTold(operation) && !folders.has(operation.path));
}

export function pathLabel(operation: RestoreOperation): string {
  return `${placeText(operation)} (${operation.kind})`;
}

/** Times of folders go back silently. */
function isTold({ kind, before, after }: RestoreOperation): boolean {
  return kind !== "retouch" || (after ?? before)?.type !== "directory";
}

function foldersAbove(path: string): string[] {
  const names = path.split("/");
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join("/"));
}

function shortened(text: string, atMost: number): string {
  return text.length <= atMost ? text : `${text.slice(0, atMost - 1)}…`;
}
