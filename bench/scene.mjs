/** The place where a size is measured: one seeded tree, and beside it whatever stores and copies the tools make of it. */
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { changeTree, makeTree, TREE_SIZES } from "./make-tree.mjs";
import { nodeCommand, runCommand } from "./measure-process.mjs";

/** Files that were changed this short a time before a checkpoint are read again by the next one; most files are older. */
const RACY_MS = 3_000;

/**
 * ext4 passes by every inode that was freed within the last minute, one by one, whenever it makes a file or a folder: what is made
 * after a large deletion takes up to five times as long. So nothing is deleted while anything is measured.
 */
const DELETION_ECHO_MS = 61_000;
const MOST_DISCARDED_BYTES = 2_000_000_000;

export class Scene {
  /** The change directory. Stores lie outside, so that every tool sees the same tree. */
  tree;
  /** The folder of the build that is measured. */
  build;
  #root;
  #files;
  #changes = 0;
  #changedAt;
  #discards = 0;
  #freeBytes;

  /** @param {{ root: string, build: string, size: keyof TREE_SIZES }} options */
  constructor({ root, build, size }) {
    this.tree = join(root, "my-change");
    this.build = build;
    this.#root = root;
    mkdirSync(this.beside("discarded"), { recursive: true });
    this.#files = makeTree(this.tree, TREE_SIZES[size]);
    this.#changedAt = performance.now();
    this.#freeBytes = freeBytesOf(root);
  }

  /** A stepback command on this tree and the store of a durability. */
  stepback(args, durability) {
    return nodeCommand(join(this.build, "cli", "main.cjs"), "--dir", this.tree, "--store", this.storePath(durability), ...args);
  }

  storePath(durability) {
    return this.beside(`store-${durability}`);
  }

  /** Says in the configuration file above the tree how durable checkpoints are; the default needs no file. */
  setDurability(durability) {
    const path = this.beside(".stepback.json");
    if (durability === "full") rmSync(path, { force: true });
    else writeFileSync(path, JSON.stringify({ durability }));
  }

  /** Makes a store with one checkpoint of the tree as it is, by which every file of it counts as unchanged. */
  async makeBase(durability) {
    this.removeStore(durability);
    await this.allowUnchanged();
    await runCommand(this.stepback(["create", "-q"], durability));
    this.discard(this.#basePath(durability));
    renameSync(this.storePath(durability), this.#basePath(durability));
  }

  /** Puts a copy of the base in the store's place, made of links: stepback replaces files and never writes into one. */
  takeBase(durability) {
    this.removeStore(durability);
    linkTree(this.#basePath(durability), this.storePath(durability));
  }

  removeStore(durability) {
    this.discard(this.storePath(durability));
  }

  /** Waits until every file is old enough to count as unchanged from now on. */
  async allowUnchanged() {
    await sleep(Math.max(0, this.#changedAt + RACY_MS - performance.now()));
  }

  /** Changes the same share of the files, each time to something new. */
  change(share) {
    this.#changes += 1;
    changeTree(this.#files, share, 1000 + this.#changes);
    this.#changedAt = performance.now();
  }

  /** A path beside the tree. */
  beside(name) {
    return join(this.#root, name);
  }

  /** Puts something out of the way without deleting it. */
  discard(path) {
    this.#discards += 1;
    try {
      renameSync(path, this.beside(join("discarded", String(this.#discards))));
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }

  /** Deletes what was discarded, when it has become much, and waits until the deletion slows nothing down any more. */
  async clear() {
    if (this.#freeBytes - freeBytesOf(this.#root) < MOST_DISCARDED_BYTES) return;
    await rm(this.beside("discarded"), { recursive: true });
    mkdirSync(this.beside("discarded"));
    await sleep(DELETION_ECHO_MS);
    this.#freeBytes = freeBytesOf(this.#root);
  }

  /** Writes out what earlier runs left unwritten, which would otherwise be flushed, and paid for, by the next durable one. */
  async settle() {
    await runCommand({ program: "sync", args: process.platform === "linux" ? ["-f", this.#root] : [] });
  }

  #basePath(durability) {
    return this.beside(`base-${durability}`);
  }
}

function linkTree(from, to) {
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) linkTree(join(from, entry.name), join(to, entry.name));
    else linkSync(join(from, entry.name), join(to, entry.name));
  }
}

/** What is free for this user, in bytes. */
export function freeBytesOf(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
