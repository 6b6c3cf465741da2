/** Turns what was measured into tables, and tells what kept its limit. */
import { median, quantile, ratiosOf } from "./compare.mjs";
import { TREE_SIZES } from "./make-tree.mjs";
import { PEER_SITUATIONS } from "./peers.mjs";

const SITUATION_TITLES = { first: "first", unchanged: "nothing changed", changed: "1 % changed" };
const NOISY_SPREAD = 0.1;

/** Every limit with what was measured against it. @returns {{ id: string, text: string, measured: string, isMet: boolean }[]} */
export function judgeLimits(results) {
  return results.cases.flatMap(({ id, limits, samples: [full] }) => {
    const wallRatio = median(ratiosOf(full.wallMs, full.floorWallMs));
    const peakBytes = Math.max(...full.peakBytes);
    return [
      ...(limits.wallRatio === undefined
        ? []
        : [{ id, text: `≤ ${limits.wallRatio} ×`, measured: formatRatio(wallRatio), isMet: wallRatio <= limits.wallRatio }]),
      ...(limits.peakBytes === undefined
        ? []
        : [{ id, text: `< ${formatBytes(limits.peakBytes)}`, measured: formatBytes(peakBytes), isMet: peakBytes < limits.peakBytes }]),
    ];
  });
}

/** The whole report in Markdown. */
export function formatReport(results) {
  return [
    formatMachine(results),
    ...(results.cases.length === 0 ? [] : [formatCases(results)]),
    ...results.peers.map(formatPeers(results)),
  ].join("\n\n");
}

function formatMachine({ machine, startedAt, load, cases }) {
  const { node, processors, memoryBytes, fileSystem } = machine;
  const floors = cases.flatMap(({ samples }) => samples.flatMap(({ floorWallMs }) => floorWallMs));
  const spread = floors.length === 0 ? 0 : (quantile(floors, 0.75) - quantile(floors, 0.25)) / median(floors);
  const noise =
    floors.length === 0
      ? ""
      : ` Half of all runs of \`node -e 0\` lay within ${Math.round(spread * 100)} % of each other${spread > NOISY_SPREAD ? ": a noisy run" : ""}.`;
  return (
    `Measured on ${startedAt.slice(0, 10)}: Node ${node}, ${processors} processors, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${fileSystem}, warm cache; ` +
    `load ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after.${noise}`
  );
}

function formatCases(results) {
  const verdicts = judgeLimits(results);
  const rows = results.cases.map(({ id, title, size, samples: [full, none] }) => {
    const own = verdicts.filter((verdict) => verdict.id === id);
    return [
      `${title}, ${count(TREE_SIZES[size].files)} files`,
      formatMs(full.floorWallMs),
      formatMs(full.wallMs),
      formatRatios(full.wallMs, full.floorWallMs),
      formatMs(full.cpuMs),
      formatRatio(median(ratiosOf(full.cpuMs, full.floorCpuMs))),
      formatBytes(Math.max(...full.peakBytes)),
      none === undefined ? "" : formatMs(none.wallMs),
      none === undefined ? "" : formatRatios(none.wallMs, none.floorWallMs),
      own.map(({ text, isMet }) => `${text}: ${isMet ? "met" : "**not met**"}`).join(", "),
    ];
  });
  const heads = ["", "`node -e 0`", "wall", "ratio", "CPU", "ratio", "peak memory", "`durability: none`", "ratio", "limit"];
  return formatTable(heads, rows);
}

function formatPeers(results) {
  return ({ size, situations }) => {
    const rows = results.peerVersions.map(({ name, version }) => [
      version === null || version === "" ? name : `${name} (${version})`,
      ...PEER_SITUATIONS.map((situation) => (version === null ? "not installed" : formatPeer(situations[situation] ?? [], name))),
    ]);
    const { files, bytes } = TREE_SIZES[size];
    return `### ${count(files)} files, ${formatBytes(bytes)}\n\n${formatTable(["", ...PEER_SITUATIONS.map((one) => SITUATION_TITLES[one])], rows)}`;
  };
}

function formatPeer(samples, name) {
  const own = samples.find((sample) => sample.name === name);
  return own === undefined ? "" : `${formatMs(own.wallMs)}, ${formatRatio(median(ratiosOf(own.wallMs, samples[0].wallMs)))}`;
}

/** The first column reads as text, the others as numbers. */
function formatTable(heads, rows) {
  const widths = heads.map((head, column) => Math.max(3, ...[head, ...rows.map((row) => row[column])].map((cell) => cell.length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  const line = (cells) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(heads), rule, ...rows.map(line)].join("\n");
}

/** The middle of the ratios, run by run, and the half of them that is nearest to it. */
function formatRatios(values, others) {
  const ratios = ratiosOf(values, others);
  return `${formatRatio(median(ratios))} (${quantile(ratios, 0.25).toFixed(2)}–${quantile(ratios, 0.75).toFixed(2)})`;
}

function formatRatio(ratio) {
  return `${ratio.toFixed(2)} ×`;
}

function formatMs(values) {
  return `${count(Math.round(median(values)))} ms`;
}

function formatBytes(bytes) {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${Math.round(bytes / 1e6)} MB`;
}

function count(number) {
  return number.toLocaleString("en-US");
}
