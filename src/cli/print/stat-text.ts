import { quotePath, type FilePatch } from "../../index.js";

export type StatRow = Omit<FilePatch, "patch" | "missing">;

const LEAST_BAR = 10;
/** The blanks and the stroke of ` name | count bar`. */
const FRAME = 5;

/** The text of `--stat`: the changed lines of every file with a bar, cut to a width, and the sums. */
export function statText(rows: readonly StatRow[], columns: number): string {
  if (rows.length === 0) return "";
  const texts = rows.map((row) => ({ row, name: nameOf(row), count: countOf(row) }));
  const countWidth = Math.max(...texts.map(({ row, count }) => (row.content === "text" ? count.length : 0)), 1);
  const longest = Math.max(...texts.map(({ name }) => name.length));
  const nameWidth = Math.min(longest, Math.max(columns - FRAME - countWidth - LEAST_BAR, LEAST_BAR));
  const barWidth = Math.max(columns - FRAME - countWidth - nameWidth, LEAST_BAR);
  const most = Math.max(...rows.map(({ insertions, deletions }) => insertions + deletions));
  const lines = texts.map(({ row, name, count }) => {
    const bar = row.content === "text" ? drawBar(row, most, barWidth) : "";
    return ` ${cutName(name, nameWidth).padEnd(nameWidth)} | ${count.padStart(countWidth)}${bar === "" ? "" : ` ${bar}`}\n`;
  });
  return lines.join("") + sumsText(rows);
}

function nameOf({ change: { oldPath, path, before, after } }: StatRow): string {
  const shown = quotePath(path === "" ? "./" : path + ((after ?? before)?.type === "directory" ? "/" : ""), { spaces: false });
  return oldPath === null ? shown : `${quotePath(oldPath, { spaces: false })} => ${shown}`;
}

function countOf({ change, content, insertions, deletions }: StatRow): string {
  const [before, after] = [change.before, change.after].map((entry) => (entry?.type === "file" ? entry.size : 0));
  if (content === "binary") return `Bin ${before} -> ${after} bytes`;
  if (content === "too_large") return `Large ${before} -> ${after} bytes`;
  return content === "unavailable" ? "changed meanwhile" : String(insertions + deletions);
}

/** The end of a path tells more than its beginning. */
function cutName(name: string, width: number): string {
  return name.length <= width ? name : `...${name.slice(name.length - width + 3)}`;
}

/** Whatever there is of either gets at least one sign. */
function drawBar({ insertions, deletions }: StatRow, most: number, width: number): string {
  if (most <= width) return "+".repeat(insertions) + "-".repeat(deletions);
  const scale = (count: number): number => (count === 0 ? 0 : 1 + Math.floor((count * (width - 1)) / most));
  const total = Math.max(scale(insertions + deletions), (insertions > 0 ? 1 : 0) + (deletions > 0 ? 1 : 0));
  const plus =
    insertions === 0
      ? 0
      : Math.min(Math.max(Math.round((total * insertions) / (insertions + deletions)), 1), total - (deletions > 0 ? 1 : 0));
  return "+".repeat(plus) + "-".repeat(total - plus);
}

function sumsText(rows: readonly StatRow[]): string {
  const sum = (of: (row: StatRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const [insertions, deletions] = [sum((row) => row.insertions), sum((row) => row.deletions)];
  const parts = [`${rows.length} ${rows.length === 1 ? "file" : "files"} changed`];
  if (insertions > 0 || deletions === 0) parts.push(`${insertions} insertion${insertions === 1 ? "" : "s"}(+)`);
  if (deletions > 0 || insertions === 0) parts.push(`${deletions} deletion${deletions === 1 ? "" : "s"}(-)`);
  return ` ${parts.join(", ")}\n`;
}
