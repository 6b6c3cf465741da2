import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { decodePathBytes, encodePathBytes, toFsPath } from "../../src/platform/index.js";
import type { SeededRandom } from "../support/crash/seeded-random.js";

/** What stands at a path: a file with its bytes and mode, or a symlink. */
export type RandomLeaf = { bytes: Buffer; mode: number } | { target: string };
/** The files and symlinks of a tree by path, in the held form. */
export type RandomTree = Map<string, RandomLeaf>;

interface Choices {
  /** Files and folders change places, and a folder becomes a symlink; `patch` cannot do all of that. */
  swaps: boolean;
  binary: boolean;
}

const PLAIN = ["a", "b", "c.txt", "run.sh", "-dash", "dir", "deep", ".hidden"] as const;
const ODD = [
  "with space",
  " lead",
  "tail ",
  'quo"te',
  "back\\slash",
  "tab\there",
  "ünïcode",
  "日本",
  "\udcff\udc80raw",
  "semi;colon",
  "a'b",
  "$x",
  "dev",
  "null",
] as const;
const LINES = [
  "one\n",
  "two\n",
  "three\n",
  "\n",
  "same\n",
  "crlf\r\n",
  "\r\n",
  "-minus\n",
  "+plus\n",
  "@@ -1 +1 @@\n",
  "diff --git a/x b/x\n",
  "--- a/x\n",
  "\\ No newline\n",
  "tab\tend \n",
  "\u00e9\u00ff\n",
  "\x80\xff bytes\n",
  "Index: x\n",
] as const;
/** None of them is a name that is used, because git cannot put a folder in the place of a symlink that leads to itself. */
const TARGETS = ["nowhere", "../up", "to-a", "/abs/olute", "to space", "\udcff", "new\nline"] as const;

export function randomTree(random: SeededRandom, prefix: string, choices: Choices): RandomTree {
  const tree: RandomTree = new Map();
  const count = Math.floor(random.next() * 7);
  for (let made = 0; made < count; made += 1) place(tree, `${prefix}/${randomPath(random)}`, randomLeaf(random, choices));
  return tree;
}

/** A tree that came of another one by edits, moves, removals and additions. */
export function editedTree(random: SeededRandom, tree: RandomTree, prefix: string, choices: Choices): RandomTree {
  const edited: RandomTree = new Map();
  for (const [path, leaf] of tree) {
    const chance = random.next();
    if (chance < 0.15) continue;
    if (chance < 0.35) place(edited, `${prefix}/${randomPath(random)}`, leaf);
    else if (chance < 0.6) place(edited, path, editedLeaf(random, leaf, choices));
    else if (chance < 0.7 && choices.swaps)
      place(edited, random.next() < 0.5 ? `${path}/in` : path.slice(0, path.lastIndexOf("/")), leaf, prefix);
    else place(edited, path, leaf);
  }
  for (const [path, leaf] of randomTree(random, prefix, choices)) {
    if (random.next() < 0.5) place(edited, path, leaf);
  }
  return choices.swaps ? edited : withoutSwaps(tree, edited);
}

/** Puts a leaf at a path, unless something else needs it as a folder, or one of its folders is a leaf. */
function place(tree: RandomTree, path: string, leaf: RandomLeaf, prefix = ""): void {
  if (path === prefix || tree.has(path)) return;
  for (const other of tree.keys()) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) return;
  }
  tree.set(path, leaf);
}

/** Leaves out what would take the place of a folder, or need one in the place of a file. */
function withoutSwaps(before: RandomTree, after: RandomTree): RandomTree {
  const isSwap = (path: string): boolean =>
    [...before.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) ||
    changesType(before.get(path), after.get(path));
  return new Map([...after].filter(([path]) => !isSwap(path)));
}

function changesType(one: RandomLeaf | undefined, other: RandomLeaf | undefined): boolean {
  return one !== undefined && other !== undefined && "target" in one !== "target" in other;
}

