/** The curves, as tables and charts in Markdown. */
import { formatBytes, formatChart, formatCount, formatMs, formatTable } from "./formats.mjs";

/** Drawn of each curve: the operation that everyday use consists of. */
const DRAWN = "unchanged";
const TITLES = {
  first: "first",
  unchanged: "nothing changed",
  changed: "1 % changed",
  restore: "restore 1 %",
  verify: "verify",
  list: "list",
  "delete-oldest": "delete oldest",
};

/** @param {Record<string, import("./scaling.mjs").Curve> | undefined} curves @returns {string[]} paragraphs */
export function formatScaling({ files, checkpoints, workflow } = {}) {
  if (files === undefined && checkpoints === undefined && workflow === undefined) return [];
  return [
    "### Scaling",
    ...(files === undefined ? [] : formatByFiles(files)),
    ...(checkpoints === undefined ? [] : formatByCheckpoints(checkpoints)),
    ...(workflow === undefined ? [] : formatByStep(workflow)),
  ];
}

/** What each file costs beyond the start of the process. */
export function microsecondsPerFile({ at, ms, floorMs }, operation) {
  return (1000 * Math.max(0, ms[operation] - floorMs)) / at;
}

function formatByFiles({ points }) {
  const operations = Object.keys(points[0].ms);
  const rows = points.map((point) => [
    formatCount(point.at),
    ...operations.map((operation) => `${microsecondsPerFile(point, operation).toFixed(1)} µs`),
    point.peakBytes === undefined ? "" : formatBytes(point.peakBytes),
  ]);
  return [
    "Microseconds per file beyond `node -e 0`, with files of 10 KB on average, and the peak memory of all these commands:",
    formatTable(["files", ...operations.map((operation) => TITLES[operation]), "peak memory"], rows),
    ...drawn(points, "Microseconds per file, nothing changed:", (point) => {
      const value = microsecondsPerFile(point, DRAWN);
      return { value, text: `${value.toFixed(1)} µs` };
    }),
  ];
}

function formatByCheckpoints({ points }) {
  const operations = Object.keys(points[0].ms);
  const rows = points.map(({ at, ms, floorMs }) => [
    formatCount(at),
    ...operations.map((operation) => formatMs(ms[operation])),
    formatMs(floorMs),
  ]);
  return [
    "The whole process with so many checkpoints of 200 files in the store:",
    formatTable(["checkpoints", ...operations.map((operation) => TITLES[operation]), "`node -e 0`"], rows),
    ...drawn(points, "`create` of an unchanged tree:", ({ ms }) => ({ value: ms[DRAWN], text: formatMs(ms[DRAWN]) })),
  ];
}

function formatByStep(curve) {
  const rows = curve.points.map(({ at, ms, floorMs }) => [formatCount(at), formatMs(ms.step), formatMs(floorMs)]);
  return [
    "One step of a workflow of 1,000 steps in process, the command being `true`: checkpoint, command, record, all durable. Medians of five workflows.",
    formatTable(["step", "each", "the command alone"], rows),
    `From the first to the last it grows by ${Math.round(100 * curve.growth)} %.`,
  ];
}

function drawn(points, title, valueOf) {
  if (points.some(({ ms }) => ms[DRAWN] === undefined)) return [];
  const chart = formatChart(points.map((point) => ({ label: formatCount(point.at), ...valueOf(point) })));
  return [title, `\`\`\`text\n${chart}\n\`\`\``];
}
