import { closeSync } from "node:fs";
import { hasCode, messageOf, StepbackError, UnsafePathError } from "../errors/index.js";
import type { CheckpointId, CheckpointRecord, FileEntry, Manifest, RelativePath, TreeEntry } from "../formats/index.js";
import { hashOpenFile, RootDirectory, Slice, withStorageErrors } from "../platform/index.js";
import { readIndex, readManifest, type IndexState, type Store } from "../store/index.js";
import { findRecord, type CallOptions } from "../checkpoint/index.js";
import type { CheckpointVerification, Damage, VerifyReport } from "./reports.js";

/**
 * Reads every stored file of the named checkpoints (all, when none is named) and holds it against the manifest; a file that
 * several checkpoints share is read once. Writes nothing, takes no lock.
 */
export function verifyCheckpoints(store: Store, state: IndexState, ids: readonly string[], options: CallOptions): Promise<VerifyReport> {
  return withStorageErrors(store.path, () => verifyListed(store, state, ids, options));
}

async function verifyListed(store: Store, state: IndexState, ids: readonly string[], options: CallOptions): Promise<VerifyReport> {
  const { checkpoints } = state.index;
  const records = ids.length === 0 ? checkpoints : [...new Set(ids.map((id) => findRecord(checkpoints, id)))];
  const verifier = new Verifier(store, options, records);
  const verified: CheckpointVerification[] = [];
  for (const record of records) verified.push(await verifier.verify(record));
  const found = verified.every(isWhole) ? verified : dropDeleted(store, state, verified);
  const listed = new Set(checkpoints.map(({ id }) => id));
  const unlisted = [...state.listing.folders].filter((id) => !listed.has(id));
  return {
    checkpoints: found,
    foreign: [...state.listing.foreign, ...unlisted],
    isWhole: found.every(isWhole),
  };
}

/** Readers take no lock, so a checkpoint may be deleted, folder first, while it is read; that is no damage. */
function dropDeleted(store: Store, before: IndexState, verified: readonly CheckpointVerification[]): CheckpointVerification[] {
  const { index, listing } = readIndex(store);
  const listed = new Set(index.checkpoints.map(({ id }) => id));
  const isDeleted = (id: CheckpointId): boolean => before.listing.folders.has(id) && !listing.folders.has(id);
  return verified.filter((one) => isWhole(one) || (listed.has(one.id) && !isDeleted(one.id)));
}

function isWhole({ status }: CheckpointVerification): boolean {
  return status === "whole";
}

class Verifier {
  readonly #store: Store;
  readonly #options: CallOptions;
  readonly #slice: Slice;
  readonly #totalEntries: number;
  /** Hashes by inode: hard links make most files of most checkpoints the same ones. */
  readonly #hashes = new Map<string, string>();
  #doneEntries = 0;
  #doneBytes = 0;

  constructor(store: Store, options: CallOptions, records: readonly CheckpointRecord[]) {
    this.#store = store;
    this.#options = options;
    this.#slice = new Slice(options.signal);
    this.#slice.assertGoingOn();
    this.#totalEntries = records.reduce((sum, { fileCount }) => sum + fileCount, 0);
  }

  async verify(record: CheckpointRecord): Promise<CheckpointVerification> {
    const base = { id: record.id, damages: [] as Damage[], problem: null, checkedFiles: 0, checkedBytes: 0 };
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
      return { ...base, status: "damaged", damages: [{ path: "" as RelativePath, problem: "missing", detail: root }] };
    try {
      for (const entry of manifest.entries) await this.#checkEntry(root, entry, base);
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

  async #checkEntry(
    root: RootDirectory,
    entry: TreeEntry,
    result: Pick<CheckpointVerification, "damages" | "checkedFiles" | "checkedBytes">,
  ) {
    const damage = await this.#damageOf(root, entry);
    if (damage !== null) result.damages.push({ path: entry.path, ...damage });
    if (entry.type === "directory") return;
    result.checkedFiles += 1;
    result.checkedBytes += entry.type === "file" ? entry.size : 0;
    this.#doneEntries += 1;
    this.#doneBytes += entry.type === "file" ? entry.size : 0;
    if (!this.#slice.isOver()) return;
    this.#options.onProgress?.({
      activity: "verify",
      doneEntries: this.#doneEntries,
      totalEntries: this.#totalEntries,
      doneBytes: this.#doneBytes,
      totalBytes: null,
    });
    await this.#slice.rest();
  }

  async #damageOf(root: RootDirectory, entry: TreeEntry): Promise<Omit<Damage, "path"> | null> {
    const stats = root.lookAt(entry.path);
    if (stats === undefined) return { problem: "missing", detail: "is not there" };
    if (entry.type === "directory") return stats.isDirectory() ? null : { problem: "type", detail: "is not a folder" };
    if (entry.type === "symlink") {
      if (!stats.isSymbolicLink()) return { problem: "type", detail: "is not a symlink" };
      return root.readLink(entry.path) === entry.target ? null : { problem: "target", detail: "leads elsewhere" };
    }
    if (!stats.isFile()) return { problem: "type", detail: "is not a file" };
    if (stats.size !== BigInt(entry.size)) return { problem: "content", detail: `has ${stats.size} bytes, not ${entry.size}` };
    return this.#contentDamage(root, entry, `${stats.dev}:${stats.ino}`);
  }

  async #contentDamage(root: RootDirectory, entry: FileEntry, inode: string): Promise<Omit<Damage, "path"> | null> {
    let sha256 = this.#hashes.get(inode);
    if (sha256 === undefined) {
      try {
        const descriptor = root.openFile(entry.path);
        try {
          sha256 = (await hashOpenFile(descriptor, () => (this.#slice.isOver(true) ? this.#slice.rest() : undefined))).sha256;
        } finally {
          closeSync(descriptor);
        }
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
        if (!known.has(path)) damages.push({ path, problem: "unexpected", detail: "is not in the manifest" });
      }
    }
  }
}
