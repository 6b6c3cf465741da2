/** Turns what was measured into Markdown. */
import { GOAL_OPERATIONS } from "./goals.mjs";
import { formatBytes, formatCount, formatMs, formatRatio, formatTable } from "./formats.mjs";
import { LISTED } from "./lists.mjs";
import { TREE_SIZES } from "./make-tree.mjs";
import { OPERATIONS } from "./operations.mjs";
import { allowedBytes } from "./read-results.mjs";
import { formatScaling } from "./report-scaling.mjs";
import { median, quantile, ratiosOf } from "./statistics.mjs";
import { judgeGoals, judgeLimits } from "./verdicts.mjs";

const NOISY_SPREAD = 0.1;
const OPERATION_TITLES = Object.fromEntries(OPERATIONS.map(({ id, title }) => [id, title]));

/** The whole report. @param {import("./results.mjs").Results} results */
export function formatReport(results) {
  const sizes = Object.keys(TREE_SIZES).filter((size) => results.pieces[size] !== undefined);
  if (sizes.length === 0 && results.pieces.scaling === undefined) return "Nothing was measured yet.";
  return [
    formatRuns(results),
    ...formatSection("### Goals", [formatGoals(results)]),
    ...formatSection("### Limits, as measured", [formatLimits(results)]),
    ...sizes.flatMap((size) => formatSize(size, results.pieces[size])),
    ...formatLists(results.pieces.S),
    ...formatDisk(sizes, results),
    ...formatScaling(results.pieces.scaling?.curves),
  ].join("\n\n");
}

function formatSection(heading, parts) {
  return parts.length === 0 ? [] : [heading, ...parts];
}

function formatRuns({ pieces }) {
  const runs = Object.entries(pieces).map(([name, piece]) => {
    const { node, processors, memoryBytes, fileSystem } = piece.run.machine;
    return [
      name,
      piece.run.startedAt.slice(0, 10),
      `Node ${node}`,
      String(processors),
      `${Math.round(memoryBytes / 2 ** 30)} GiB`,
      fileSystem,
      piece.run.load.toFixed(1),
      formatNoise(piece),
    ];
  });
  const tools = new Map(Object.values(pieces).flatMap(({ run }) => run.tools.filter(({ isOwn }) => !isOwn).map((tool) => [tool.id, tool])));
  const versions = [...tools.values()].map(({ name, version }) =>
    version === null ? `${name}: not installed` : nameWithVersion(name, version),
  );
  return [
    formatTable(["size", "measured", "with", "processors", "memory", "file system", "load before", "spread of `node -e 0`"], runs),
    `Medians, in milliseconds; ratios are medians of stepback ÷ the other, run by run, so less than 1 means that stepback is faster. A spread (of the middle half) above ${100 * NOISY_SPREAD} % is noisy. Beside stepback: ${versions.join(", ")}.`,
  ].join("\n\n");
}

function nameWithVersion(name, version) {
  return name.includes(version) ? name : `${name} (${version})`;
}

function formatNoise({ operations = {} }) {
  const spreads = Object.values(operations).flatMap(({ samples }) => {
    const walls = samples.find(({ id }) => id === "node")?.wallMs ?? [];
    return walls.length < 3 ? [] : [(quantile(walls, 0.75) - quantile(walls, 0.25)) / median(walls)];
  });
  if (spreads.length === 0) return "";
  const spread = median(spreads);
  return `${Math.round(100 * spread)} %${spread > NOISY_SPREAD ? ", noisy" : ""}`;
}

function formatGoals(results) {
  const heads = ["", ...GOAL_OPERATIONS.map((operation) => OPERATION_TITLES[operation])];
  const rows = judgeGoals(results).map(({ title, cells }) => [title, ...cells.map(formatVerdict)]);
  return `In each cell what was measured, the goal (must / stretch), and the verdict. A goal with a floor lies below what the bare calls in Node take by the same measure, or, where those are not measured, the bare start of node.\n\n${formatTable(heads, rows)}`;
}

function formatLimits(results) {
  const rows = judgeLimits(results).map((limit) => [limit.title, formatVerdict(limit)]);
  return formatTable(["", "measured, limit, verdict"], rows);
}

