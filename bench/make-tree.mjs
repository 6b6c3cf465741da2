/**
 * Makes trees of text files from a seed: the same seed gives the same names, sizes and bytes on every machine.
 *
 * `node bench/make-tree.mjs FOLDER S|M|L|XL|B [SEED]` makes one to play with.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

/** The sizes that are measured: a spec folder, a project, a large project, a very large one, and a few big files. */
export const TREE_SIZES = {
  S: { files: 20, bytes: 100_000 },
  M: { files: 2_000, bytes: 20_000_000 },
  L: { files: 20_000, bytes: 300_000_000 },
  XL: { files: 100_000, bytes: 1_000_000_000 },
  B: { files: 20, bytes: 1_000_000_000, isEven: true },
};

const FILES_PER_FOLDER = 20;
const FOLDERS_PER_FOLDER = 10;
const TEXT_BYTES = 4 * 1024 * 1024;
const WORDS =
  "the a of to and in is must may each file folder step task spec proposal design change requirement scenario when then given user system".split(
    " ",
  );

let text;

/**
 * Makes a tree and tells its files.
 * @param {string} folder is made
 * @param {{ files: number, bytes: number, isEven?: boolean }} size the number of files, and their bytes together
 * @returns {{ path: string, bytes: number }[]} in the order of the paths
 */
export function makeTree(folder, { files, bytes, isEven = false }, seed = 1) {
  const random = makeRandom(seed);
  const shares = isEven ? Array.from({ length: files }, () => bytes / files) : shareOut(bytes, files, random);
  const planned = shares.map((share, number) => ({ path: join(folder, pathOf(number)), bytes: share }));
  for (const file of planned) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, takeText(file.bytes, random));
  }
  return planned;
}

/**
 * Rewrites the same share of a tree's files with other bytes of the same length, evenly spread over its folders, and tells those files.
 * @param {{ path: string, bytes: number }[]} files as `makeTree` told them
 * @param {number} share of the files; at least one is changed
 */
export function changeTree(files, share, seed) {
  const random = makeRandom(seed);
  const step = Math.min(files.length, Math.round(1 / share));
  const changed = files.filter((_, number) => number % step === 0);
  for (const { path, bytes } of changed) writeFileSync(path, takeText(bytes, random));
  return changed;
}

/** The mulberry32 generator: numbers from 0 up to 1, good enough for file contents. */
function makeRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Words in lines, which compress as prose does. */
function makeText() {
  const random = makeRandom(1);
  const lines = [];
  for (let length = 0; length < TEXT_BYTES;) {
    const words = Array.from({ length: 4 + Math.floor(random() * 12) }, () => WORDS[Math.floor(random() * WORDS.length)]);
    const line = `${words.join(" ")} ${Math.floor(random() * 1e9).toString(36)}.\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("").slice(0, TEXT_BYTES));
}

/** A piece of one text behind a heading of its own, so that no two files have the same bytes. */
function takeText(bytes, random) {
  text ??= makeText();
  const heading = Buffer.from(`# ${Math.floor(random() * 2 ** 48).toString(36)}\n`).subarray(0, bytes);
  const pieces = [heading];
  for (let missing = bytes - heading.length; missing > 0;) {
    const start = Math.floor(random() * (text.length / 2));
    const piece = text.subarray(start, Math.min(start + missing, text.length));
    pieces.push(piece);
    missing -= piece.length;
  }
  return Buffer.concat(pieces);
}

/** Shares of many small files and few large ones, as in most directories (log-normal), which add up exactly. */
function shareOut(total, count, random) {
  const weights = Array.from({ length: count }, () => Math.exp(normal(random)));
  const sum = weights.reduce((one, other) => one + other, 0);
  const shares = weights.map((weight) => Math.max(16, Math.floor((weight / sum) * total)));
  shares[0] += Math.max(0, total - shares.reduce((one, other) => one + other, 0));
  return shares;
}

/** A normally distributed number (Box and Muller). */
function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function pathOf(number) {
  const folder = Math.floor(number / FILES_PER_FOLDER);
  const name = `document-${String(number).padStart(5, "0")}.md`;
  return folder === 0 ? name : join(`part-${Math.floor(folder / FOLDERS_PER_FOLDER)}`, `section-${folder % FOLDERS_PER_FOLDER}`, name);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, size, seed] = argv.slice(2);
  if (folder === undefined || !(size in TREE_SIZES)) {
    console.error("usage: node bench/make-tree.mjs FOLDER S|M|L|XL|B [SEED]");
    process.exit(2);
  }
  makeTree(folder, TREE_SIZES[size], seed === undefined ? 1 : Number(seed));
}
