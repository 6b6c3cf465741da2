import type { Edit } from "./line-edits.js";

const CONTEXT_LINES = 3;
const NO_LINE_END = "\n\\ No newline at end of file\n";

/** A text as its lines, each with its line end; bytes stand as characters of the same number, so that nothing is lost. */
export function splitLines(bytes: Buffer): string[] {
  const text = bytes.toString("latin1");
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at) + 1 || text.length;
    lines.push(text.slice(at, end));
    at = end;
  }
  return lines;
}

/** Formats edits as the hunks of a unified diff, with three lines around them. */
export function formatHunks(oldLines: readonly string[], newLines: readonly string[], edits: readonly Edit[]): string {
  const parts: string[] = [];
  for (const group of groupEdits(edits)) {
    const first = group[0] as Edit;
    const last = group.at(-1) as Edit;
    const before = Math.min(CONTEXT_LINES, first.oldAt);
    const after = Math.min(CONTEXT_LINES, oldLines.length - (last.oldAt + last.oldCount));
    const oldStart = first.oldAt - before;
    const newStart = first.newAt - before;
    const oldCount = last.oldAt + last.oldCount + after - oldStart;
    const newCount = last.newAt + last.newCount + after - newStart;
    parts.push(`@@ -${formatRange(oldStart, oldCount)} +${formatRange(newStart, newCount)} @@\n`);
    let at = oldStart;
    for (const edit of group) {
      pushLines(parts, " ", oldLines.slice(at, edit.oldAt));
      pushLines(parts, "-", oldLines.slice(edit.oldAt, edit.oldAt + edit.oldCount));
      pushLines(parts, "+", newLines.slice(edit.newAt, edit.newAt + edit.newCount));
      at = edit.oldAt + edit.oldCount;
    }
    pushLines(parts, " ", oldLines.slice(at, at + after));
  }
  return parts.join("");
}

/** Edits whose surroundings touch stand in one hunk. */
function groupEdits(edits: readonly Edit[]): Edit[][] {
  const groups: Edit[][] = [];
  let end = -Infinity;
  for (const edit of edits) {
    if (edit.oldAt - end <= 2 * CONTEXT_LINES) groups.at(-1)?.push(edit);
    else groups.push([edit]);
    end = edit.oldAt + edit.oldCount;
  }
  return groups;
}

/** Lines count from 1; an empty range names the line before it. */
function formatRange(start: number, count: number): string {
  if (count === 1) return String(start + 1);
  return `${count === 0 ? start : start + 1},${count}`;
}

function pushLines(parts: string[], sign: string, lines: readonly string[]): void {
  for (const line of lines) parts.push(sign, line.endsWith("\n") ? line : line + NO_LINE_END);
}
