/** How figures and tables are written. */

/**
 * A Markdown table; the first column reads as text, the others as numbers.
 * @param {string[]} heads
 * @param {string[][]} rows
 * @returns {string}
 */
export function formatTable(heads, rows) {
  const widths = heads.map((head, column) => Math.max(3, ...[head, ...rows.map((row) => row[column])].map((cell) => cell.length)));
  const pad = (cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]));
  const line = (cells) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(heads), rule, ...rows.map(line)].join("\n");
}

/**
 * One bar for each point, the longest of a fixed length.
 * @param {{ label: string, value: number, text: string }[]} points
 * @returns {string}
 */
export function formatChart(points) {
  const longest = Math.max(...points.map(({ value }) => value));
  const widest = Math.max(...points.map(({ label }) => label.length));
  return points
    .map(
      ({ label, value, text }) =>
        `${label.padStart(widest)} ${"█".repeat(Math.max(1, Math.round((CHART_WIDTH * value) / longest)))} ${text}`,
    )
    .join("\n");
}

const CHART_WIDTH = 40;

/** @param {number} ms @returns {string} */
export function formatMs(ms) {
  return `${ms < 10 ? ms.toFixed(1) : formatCount(Math.round(ms))} ms`;
}

/** @param {number} ratio @returns {string} */
export function formatRatio(ratio) {
  return `${ratio.toFixed(2)} ×`;
}

/** @param {number} bytes @returns {string} */
export function formatBytes(bytes) {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${formatCount(Math.round(bytes / 1e6))} MB`;
}

/** @param {number} number @returns {string} */
export function formatCount(number) {
  return number.toLocaleString("en-US");
}