function randomPath(random: SeededRandom): string {
  const parts: string[] = [];
  do parts.push(random.next() < 0.6 ? random.pick(PLAIN) : random.pick(ODD));
  while (random.next() < 0.35 && parts.length < 4);
  return parts.join("/");
}

function randomLeaf(random: SeededRandom, { binary }: Choices): RandomLeaf {
  const chance = random.next();
  if (chance < 0.15) return { target: random.pick(TARGETS) };
  if (binary && chance < 0.3)
    return {
      bytes: Buffer.from([0, 1, 2, Math.floor(random.next() * 256), ...Buffer.alloc(Math.floor(random.next() * 200), 7)]),
      mode: 0o644,
    };
  return { bytes: randomText(random), mode: randomMode(random) };
}

function randomMode(random: SeededRandom): number {
  return random.pick([0o644, 0o644, 0o755]);
}

function randomText(random: SeededRandom): Buffer {
  const lines: string[] = [];
  const count = Math.floor(random.next() ** 2 * 40);
  for (let line = 0; line < count; line += 1) lines.push(random.pick(LINES));
  const text = lines.join("");
  return Buffer.from(random.next() < 0.3 ? `${text}no end` : text, "latin1");
}

function editedLeaf(random: SeededRandom, leaf: RandomLeaf, choices: Choices): RandomLeaf {
  if ("target" in leaf)
    return choices.swaps && random.next() < 0.3 ? { bytes: Buffer.from(leaf.target), mode: 0o644 } : { target: random.pick(TARGETS) };
  const chance = random.next();
  if (chance < 0.2) return { ...leaf, mode: leaf.mode === 0o644 ? 0o755 : 0o644 };
  if (chance < 0.3 && choices.swaps) return { target: "became a link" };
  const lines = leaf.bytes.toString("latin1").split(/(?<=\n)/);
  const edits = 1 + Math.floor(random.next() * 4);
  for (let edit = 0; edit < edits; edit += 1) {
    const at = Math.floor(random.next() * (lines.length + 1));
    if (random.next() < 0.5) lines.splice(at, 1 + Math.floor(random.next() * 3));
    else lines.splice(at, 0, random.pick(LINES));
  }
  return { bytes: Buffer.from(lines.join(""), "latin1"), mode: random.next() < 0.1 ? randomMode(random) : leaf.mode };
}

/** Makes a folder hold just these trees. */
export function writeTrees(root: string, trees: readonly RandomTree[]): void {
  for (const name of readdirSync(root)) {
    if (name !== ".checkpoints") rmSync(`${root}/${name}`, { recursive: true });
  }
  for (const tree of trees) {
    for (const [path, leaf] of tree) {
      const full = `${root}/${path}`;
      mkdirSync(toFsPath(full.slice(0, full.lastIndexOf("/"))), { recursive: true });
      if ("target" in leaf) symlinkSync(toFsPath(leaf.target), toFsPath(full));
      else {
        writeFileSync(toFsPath(full), leaf.bytes);
        chmodSync(toFsPath(full), leaf.mode);
      }
    }
  }
}

/** All that git knows of a folder: files with their bytes and the right to execute, symlinks with their targets. */
export function readAsGit(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (folder: string): void => {
    for (const entry of readdirSync(toFsPath(`${root}${folder}`), { withFileTypes: true, encoding: "buffer" })) {
      const path = `${folder}/${decodePathBytes(entry.name)}`;
      if (path === "/.checkpoints") continue;
      if (entry.isDirectory()) visit(path);
      else found[encodePathBytes(path).toString("latin1")] = describeLeaf(toFsPath(`${root}${path}`));
    }
  };
  visit("");
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function describeLeaf(path: string | Buffer): string {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(path, { encoding: "buffer" }).toString("latin1")}`;
  return `${stats.mode & 0o100 ? "x" : "-"} ${readFileSync(path).toString("latin1")}`;
}
