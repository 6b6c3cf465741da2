import { chmodSync, lutimesSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { toFsPath, toTimestamp } from "../../../src/platform/index.js";
import { folderOf, isBelow, type ModelEntry } from "./model-tree.js";

/** A directory on disk and in the model; every edit is made in both, with times that the model chooses. */
export class EditedDirectory {
  readonly directory: string;
  readonly tree = new Map<string, ModelEntry>();
  #tick = 0n;

  constructor(directory: string) {
    this.directory = directory;
    chmodSync(directory, 0o755);
    this.tree.set("", { type: "directory", mode: 0o755, mtimeUs: 0n });
    this.touch("");
  }

  /** Puts a restored tree in place of what the model held. */
  replaceTree(tree: ReadonlyMap<string, ModelEntry>): void {
    this.tree.clear();
    for (const [path, entry] of tree) this.tree.set(path, entry);
  }

  /** With `keepTime`, as a program does that puts the old time back. */
  write(path: string, content: string, keepTime = false): void {
    const old = this.tree.get(path);
    if (old?.type !== "file") this.#clear(path);
    writeFileSync(this.#full(path), content, "latin1");
    const mode = old?.type === "file" ? old.mode : 0o644;
    chmodSync(this.#full(path), mode);
    this.tree.set(path, { type: "file", mode, mtimeUs: old?.mtimeUs ?? 0n, content });
    if (keepTime && old?.type === "file") this.#setTime(path);
    else this.touch(path);
    if (old?.type !== "file") this.touch(folderOf(path));
  }

  makeFolder(path: string): void {
    if (this.tree.get(path)?.type === "directory") return;
    this.#clear(path);
    mkdirSync(this.#full(path));
    chmodSync(this.#full(path), 0o755);
    this.tree.set(path, { type: "directory", mode: 0o755, mtimeUs: 0n });
    this.touch(path);
    this.touch(folderOf(path));
  }

  makeSymlink(path: string, target: string): void {
    this.#clear(path);
    symlinkSync(target, this.#full(path));
    this.tree.set(path, { type: "symlink", target, mtimeUs: 0n });
    this.touch(path);
    this.touch(folderOf(path));
  }

  remove(path: string): void {
    rmSync(this.#full(path), { recursive: true });
    for (const one of this.tree.keys()) if (one === path || isBelow(one, path)) this.tree.delete(one);
    this.touch(folderOf(path));
  }

  rename(from: string, to: string): void {
    const moved = [...this.tree].filter(([path]) => path === from || isBelow(path, from));
    renameSync(this.#full(from), this.#full(to));
    for (const [path] of moved) this.tree.delete(path);
    for (const [path, entry] of moved) this.tree.set(to + path.slice(from.length), entry);
    this.touch(folderOf(from));
    this.touch(folderOf(to));
  }

  setMode(path: string, mode: number): void {
    const entry = this.tree.get(path);
    if (entry === undefined || entry.type === "symlink") return;
    chmodSync(this.#full(path), mode);
    this.tree.set(path, { ...entry, mode });
  }

  touch(path: string): void {
    const entry = this.tree.get(path) as ModelEntry;
    this.#tick += 1n;
    // Microseconds that no millisecond and no clock of the machine would give.
    this.tree.set(path, { ...entry, mtimeUs: 1_000_000_000_000_000n + this.#tick * 1_000_003n });
    this.#setTime(path);
  }

  #setTime(path: string): void {
    const { type, mtimeUs } = this.tree.get(path) as ModelEntry;
    const time = toTimestamp(mtimeUs * 1000n);
    (type === "symlink" ? lutimesSync : utimesSync)(this.#full(path), time, time);
  }

  /** Makes the folders on the way, in place of whatever is none, and takes away what stands at the path. */
  #clear(path: string): void {
    const folder = folderOf(path);
    if (folder !== "") this.makeFolder(folder);
    if (this.tree.has(path)) this.remove(path);
  }

  #full(path: string): string | Buffer {
    return toFsPath(path === "" ? this.directory : `${this.directory}/${path}`);
  }
}
