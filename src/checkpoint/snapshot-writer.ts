import { chmodSync, lutimesSync, mkdirSync, symlinkSync, utimesSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import type { CheckpointId, DirectoryEntry, FileEntry, ManifestLines, RelativePath, Sha256, SymlinkEntry } from "../formats/index.js";
import { hashFileAt, linkOrCopy, removeFile, toFsPath, toTimestamp } from "../platform/index.js";
import { isRacy, type ScannedFile } from "../tree/index.js";
import type { PresentEntries } from "./present-entries.js";
import { readLiveFile, type LiveFile } from "./read-live-file.js";
import { StoredFolders } from "./stored-folders.js";
import { storedFolderMode, storedMode } from "./stored-modes.js";

/** Above this a file with a namesake of the same size is hashed first, so that a mere touch does not write it again. */
const HASH_FIRST_BYTES = 1024 * 1024;

/** The checkpoint whose stored files the next one may share. */
export interface Parent {
  id: CheckpointId;
  lines: ManifestLines;
  snapshotPath: string;
  /** When the snapshot was complete, by the clock of the store's file system, ns since the epoch; 0 when its folders' times prove nothing. */
  sealedAtNs: bigint;
  /** Whether all of it is on the disk, whatever happens. */
  isDurable: boolean;
}

/**
 * Builds a snapshot folder entry by entry: unchanged content is linked from the parent, everything else is read through one
 * descriptor, hashed and written. Without a destination it only finds out the hashes.
 */
export class SnapshotWriter {
  readonly #directory: string;
  readonly #destination: string | null;
  readonly #parent: Parent | null;
  readonly #pause: () => Promise<void> | undefined;
  readonly #present: PresentEntries | null;
  readonly #isDamaged: (sha256: Sha256) => boolean;
  /** The rows, in the parent's manifest, of files that are links to the parent's because they have not changed. */
  readonly linkedRows = new Map<RelativePath, string>();
  /** Stored paths that already have a name in this snapshot: two live files must not become one file in it. */
  readonly #used = new Set<RelativePath>();
  /** Those of them that wait for what a thread finds out. */
  readonly #reserved = new Set<RelativePath>();
  /** Stored files by content and mode, without those that are known to be taken. */
  readonly #byContent = new Map<string, Set<RelativePath>>();
  #isParentIntact = true;
  readonly #parentFolders: StoredFolders;
  readonly #clones = { work: process.platform === "linux" };

  constructor(options: {
    directory: string;
    destination: string | null;
    parent: Parent | null;
    pause: () => Promise<void> | undefined;
    /** Tells whether some stored copy of a content is known to be damaged. */
    isDamaged?: (sha256: Sha256) => boolean;
    /** What stands in the destination already: files of the parent, linked beforehand. */
    present?: PresentEntries | null;
  }) {
    this.#directory = options.directory;
    this.#destination = options.destination;
    this.#parent = options.parent;
    this.#parentFolders = new StoredFolders(options.parent?.snapshotPath ?? "", options.parent?.sealedAtNs ?? 0n);
    this.#pause = options.pause;
    this.#present = options.present ?? null;
    this.#isDamaged = options.isDamaged ?? (() => false);
  }

  /** Gives the hash of a file that is certainly what the parent holds, undamaged as far as is known, and reserves the stored file. */
  findUnchanged(file: ScannedFile): Sha256 | undefined {
    const same = this.#parent?.lines.findSame(file);
    if (same === undefined || isRacy(file, (this.#parent as Parent).lines.scanStartedNs)) return undefined;
    if (this.#isDamaged(same.sha256)) return undefined;
    this.#used.add(file.path);
    this.linkedRows.set(file.path, same.row);
    return same.sha256;
  }

  /** Reserves the parent's copy of a file that looks as it did, though that proves nothing; false where there is no such copy. */
  reserveOwn(file: ScannedFile): boolean {
    const isThere = this.#parent?.lines.findSame(file) !== undefined && this.#parentFolders.leadTo(file.path);
    if (isThere) {
      this.#used.add(file.path);
      this.#reserved.add(file.path);
    }
    return isThere;
  }

  /** Links a file to the copy that was reserved for it, which was just read and found whole; false when that is gone meanwhile. */
  shareOwn({ path }: FileEntry): boolean {
    return this.#destination === null || this.#link(path, path);
  }

  /** Leaves the copy that may have been reserved for a file to others. */
  release({ path }: ScannedFile): void {
    if (this.#reserved.delete(path)) this.#used.delete(path);
  }

  makeFolder(entry: DirectoryEntry): void {
    if (this.#destination === null) return;
    const isThere = entry.path === "" || this.#present?.takeFolder(entry.path) === true;
    if (isThere) this.#present?.enter(entry.path);
    else mkdirSync(this.#target(entry.path), { mode: 0o700 });
  }

  /** Gives folders their modes and times at the end, children first, when nothing is put into them any more. */
  finishFolder(entry: DirectoryEntry): void {
    if (this.#destination === null) return;
    const target = this.#target(entry.path);
    const time = toTimestamp(entry.mtimeNs);
    utimesSync(target, time, time);
    chmodSync(target, storedFolderMode(entry.mode));
  }

  makeSymlink(entry: SymlinkEntry): void {
    if (this.#destination === null) return;
    this.clearWay(entry.path);
    const target = this.#target(entry.path);
    const time = toTimestamp(entry.mtimeNs);
    symlinkSync(toFsPath(entry.target), target);
    lutimesSync(target, time, time);
  }

  /** Takes an unchanged file from the parent; undefined when its stored file was deleted by hand. */
  linkUnchanged(file: ScannedFile, sha256: Sha256): FileEntry | undefined {
    const isDone = this.#destination === null || this.#present?.takeFile(file.path) === true;
    if (isDone || (this.#parentFolders.holdWhole(file) && this.#link(file.path, file.path))) return complete(file, sha256);
    this.linkedRows.delete(file.path);
    return undefined;
  }

  /** Removes what was prepared for a path where something else will stand. */
  clearWay(path: RelativePath): void {
    this.#present?.clear(path);
  }

  /** Removes what was prepared and is not in the directory any more. */
  clearRest(): void {
    this.#present?.clearRest();
  }

  /** Tells whether a large file looks merely touched, so that it is worth hashing before it is written. */
  hashesFirst({ path, size }: Pick<ScannedFile, "path" | "size">): boolean {
    return size > HASH_FIRST_BYTES && this.#parent?.lines.findStored(path)?.size === size;
  }

  /** Reads a file whose content is not known, and shares or writes it. */
  async capture({ path }: ScannedFile): Promise<LiveFile> {
    this.clearWay(path);
    for (;;) {
      let isWritten = true;
      const outcome = await readLiveFile({
        directory: this.#directory,
        path,
        targetPath: this.#destination && `${this.#destination}/${path}`,
        wants: (sha256, mode) => (isWritten = this.#findStored(path, sha256, mode) === undefined),
        hashesFirst: (size) => {
          // The first question of each attempt.
          isWritten = true;
          return this.hashesFirst({ path, size: Number(size) });
        },
        pause: this.#pause,
        clones: this.#clones,
      });
      // Each further round has one stored file less to share, so there is an end.
      if (await this.shareRead(outcome, isWritten)) return outcome;
    }
  }

  /**
   * Links what was read, and written or not, to the parent's copy, if there is one; false when that is gone or damaged and the file must be
   * read again.
   */
  async shareRead(outcome: LiveFile, isWritten: boolean): Promise<boolean> {
    return outcome === "vanished" || "failure" in outcome || this.#shareStored(outcome, isWritten);
  }

  /**
   * False when the stored file is gone or damaged: the live bytes are at hand, so a stored file is not trusted on the manifest's word.
   * Where nothing was written nothing is removed: it would be the file of a name that differs in capitals, say.
   */
  async #shareStored({ path, sha256, mode }: FileEntry, isWritten: boolean): Promise<boolean> {
    const storedPath = this.#findStored(path, sha256, mode);
    if (storedPath === undefined) return true;
    this.#used.add(storedPath);
    if (this.#destination === null) return true;
    if (isWritten) this.#remove(path);
    return (await this.#isStoredWhole(storedPath, sha256)) && this.#link(storedPath, path);
  }

  async #isStoredWhole(storedPath: RelativePath, sha256: string): Promise<boolean> {
    if (!this.#parentFolders.leadTo(storedPath)) return false;
    try {
      return (await hashFileAt(`${(this.#parent as Parent).snapshotPath}/${storedPath}`, this.#pause)).sha256 === sha256;
    } catch (error) {
      if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "EACCES", "EIO", "ENXIO")) return false;
      throw error;
    }
  }

  /** A stored file with that content and mode, the namesake first, that has no name in this snapshot yet. */
  #findStored(path: RelativePath, sha256: Sha256, mode: number): RelativePath | undefined {
    const candidates = this.#candidatesFor(sha256, storedMode(mode));
    if (candidates.has(path) && !this.#used.has(path)) return path;
    for (const one of candidates) {
      if (!this.#used.has(one)) return one;
      candidates.delete(one);
    }
    return undefined;
  }

  #candidatesFor(sha256: Sha256, mode: number): Set<RelativePath> {
    if (this.#parent === null || !this.#isParentIntact) return new Set();
    const key = `${sha256}:${mode}`;
    const known = this.#byContent.get(key);
    if (known !== undefined) return known;
    const stored = this.#parent.lines.storedWith(sha256).filter((file) => storedMode(file.mode) === mode);
    const candidates = new Set(stored.map((file) => file.path));
    this.#byContent.set(key, candidates);
    return candidates;
  }

  #link(storedPath: RelativePath, path: RelativePath): boolean {
    try {
      const outcome = linkOrCopy(`${(this.#parent as Parent).snapshotPath}/${storedPath}`, `${this.#destination}/${path}`);
      if (outcome === "copied") this.linkedRows.delete(path);
      return true;
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) throw error;
      // Somebody deletes from the parent by hand: from here on nothing but an unchanged file is looked for there.
      this.#isParentIntact = false;
      return false;
    }
  }

  #remove(path: RelativePath): void {
    if (this.#destination !== null) removeFile(this.#target(path));
  }

  #target(path: RelativePath): string | Buffer {
    return toFsPath(path === "" ? (this.#destination as string) : `${this.#destination}/${path}`);
  }
}

/** Completes the scanned entry itself: a copy of each of up to 100,000 objects would keep the garbage collector busy. */
function complete(file: ScannedFile, sha256: Sha256): FileEntry {
  const entry = file as FileEntry;
  entry.sha256 = sha256;
  return entry;
}
