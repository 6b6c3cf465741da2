import { describe, expect, test } from "vitest";
import { formatBytes, formatChart, formatMs, formatTable } from "../../bench/formats.mjs";
import { formatReport } from "../../bench/report.mjs";
import { microsecondsPerFile } from "../../bench/report-scaling.mjs";
import { emptyResults, mergeResults } from "../../bench/results.mjs";

const run = {
  startedAt: "2026-01-02T03:04:05.000Z",
  machine: { node: "20.20.2", processors: 2, memoryBytes: 24 * 2 ** 30, fileSystem: "ext4" },
  load: 0.5,
  tools: [
    { id: "node", name: "`node -e 0`", version: "20.20.2", isOwn: true },
    { id: "stepback", name: "stepback", version: "", isOwn: true },
    { id: "git", name: "git", version: "2.39.5", isOwn: false },
    { id: "rsync-3.5", name: "rsync 3.5 --link-dest", version: "3.5.0", isOwn: false },
    { id: "borg", name: "borg", version: null, isOwn: false },
  ],
};

describe("figures", () => {
  test("have as many digits as mean something", () => {
    expect([formatMs(0.84), formatMs(9.95), formatMs(1234.5)]).toEqual(["0.8 ms", "9.9 ms", "1,235 ms"]);
    expect([formatBytes(1_200), formatBytes(1_234_000_000)]).toEqual(["1 KB", "1,234 MB"]);
  });

  test("stand in tables under their heads, the first column to the left", () => {
    expect(formatTable(["", "ms"], [["git", "1"]])).toBe("|     |  ms |\n| --- | --: |\n| git |   1 |");
  });

  test("are drawn as bars, the longest of 40 characters, the shortest still to be seen", () => {
    const points = [0, 5, 10].map((value) => ({ label: String(value), value, text: `${value} µs` }));
    expect(formatChart(points).split("\n")).toEqual([` 0 █ 0 µs`, ` 5 ${"█".repeat(20)} 5 µs`, `10 ${"█".repeat(40)} 10 µs`]);
  });

  test("per file leave out the start of the process and are never negative", () => {
    expect(microsecondsPerFile({ at: 2_000, ms: { first: 180 }, floorMs: 80 }, "first")).toBe(50);
    expect(microsecondsPerFile({ at: 2_000, ms: { first: 79 }, floorMs: 80 }, "first")).toBe(0);
  });
});

describe("the report", () => {
  test("says when nothing was measured yet", () => {
    expect(formatReport(emptyResults())).toBe("Nothing was measured yet.");
  });

  test("shows each tool beside stepback with the ratio of stepback to it, and who is not there", () => {
    const samples = [
      { id: "node", wallMs: [50, 50, 50], cpuMs: [], peakBytes: [] },
      { id: "stepback", wallMs: [100, 200, 300], cpuMs: [90], peakBytes: [60e6] },
      { id: "git", wallMs: [200, 200], cpuMs: [], peakBytes: [] },
    ];
    const report = formatReport(mergeResults(emptyResults(), "M", { run, operations: { first: { measuredAt: run.startedAt, samples } } }));
    expect(report).toContain("Beside stepback: git (2.39.5), rsync 3.5 --link-dest (3.5.0), borg: not installed.");
    expect(linesOf(report, "### M: 2,000 files, 20 MB")).toEqual([
      "| | first |",
      "| ----------- | -------------: |",
      "| `node -e 0` | 50 ms, 4.00 × |",
      "| stepback | 200 ms |",
      "| git | 200 ms, 0.75 × |",
    ]);
    expect(report).toContain("| stepback | 60 MB, 90 ms |");
  });

  test("has only the curves of a run that measured nothing else", () => {
    const points = [1, 10].map((at) => ({ at, ms: { unchanged: 100 * at, list: 70 }, floorMs: 60 }));
    const report = formatReport(mergeResults(emptyResults(), "scaling", { run, curves: { checkpoints: { points } } }));
    expect(linesOf(report, "The whole process with so many checkpoints of 200 files in the store:")).toEqual([
      "| checkpoints | nothing changed | list | `node -e 0` |",
      "| ----------- | --------------: | ----: | ----------: |",
      "| 1 | 100 ms | 70 ms | 60 ms |",
      "| 10 | 1,000 ms | 70 ms | 60 ms |",
    ]);
    expect(report).toContain(`\`\`\`text\n 1 ████ 100 ms\n10 ${"█".repeat(40)} 1,000 ms\n\`\`\``);
  });
});

/** The lines of the table that follows a line, without the spaces that align them. */
function linesOf(report: string, before: string): string[] {
  const table =
    report
      .slice(report.indexOf(before) + before.length)
      .trimStart()
      .split("\n\n")[0] ?? "";
  return table.split("\n").map((line) => line.replaceAll(/ +/g, " "));
}
