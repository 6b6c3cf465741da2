import type { BigIntStats } from "node:fs";
import { hasCode, messageOf, StepbackError, UnsafePathError } from "../errors/index.js";
import type { CheckpointRecord, FileEntry, Manifest, RelativePath, TreeEntry } from "../formats/index.js";
import { areWorthThreads, ParallelBatches, RootDirectory, Slice, ThreadsFailedError } from "../platform/index.js";
import { readManifest, type Store } from "../store/index.js";
import type { CallOptions } from "../checkpoint/index.js";
import { hashStoredFile, type StoredFilesPlace } from "./hash-stored-files.js";
import type { CheckpointVerification, Damage } from "./reports.js";

/** An entry of a checkpoint that is not as its manifest says. */
export interface Wound {
  record: CheckpointRecord;
  entry: TreeEntry;
  problem: Damage["problem"];
  /** What stands there now, as `device:inode`; null for nothing. */
  inode: string | null;
}

/** Holds snapshots against their manifests, one after the other; a file that several of them share is read once. */
export class Verifier {
  /** What was found so far, in the order of the manifests. */
  readonly wounds: Wound[] = [];
  readonly #store: Store;
  readonly #options: CallOptions;
  readonly #slice: Slice;
  readonly #total: { entries: number; bytes: number };
  /** Hashes by inode: hard links make most files of most checkpoints the same ones. */
  readonly #hashes = new Map<string, string>();
  readonly #workerScript: string | null;
  /** What threads have hashed before its turn to be checked. */
  readonly #ahead = new Set<string>();
  #doneEntries = 0;
  #doneBytes = 0;

