import { chmodSync, closeSync, constants, lstatSync, lutimesSync, mkdirSync, openSync, symlinkSync, utimesSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import type { DirectoryEntry, FileEntry, ManifestLines, RelativePath, Sha256, SymlinkEntry, UncapturedReason } from "../formats/index.js";
import {
  copyOpenFile,
  hashFileAt,
  hashOpenFile,
  isOpenedAt,
  isSameState,
  isYoung,
  linkOrCopy,
  readState,
  removeFile,
  toFsPath,
  toTimestamp,
} from "../platform/index.js";
import { isRacy, type ScannedEntry } from "../tree/index.js";
import { StoredFolders } from "./stored-folders.js";
import { storedFolderMode, storedMode } from "./stored-modes.js";

export type ScannedFile = Extract<ScannedEntry, { type: "file" }>;

/** A file that changes while it is read is read again so often before it is called unstable. */
const READ_ATTEMPTS = 3;
/** Above this a file with a namesake of the same size is hashed first, so that a mere touch does not write it again. */
const HASH_FIRST_BYTES = 1024 * 1024;

/** Some file systems keep times to two seconds only. */
const COARSEST_TIMES_MS = 2_000;

/** The stored copy could not be shared after all. */
const READ_AGAIN = "read again";

/** The checkpoint whose stored files the next one may share. */
export interface Parent {
  lines: ManifestLines;
  snapshotPath: string;
  /** When the snapshot was complete, by the clock of the store's file system, ns since the epoch; 0 when its folders' times prove nothing. */
  sealedAtNs: bigint;
}

/** Why a path could not be captured. */
export interface CaptureFailure {
  failure: UncapturedReason;
  detail: string;
}

export type CapturedFile = FileEntry | CaptureFailure | "vanished";

/**
 * Builds a snapshot folder entry by entry: unchanged content is linked from the parent, everything else is read through one
 * descriptor, hashed and written. Without a destination it only finds out the hashes.
 */
export class SnapshotWriter {
  readonly #directory: string;
  readonly #destination: string | null;
  readonly #parent: Parent | null;
  readonly #pause: () => Promise<void> | undefined;
  readonly #isDamaged: (sha256: Sha256) => boolean;
  /** The rows of files that the parent's manifest and this one have in common. */
  readonly knownRows = new Map<RelativePath, string>();
  /** Stored paths that already have a name in this snapshot: two live files must not become one file in it. */
  readonly #used = new Set<RelativePath>();
  #byContent: Map<string, RelativePath[]> | null = null;
  readonly #parentFolders: StoredFolders;
  #clonesWork = process.platform === "linux";

  constructor(options: {
    directory: string;
    destination: string | null;
    parent: Parent | null;
    pause: () => Promise<void> | undefined;
    /** Tells whether some stored copy of a content is known to be damaged. */
    isDamaged?: (sha256: Sha256) => boolean;
  }) {
    this.#directory = options.directory;
    this.#destination = options.destination;
    this.#parent = options.parent;
    this.#parentFolders = new StoredFolders(options.parent?.snapshotPath ?? "", options.parent?.sealedAtNs ?? 0n);
    this.#pause = options.pause;
    this.#isDamaged = options.isDamaged ?? (() => false);
  }

  /** Gives the hash of a file that is certainly what the parent holds, undamaged as far as is known, and reserves the stored file. */
  findUnchanged(file: ScannedFile): Sha256 | undefined {
    const same = this.#parent?.lines.findSame(file);
    if (same === undefined || isRacy(file, (this.#parent as Parent).lines.scanStartedNs)) return undefined;
    if (this.#isDamaged(same.sha256)) return undefined;
    this.#used.add(file.path);
    this.knownRows.set(file.path, same.row);
    return same.sha256;
  }

  makeFolder(entry: DirectoryEntry): void {
    if (this.#destination !== null && entry.path !== "") mkdirSync(this.#target(entry.path), { mode: 0o700 });
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
    const target = this.#target(entry.path);
    const time = toTimestamp(entry.mtimeNs);
    symlinkSync(toFsPath(entry.target), target);
    lutimesSync(target, time, time);
  }

  /** Takes an unchanged file from the parent; undefined when its stored file was deleted by hand. */
  linkUnchanged(file: ScannedFile, sha256: Sha256): FileEntry | undefined {
    if (this.#destination === null || (this.#looksWhole(file) && this.#link(file.path, file.path))) return complete(file, sha256);
    this.knownRows.delete(file.path);
    return undefined;
  }

  /** Reads a file whose content is not known, again and again while it changes under the reader. */
  async capture(file: ScannedFile): Promise<CapturedFile> {
    let outcome: CapturedFile | typeof READ_AGAIN = "vanished";
    for (let attempt = 0; attempt < READ_ATTEMPTS;) {
      outcome = await this.#captureOnce(file.path);
      // Each such round has one stored file less to share, so there is an end.
      if (outcome === READ_AGAIN) continue;
      if (outcome === "vanished" || !("failure" in outcome) || outcome.failure !== "unstable") return outcome;
      attempt += 1;
    }
    return outcome as CapturedFile;
  }

  async #captureOnce(path: RelativePath): Promise<CapturedFile | typeof READ_AGAIN> {
    let descriptor: number;
    try {
      descriptor = openSync(toFsPath(`${this.#directory}/${path}`), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      return describeOpenFailure(error);
    }
    try {
      return await this.#captureOpen(path, descriptor);
    } catch (error) {
      if (!hasCode(error, "EIO", "EACCES", "EPERM", "ESTALE", "EISDIR") || error.syscall !== "read") throw error;
      // What was written before the bytes ran out is no copy of anything.
      this.#remove(path);
      return { failure: "unreadable", detail: error.code ?? "" };
    } finally {
      closeSync(descriptor);
    }
  }

  async #captureOpen(path: RelativePath, descriptor: number): Promise<CapturedFile | typeof READ_AGAIN> {
    const before = readState(descriptor);
    if (!before.isFile()) return { failure: "unstable", detail: "became something else while it was captured" };
    if (!isOpenedAt(descriptor, `${this.#directory}/${path}`)) return { failure: "unstable", detail: "moved while it was captured" };
    const mode = Number(before.mode) & 0o7777;
    const known = await this.#knownHash(path, descriptor, before.size, mode);
    const read = known ?? (await this.#copy(path, descriptor, before, mode));
    const after = readState(descriptor);
    const isStable = isSameState(before, after) && BigInt(read.bytes) === after.size;
    if (!isStable || (isYoung(after, Date.now()) && (await hashOpenFile(descriptor, this.#pause, read.bytes)).sha256 !== read.sha256)) {
      this.#remove(path);
      return { failure: "unstable", detail: "changed while it was read" };
    }
    if (!(await this.#shareStored(path, read.sha256, mode))) return READ_AGAIN;
    return {
      type: "file",
      path,
      size: read.bytes,
      sha256: read.sha256 as Sha256,
      mode,
      uid: Number(before.uid),
      gid: Number(before.gid),
      mtimeNs: before.mtimeNs,
      ctimeNs: before.ctimeNs,
      ino: before.ino,
    };
  }

  /** For a large file that looks merely touched: its hash, when the parent holds that content. */
  async #knownHash(path: RelativePath, descriptor: number, size: bigint, mode: number) {
    if (size <= BigInt(HASH_FIRST_BYTES) || BigInt(this.#parent?.lines.findStored(path)?.size ?? -1) !== size) return undefined;
    const read = await hashOpenFile(descriptor, this.#pause, Number(size));
    return this.#findStored(path, read.sha256, mode) === undefined ? undefined : read;
  }

  async #copy(path: RelativePath, descriptor: number, stats: ReturnType<typeof readState>, mode: number) {
    const target =
      this.#destination === null ? null : { path: `${this.#destination}/${path}`, mode: storedMode(mode), mtimeNs: stats.mtimeNs };
    const wants = (sha256: string): boolean => this.#findStored(path, sha256, mode) === undefined;
    const read = await copyOpenFile(descriptor, stats, target, { wants, pause: this.#pause, tryClone: this.#clonesWork });
    if (read.cloneRefused) this.#clonesWork = false;
    return read;
  }

  /**
   * Links content that the parent holds in place of what was, or was not, written; false when the stored file is gone or damaged: the
   * live bytes are at hand, so a stored file is not trusted on the manifest's word.
   */
  async #shareStored(path: RelativePath, sha256: string, mode: number): Promise<boolean> {
    const storedPath = this.#findStored(path, sha256, mode);
    if (storedPath === undefined) return true;
    this.#used.add(storedPath);
    if (this.#destination === null) return true;
    this.#remove(path);
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
  #findStored(path: RelativePath, sha256: string, mode: number): RelativePath | undefined {
    const candidates = this.#contentIndex().get(`${sha256}:${storedMode(mode)}`) ?? [];
    return candidates.includes(path) && !this.#used.has(path) ? path : candidates.find((one) => !this.#used.has(one));
  }

  #contentIndex(): Map<string, RelativePath[]> {
    if (this.#byContent !== null) return this.#byContent;
    this.#byContent = new Map();
    for (const file of this.#parent?.lines.storedFiles() ?? []) {
      const key = `${file.sha256}:${storedMode(file.mode)}`;
      const paths = this.#byContent.get(key);
      if (paths) paths.push(file.path);
      else this.#byContent.set(key, [file.path]);
    }
    return this.#byContent;
  }

  /**
   * What a look can tell of a stored file, such as one that an edit of "all files" met as well; damage that keeps size and time shows
   * only when the file is read, by verify.
   */
  #looksWhole(file: ScannedFile): boolean {
    if (!this.#parentFolders.leadTo(file.path)) return false;
    if (this.#parentFolders.areUntouchedAround(file.path)) return true;
    const stats = lstatSync(toFsPath(`${(this.#parent as Parent).snapshotPath}/${file.path}`), { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile() || stats.size !== file.size) return false;
    // The stored file of one that was only touched is older.
    return stats.mtimeMs <= Number(file.mtimeNs / 1_000_000n) + COARSEST_TIMES_MS;
  }

  #link(storedPath: RelativePath, path: RelativePath): boolean {
    try {
      linkOrCopy(`${(this.#parent as Parent).snapshotPath}/${storedPath}`, `${this.#destination}/${path}`);
      return true;
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) throw error;
      // Somebody deletes from the parent by hand: from here on nothing but an unchanged file is looked for there.
      this.#byContent = new Map();
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

function describeOpenFailure(error: unknown): CapturedFile {
  if (hasCode(error, "ENOENT", "ENOTDIR")) return "vanished";
  if (hasCode(error, "ELOOP", "ENXIO")) return { failure: "unstable", detail: "became something else while it was captured" };
  if (hasCode(error, "EACCES", "EPERM", "EIO", "ENAMETOOLONG", "ESTALE", "ETXTBSY"))
    return { failure: "unreadable", detail: error.code ?? "" };
  throw error;
}
