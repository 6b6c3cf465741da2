/** The place where a size is measured: one seeded tree, and beside it whatever stores and copies the tools make of it. */
import { cpSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { changeTree, makeTree } from "./make-tree.mjs";
import { removeTree, runCommand } from "./measure-process.mjs";

/** The share that "1 % changed" means. */
export const CHANGED_SHARE = 0.01;

/** Files that were changed this short a time before a checkpoint are read again by the next one; most files are older. */
const RACY_MS = 3_000;

const MANIFESTS = "manifests";

/**
 * ext4 passes by every inode that was freed within the last minute, one by one, whenever it makes a file or a folder: what is made
 * after a large deletion takes up to five times as long. So nothing is deleted while anything is measured.
 */
export const DELETION_ECHO_MS = 61_000;

export class Scene {
  /** The change directory. Stores lie outside, so that every tool sees the same tree. */
  tree;
  /** How many files the tree has, and their bytes. */
  size;
  #root;
  #files;
  #changes = 0;
  #changedAt;
  #witness;
  #discards = 0;
  #hasCopy = false;
  #isTreeAway = false;

  /** @param {{ root: string, size: { files: number, bytes: number } }} options the root is made */
  constructor({ root, size }) {
    this.tree = join(root, "my-change");
    this.size = size;
    this.#root = root;
    mkdirSync(this.beside("discarded"), { recursive: true });
    this.#files = makeTree(this.tree, size);
    this.#changedAt = performance.now();
  }

  /** A path beside the tree. */
  beside(name) {
    return join(this.#root, name);
  }

  /** Waits until every file is old enough to count as unchanged from now on. */
  async allowUnchanged() {
    await sleep(Math.max(0, this.#changedAt + RACY_MS - performance.now()));
  }

  /** Changes the same 1 % of the files, each time to something new, and tells those files. */
  change(files = this.#files) {
    this.#changes += 1;
    const changed = changeTree(files, CHANGED_SHARE, 1000 + this.#changes);
    this.#changedAt = performance.now();
    this.#witness = { path: changed[0].path, head: readHead(changed[0].path) };
    return changed;
  }

  /**
   * A second tree with the same files, for tools that write all files anew to go back: to the others, these files would all look
   * changed. Its folder has the tree's name.
   */
  async takeCopy() {
    const [folder, copy] = [this.beside("rewritten"), this.beside(join("rewritten", "my-change"))];
    if (!this.#hasCopy) {
      mkdirSync(folder);
      await runCommand({ program: "cp", args: ["-a", this.tree, copy] });
      this.#hasCopy = true;
    }
    return { folder, copy };
  }

  changeCopy() {
    const copy = this.beside(join("rewritten", "my-change"));
    this.change(this.#files.map(({ path, bytes }) => ({ path: join(copy, path.slice(this.tree.length)), bytes })));
  }

  /** Holds on to every file below a folder by a second name, so that a tool which removes them frees no inode. */
  holdOn(folder) {
    this.#discards += 1;
    linkTree(folder, this.beside(join("discarded", String(this.#discards))));
  }

  /** Leaves an empty folder in the tree's place; what was there is kept, the first time to be brought back. */
  emptyTree() {
    if (this.#isTreeAway) this.discard(this.tree);
    else renameSync(this.tree, this.beside("tree-away"));
    this.#isTreeAway = true;
    mkdirSync(this.tree);
  }

  bringTreeBack() {
    if (!this.#isTreeAway) return;
    this.discard(this.tree);
    renameSync(this.beside("tree-away"), this.tree);
    this.#isTreeAway = false;
  }

  /** @throws Error when what was changed last is still as it was changed to */
  checkReverted() {
    const { path, head } = this.#witness;
    if (readHead(path).equals(head)) throw new Error(`${path} was not brought back`);
  }

  /** @throws Error when the tree does not have all its files */
  checkTree() {
    const found = countFiles(this.tree);
    if (found !== this.size.files) throw new Error(`${found} of ${this.size.files} files came back`);
  }

  /** Makes a copy of a folder in which every file is a link. */
  linkCopy(from, to) {
    linkTree(this.beside(from), this.beside(to));
  }

  /** Puts something out of the way without deleting it. */
  discard(path) {
    this.#discards += 1;
    moveIfThere(path, this.beside(join("discarded", String(this.#discards))));
  }

  /** Deletes what was discarded, when there is less room than needed, and waits until the deletion slows nothing down any more. */
  async clear(neededBytes) {
    if (freeBytesOf(this.#root) >= neededBytes) return;
    await removeTree(this.beside("discarded"));
    mkdirSync(this.beside("discarded"));
    await sleep(DELETION_ECHO_MS);
  }

  /** Deletes everything. */
  async remove() {
    await removeTree(this.#root);
  }

  /** Writes out what earlier runs left unwritten, which would otherwise be flushed, and paid for, by the next durable one. */
  async settle() {
    await runCommand({ program: "sync", args: process.platform === "linux" ? ["-f", this.#root] : [] });
  }

  /** Says in the configuration file above the tree how durable checkpoints are; the default needs no file. */
  setDurability(durability) {
    const path = this.beside(".stepback.json");
    if (durability === "full") rmSync(path, { force: true });
    else writeFileSync(path, JSON.stringify({ durability }));
  }
}

/** What is free for this user, in bytes. */
export function freeBytesOf(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Manifests are copied, and last, so that they are younger than the folders of their checkpoints, as where stepback made both. */
function linkTree(from, to) {
  mkdirSync(to, { mode: 0o700 });
  const entries = readdirSync(from, { withFileTypes: true });
  for (const entry of entries.filter(({ name }) => name !== MANIFESTS)) {
    if (entry.isDirectory()) linkTree(join(from, entry.name), join(to, entry.name));
    else linkSync(join(from, entry.name), join(to, entry.name));
  }
  if (entries.some(({ name }) => name === MANIFESTS)) cpSync(join(from, MANIFESTS), join(to, MANIFESTS), { recursive: true });
}

/** The heading, which no two states of a file have in common. */
function readHead(path) {
  return readFileSync(path).subarray(0, 16);
}

function countFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce(
    (files, entry) => files + (entry.isDirectory() ? countFiles(join(folder, entry.name)) : 1),
    0,
  );
}

function moveIfThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}