  /** `workerScript`: the script of the threads that help with much work, null for none. */
  constructor(
    store: Store,
    { options, records, workerScript }: { options: CallOptions; records: readonly CheckpointRecord[]; workerScript: string | null },
  ) {
    this.#store = store;
    this.#options = options;
    this.#workerScript = workerScript;
    this.#slice = new Slice(options.signal);
    this.#slice.assertGoingOn();
    this.#total = {
      entries: records.reduce((sum, { fileCount }) => sum + fileCount, 0),
      bytes: records.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
    };
  }

  async verify(record: CheckpointRecord): Promise<CheckpointVerification> {
    const base = { id: record.id, damages: [] as Damage[], problem: null, checkedFiles: 0, checkedBytes: 0 };
    this.#report();
    let manifest: Manifest;
    try {
      manifest = readManifest(this.#store, record);
    } catch (error) {
      if (!(error instanceof StepbackError)) throw error;
      return { ...base, status: "unverifiable", problem: error.message };
    }
    // The original tool left an empty snapshot without a folder.
    if (record.manifestSha256 === null && record.fileCount === 0) return { ...base, status: "whole" };
    const root = this.#openSnapshot(record);
    if (typeof root === "string")
      return { ...base, status: "damaged", damages: [{ path: "" as RelativePath, problem: "missing", detail: root, sharedWith: [] }] };
    try {
      await this.#hashMany(root, record, manifest);
      for (const entry of manifest.entries) await this.#checkEntry(root, record, entry, base);
      this.#findUnexpected(root, manifest, base.damages);
    } finally {
      root.close();
    }
    return { ...base, status: base.damages.length === 0 ? "whole" : "damaged" };
  }

  #openSnapshot(record: CheckpointRecord): RootDirectory | string {
    try {
      return RootDirectory.open(this.#store.snapshotPath(record.id));
    } catch (error) {
      if (hasCode(error, "ENOENT") || error instanceof UnsafePathError) return "the snapshot folder is missing";
      throw error;
    }
  }

  /** Has the threads hash what is not hashed yet, where that is worth it; what they cannot read is met again, and judged, in its turn. */
  async #hashMany(root: RootDirectory, record: CheckpointRecord, { entries }: Manifest): Promise<void> {
    if (this.#workerScript === null || !areWorthThreads(record.fileCount, record.totalBytes)) return;
    const wanted = new Map<string, FileEntry>();
    for (const entry of entries) {
      const stats = entry.type === "file" ? root.lookAt(entry.path) : undefined;
      if (stats?.isFile() === true && !this.#hashes.has(inodeOf(stats))) wanted.set(inodeOf(stats), entry as FileEntry);
      if (this.#slice.isOver()) await this.#slice.rest();
    }
    const files = [...wanted.values()];
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (areWorthThreads(files.length, bytes)) await this.#hashInThreads(this.#workerScript, record, wanted);
  }

  async #hashInThreads(workerScript: string, record: CheckpointRecord, wanted: ReadonlyMap<string, FileEntry>): Promise<void> {
    try {
      await this.#hashAhead(workerScript, record, wanted);
    } catch (error) {
      // What they have not hashed is hashed in its turn.
      if (!(error instanceof ThreadsFailedError)) throw error;
    }
  }

  async #hashAhead(workerScript: string, record: CheckpointRecord, wanted: ReadonlyMap<string, FileEntry>): Promise<void> {
    const inodes = [...wanted.keys()];
    const threads = await ParallelBatches.open<RelativePath, StoredFilesPlace, string | null>(workerScript, {
      kind: "hash",
      common: { snapshotPath: this.#store.snapshotPath(record.id) },
      onOutcome: (key, sha256) => {
        const inode = inodes[key] as string;
        if (sha256 === null) return;
        this.#hashes.set(inode, sha256);
        this.#ahead.add(inode);
        this.#count(wanted.get(inode) as FileEntry);
      },
      onBatch: () => this.#report(),
    });
    try {
      for (const [key, { path, size }] of [...wanted.values()].entries()) threads.add(key, path, size);
      await threads.finish(this.#options.signal);
    } finally {
      await threads.close();
    }
  }

  async #checkEntry(
    root: RootDirectory,
    record: CheckpointRecord,
    entry: TreeEntry,
    result: Pick<CheckpointVerification, "damages" | "checkedFiles" | "checkedBytes">,
  ) {
    const stats = root.lookAt(entry.path);
    const damage = await this.#damageOf(root, entry, stats);
    if (damage !== null) {
      result.damages.push({ path: entry.path, ...damage, sharedWith: [] });
      this.wounds.push({ record, entry, problem: damage.problem, inode: stats === undefined ? null : inodeOf(stats) });
    }
    if (entry.type === "directory") return;
    result.checkedFiles += 1;
    result.checkedBytes += entry.type === "file" ? entry.size : 0;
    if (stats === undefined || !this.#ahead.delete(inodeOf(stats))) this.#count(entry);
    if (!this.#slice.isOver()) return;
    this.#report();
    await this.#slice.rest();
  }

  #count(entry: TreeEntry): void {
    this.#doneEntries += 1;
    this.#doneBytes += entry.type === "file" ? entry.size : 0;
  }

  #report(): void {
    this.#options.onProgress?.({
      activity: "verify",
      doneEntries: this.#doneEntries,
      totalEntries: this.#total.entries,
      doneBytes: this.#doneBytes,
      totalBytes: this.#total.bytes,
    });
  }

  async #damageOf(root: RootDirectory, entry: TreeEntry, stats: BigIntStats | undefined): Promise<Found | null> {
    if (stats === undefined) return { problem: "missing", detail: "is not there" };
    if (entry.type === "directory") return stats.isDirectory() ? null : { problem: "type", detail: "is not a folder" };
    if (entry.type === "symlink") {
      if (!stats.isSymbolicLink()) return { problem: "type", detail: "is not a symlink" };
      return root.readLink(entry.path) === entry.target ? null : { problem: "target", detail: "leads elsewhere" };
    }
    if (!stats.isFile()) return { problem: "type", detail: "is not a file" };
    if (stats.size !== BigInt(entry.size)) return { problem: "content", detail: `has ${stats.size} bytes, not ${entry.size}` };
    return this.#contentDamage(root, entry, inodeOf(stats));
  }

  async #contentDamage(root: RootDirectory, entry: FileEntry, inode: string): Promise<Found | null> {
    let sha256 = this.#hashes.get(inode);
    if (sha256 === undefined) {
      try {
        sha256 = await hashStoredFile(root, entry.path, () => (this.#slice.isOver(true) ? this.#slice.rest() : undefined));
      } catch (error) {
        if (!hasCode(error, "EACCES", "EIO", "EPERM")) throw error;
        return { problem: "unreadable", detail: messageOf(error) };
      }
      this.#hashes.set(inode, sha256);
    }
    return sha256 === entry.sha256 ? null : { problem: "content", detail: "has other bytes" };
  }

  /** What stands in a snapshot without being in its manifest; a legacy snapshot may hold more than it speaks for. */
  #findUnexpected(root: RootDirectory, manifest: Manifest, damages: Damage[]): void {
    if (manifest.scope !== "tree") return;
    const known = new Set<string>(manifest.entries.map(({ path }) => path));
    for (const entry of manifest.entries) {
      if (entry.type !== "directory" || root.lookAt(entry.path)?.isDirectory() !== true) continue;
      for (const name of root.readNames(entry.path)) {
        const path = (entry.path === "" ? name : `${entry.path}/${name}`) as RelativePath;
        if (!known.has(path)) damages.push({ path, problem: "unexpected", detail: "is not in the manifest", sharedWith: [] });
      }
    }
  }
}

type Found = Pick<Damage, "problem" | "detail">;

/** Tells whether two names lead to one stored file. */
export function inodeOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}
