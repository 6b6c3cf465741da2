/** The results of all runs so far, piece by piece: a whole run may be made in parts. */
import { readFile, writeFile } from "node:fs/promises";

const FORMAT = 2;

/**
 * A piece is a size, or `scaling`. Its parts that several runs may add to are merged part by part; the rest tells of the last run.
 * @typedef {object} Piece
 * @property {object} run when, on which machine, under what load, with which tools
 * @property {Record<string, { measuredAt: string, samples: import("./compare.mjs").Samples[] }>} [operations]
 * @property {object} [disk]
 * @property {object} [curves]
 */

/** @typedef {{ format: number, pieces: Record<string, Piece>, deletedAt?: string }} Results with when a run last deleted its files */

/** @returns {Results} */
export function emptyResults() {
  return { format: FORMAT, pieces: {} };
}

/** Reads what earlier runs left; results in a form of earlier versions count for nothing. @returns {Promise<Results>} */
export async function readResults(path) {
  try {
    const found = JSON.parse(await readFile(path, "utf8"));
    return found.format === FORMAT ? found : emptyResults();
  } catch (error) {
    if (error.code === "ENOENT") return emptyResults();
    throw error;
  }
}

/** @param {string} path @param {Results} results */
export async function writeResults(path, results) {
  await writeFile(path, `${JSON.stringify(results, null, 1)}\n`);
}

/**
 * Adds a piece. An operation that was measured again replaces what was known of it, of all tools at once, because only runs that were
 * made side by side compare.
 * @param {Results} results stay as they are
 * @param {string} name
 * @param {Piece} piece
 * @returns {Results}
 */
export function mergeResults(results, name, piece) {
  const known = results.pieces[name] ?? {};
  const parts = ["operations", "curves"].flatMap((part) =>
    known[part] === undefined && piece[part] === undefined ? [] : [[part, { ...known[part], ...piece[part] }]],
  );
  return { ...results, pieces: { ...results.pieces, [name]: { ...known, ...piece, ...Object.fromEntries(parts) } } };
}
