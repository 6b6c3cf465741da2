import { join } from "node:path";
import { hasCode, UnsafePathError } from "../errors/index.js";
import { depthOf, parentPath, type CheckpointRecord, type DirectoryEntry, type RelativePath, type TreeEntry } from "../formats/index.js";
import { flushFileSystem, linkOrCopy, RootDirectory } from "../platform/index.js";
import { makeWorkFolder, readManifest, removeWorkFolder, type StoreWriter } from "../store/index.js";
import { storedFolderMode, type CallOptions } from "../checkpoint/index.js";
import type { Healed } from "./reports.js";
import { stageRemedies, type Remedies } from "./remedies.js";
import type { Wound } from "./verifier.js";

/**
 * Puts right what can be: content from an intact stored copy or from the live file, always by its hash and always as a copy; folders
 * and symlinks from the manifest. Checkpoints that shared a damaged file share the healed one. Each file is replaced by one rename, so a
 * kill leaves it damaged or healed.
 *
 * Gives what was tried; only a new look tells whether a checkpoint is whole.
 */
export async function healWounds(writer: StoreWriter, wounds: readonly Wound[], options: CallOptions): Promise<Healed[]> {
  const { store } = writer;
  const work = makeWorkFolder(store, "tmp");
  try {
    const remedies = await stageRemedies(writer, wounds, work, options);
    // Whatever the durability is now: the manifest may say that the checkpoint is durable, and later ones build on that.
    await flushFileSystem(work);
    const healed: Healed[] = [];
    for (const [record, own] of groupByRecord(wounds)) healed.push(...new SnapshotHealer(writer, record, remedies, work).heal(own));
    await flushFileSystem(store.path);
    return healed;
  } finally {
    await removeWorkFolder(work);
  }
}

function groupByRecord(wounds: readonly Wound[]): Map<CheckpointRecord, Wound[]> {
  const byRecord = new Map<CheckpointRecord, Wound[]>();
  for (const wound of wounds) byRecord.set(wound.record, [...(byRecord.get(wound.record) ?? []), wound]);
  return byRecord;
}

class SnapshotHealer {
  readonly #record: CheckpointRecord;
  readonly #remedies: Remedies;
  readonly #work: string;
  readonly #root: RootDirectory;
  readonly #folders: Map<RelativePath, DirectoryEntry>;
  #made = 0;

  constructor({ store }: StoreWriter, record: CheckpointRecord, remedies: Remedies, work: string) {
    this.#record = record;
    this.#remedies = remedies;
    this.#work = work;
    this.#root = RootDirectory.open(store.snapshotPath(record.id));
    const manifest = readManifest(store, record);
    // What a legacy manifest says of its folder are the live directory's attributes, not the snapshot's.
    const entries = manifest.scope === "tree" ? manifest.entries : [];
    this.#folders = new Map(entries.filter((entry) => entry.type === "directory").map((entry) => [entry.path, entry]));
  }

  heal(wounds: readonly Wound[]): Healed[] {
    const healed: Healed[] = [];
    const disturbed = new Set<RelativePath>();
    try {
      // Folders first, then what goes into them.
      for (const wound of [...wounds].sort((one, other) => orderOf(one) - orderOf(other))) {
        const from = this.#healOne(wound);
        if (from === null) continue;
        healed.push({ id: this.#record.id, path: wound.entry.path, from });
        if (wound.entry.type === "directory") disturbed.add(wound.entry.path);
        disturbed.add(parentPath(wound.entry.path));
      }
      for (const path of [...disturbed].sort((one, other) => depthOf(other) - depthOf(one))) this.#settle(path);
    } finally {
      this.#root.close();
    }
    return healed;
  }

  /** Where the remedy came from; null when there is none, or when what stands in its place is not for us to remove. */
  #healOne({ entry, inode }: Wound): Healed["from"] | null {
    const remedy = entry.type === "directory" ? null : this.#remedies.find(entry, inode);
    if (remedy === undefined) return null;
    try {
      if (!this.#makeRoom(entry.path, entry.type)) return null;
      if (remedy === null) {
        this.#root.makeFolder(entry.path, 0o700);
        return "manifest";
      }
      this.#made += 1;
      const newName = join(this.#work, `${this.#record.id}-${this.#made}`);
      remedy.place(newName, linkOrCopy);
      this.#root.moveOver(newName, entry.path);
      return remedy.from;
    } catch (error) {
      // Its folder could not be healed.
      if (hasCode(error, "ENOENT", "ENOTDIR", "EEXIST", "EISDIR") || error instanceof UnsafePathError) return null;
      throw error;
    }
  }

  /** A folder with something in it, where none should be, is somebody's work. */
  #makeRoom(path: RelativePath, type: TreeEntry["type"]): boolean {
    const stats = this.#root.lookAt(path);
    if (stats === undefined) return true;
    if (stats.isDirectory()) {
      if (this.#root.readNames(path).length > 0) return false;
      this.#root.removeEmptyFolder(path);
      return true;
    }
    if (type === "directory") this.#root.moveOut(path, join(this.#work, `out-${(this.#made += 1)}`));
    return true;
  }

  #settle(path: RelativePath): void {
    const folder = this.#folders.get(path);
    if (folder === undefined) return;
    this.#root.setAttributes(path, { type: "directory", mode: storedFolderMode(folder.mode), mtimeNs: folder.mtimeNs, owner: null });
  }
}

function orderOf({ entry }: Wound): number {
  return entry.type === "directory" ? depthOf(entry.path) : Number.MAX_SAFE_INTEGER;
}