/** What was measured, what it must be, and the verdict, in one cell. @param {import("./verdicts.mjs").Verdict | null} cell */
export function formatVerdict(cell) {
  if (cell === null) return "";
  const { measured, must, stretch, floor, unit, verdict } = cell;
  const below = floor !== undefined && floor > must ? `, floor ${Number(floor.toPrecision(3))}` : "";
  const goal = (stretch === undefined ? String(must) : `${must} / ${stretch}`) + below;
  if (measured === undefined) return `(${goal}) ${verdict}`;
  return `${Number(measured.toPrecision(3))}${unit} (${goal}) ${verdict === "missed" ? "**missed**" : verdict}`;
}

function formatSize(size, { operations = {}, run }) {
  const measured = OPERATIONS.filter(({ id }) => id in operations);
  if (measured.length === 0) return [];
  const { files, bytes } = TREE_SIZES[size];
  const tools = run.tools.filter(({ id }) => measured.some((operation) => findWalls(operations, operation, id) !== undefined));
  const table = (cellOf) => {
    const rows = tools.map(({ id, name }) => [name, ...measured.map((operation) => cellOf(operation, id))]);
    return formatTable(
      ["", ...measured.map(({ title }) => title)],
      rows.filter(([, ...cells]) => cells.some((cell) => cell !== "")),
    );
  };
  const times = table((operation, id) => formatTime(operations, operation, id));
  const usages = table((operation, id) => formatUsage(operations, operation, id));
  return [
    `### ${size}: ${formatCount(files)} files, ${formatBytes(bytes)}`,
    times,
    `Peak memory of the largest process (nothing counts for less than the 14 MB of what measures it), and CPU time with all children:`,
    usages,
  ];
}

function findWalls(operations, { id: operation }, id) {
  return operations[operation].samples.find((sample) => sample.id === id);
}

function formatTime(operations, operation, id) {
  const walls = findWalls(operations, operation, id)?.wallMs ?? [];
  if (walls.length === 0) return "";
  const own = id === "stepback" ? undefined : findWalls(operations, operation, "stepback");
  const ratio = own === undefined ? "" : `, ${formatRatio(median(ratiosOf(own.wallMs, walls)))}`;
  return `${formatMs(median(walls))}${ratio}`;
}

function formatUsage(operations, operation, id) {
  const { peakBytes = [], cpuMs = [] } = findWalls(operations, operation, id) ?? {};
  return peakBytes.length === 0 ? "" : `${formatBytes(Math.max(...peakBytes))}, ${formatMs(median(cpuMs))}`;
}

function formatLists(piece) {
  const measured = LISTED.filter((count) => piece?.operations?.[`list-${count}`] !== undefined);
  if (measured.length === 0) return [];
  const operations = measured.map((count) => ({ id: `list-${count}`, title: `${count} checkpoints` }));
  const names = { node: "`node -e 0`", stepback: "`stepback list`", git: "`git log`" };
  const rows = Object.entries(names).map(([id, name]) => [
    name,
    ...operations.map((operation) => formatTime(piece.operations, operation, id)),
  ]);
  return [
    "### List",
    formatTable(
      ["", ...operations.map(({ title }) => title)],
      rows.filter(([, ...cells]) => cells.some((cell) => cell !== "")),
    ),
  ];
}

function formatDisk(sizes, { pieces }) {
  const measured = sizes.filter((size) => pieces[size].disk !== undefined);
  if (measured.length === 0) return [];
  const ids = [...new Set(measured.flatMap((size) => pieces[size].disk.stores.map(({ id }) => id)))];
  const tools = new Map(measured.flatMap((size) => pieces[size].run.tools.map(({ id, name }) => [id, name])));
  const cellOf = (size, id) => {
    const { stores, ...disk } = pieces[size].disk;
    const bytes = stores.find((store) => store.id === id)?.bytes;
    return bytes === undefined ? "" : `${formatBytes(bytes)}, ${formatRatio(bytes / allowedBytes(disk))}`;
  };
  const rows = [
    ["the tree", ...measured.map((size) => formatBytes(pieces[size].disk.treeBytes))],
    ["what was changed", ...measured.map((size) => formatBytes(pieces[size].disk.changedBytes))],
    ["folders of 11 states", ...measured.map((size) => formatBytes(pieces[size].disk.folderBytes))],
    ...ids.map((id) => [tools.get(id) ?? id, ...measured.map((size) => cellOf(size, id))]),
  ];
  const note =
    "By `du`, after the first state and ten more, each with 1 % changed; beside it the share of what is allowed: 1.15 × the tree + what was changed + the blocks of the folders. git, restic and borg compress.";
  return ["### Disk", note, formatTable(["", ...measured], rows)];
}
