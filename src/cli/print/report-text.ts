import type { ActivityReport, CheckpointSummary, ReportPage, ReportRow } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { utcTime } from "./time-text.js";

/** The columns of a report, each with its cell for a row. */
const COLUMNS: readonly [heading: string, cell: (row: ReportRow) => string][] = [
  ["Period", ({ period }) => period],
  ["Checkpoints", ({ checkpoints }) => String(checkpoints)],
  ["Restores", ({ restores }) => String(restores)],
  ["Sessions", ({ sessions }) => String(sessions)],
  ["Tasks", ({ tasksCompleted, tasksFailed }) => doneText(tasksCompleted, tasksFailed)],
  ["Steps", ({ stepsSucceeded, stepsFailed }) => doneText(stepsSucceeded, stepsFailed)],
  ["Success", ({ successRatio }) => (successRatio === null ? "–" : `${Math.round(successRatio * 1000) / 10} %`)],
  ["Growth", ({ growthBytes }) => (growthBytes === null ? "–" : growthText(growthBytes))],
];

const TYPES_COLUMN: (typeof COLUMNS)[number] = [
  "Types",
  ({ byType }) =>
    Object.entries(byType)
      .map(([type, count]) => `${count} ${type}`)
      .join(", "),
];

/** The text of `stepback report`. */
export function reportText(changeId: string, report: ActivityReport, isDetailed: boolean): string {
  const { head, body } = cellsOf(report, isDetailed);
  const widths = head.map((heading, at) => Math.max(...[heading, ...body.map((cells) => cells[at] ?? "")].map(({ length }) => length)));
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd()}\n`;
  return `Report for '${safe(changeId)}' by ${report.period} (${report.timeZone}):\n\n${[head, ...body].map(line).join("")}`;
}

/** The same as a Markdown table. */
export function reportMarkdown(changeId: string, report: ActivityReport, isDetailed: boolean): string {
  const { head, body } = cellsOf(report, isDetailed);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const title = `# Report for ${safe(changeId).replace(/[\\`*_[\]<>#|]/g, "\\$&")}\n\nBy ${report.period}, ${report.timeZone}.\n\n`;
  return title + line(head) + line(head.map(() => "---")) + body.map(line).join("");
}

function cellsOf({ rows, total }: ActivityReport, isDetailed: boolean): { head: string[]; body: string[][] } {
  const columns = isDetailed ? [...COLUMNS, TYPES_COLUMN] : COLUMNS;
  return { head: columns.map(([heading]) => heading), body: [...rows, total].map((row) => columns.map(([, cell]) => cell(row))) };
}

function doneText(done: number, failed: number): string {
  return failed === 0 ? String(done) : `${done} of ${done + failed}`;
}

function growthText(bytes: number): string {
  return bytes < 0 ? `-${byteSize(-bytes)}` : `+${byteSize(bytes)}`;
}

/** The text of `stepback report --html`. */
export function pageText({ checkpoints, bytes }: Pick<ReportPage, "checkpoints" | "bytes">, file: string): string {
  return `✓ Wrote ${safe(file)} (${counted(checkpoints, "checkpoint")}, ${byteSize(bytes)})\n`;
}

/** The text of `stepback summary`. */
export function summaryText(changeId: string, summary: CheckpointSummary): string {
  const { latest } = summary;
  const facts: [name: string, value: string | null][] = [
    ["Change", safe(changeId)],
    ["Checkpoints", String(summary.total)],
    ...Object.entries(summary.byType).map(([type, count]): [string, string] => [`  ${type}`, String(count)]),
    ["Used for rollback", `${summary.usedForRollback} (${summary.rollbacks} restores)`],
    ["Successful", String(summary.successful)],
    ["Failed", String(summary.failed)],
    ["Pinned", summary.pinned === 0 ? null : String(summary.pinned)],
    ["Latest", latest === null ? null : `${safe(latest.id)} (${utcTime(latest.createdAt)})`],
  ];
  return facts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}
