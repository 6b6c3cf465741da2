import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasCode, UnsupportedError } from "../errors/index.js";
import type { DirectoryEntry, FileEntry, RelativePath, Sha256, TreeEntry, UncapturedPath } from "../formats/index.js";
import { areWorthThreads, assertFreeSpace, estimateBytes, ParallelBatches, printablePath, Slice } from "../platform/index.js";
import { readKnownDamage, type LinkedFiles, type OpenCapture, type Store } from "../store/index.js";
import type { Scan, ScannedEntry, ScannedFile } from "../tree/index.js";
import { PresentEntries } from "./present-entries.js";
import type { CaptureFailure, LiveFile } from "./read-live-file.js";
import type { LiveFileItem, LiveFilesPlace, ReadFile } from "./read-live-files.js";
import type { CallOptions, Progress } from "./requests.js";
import { SnapshotWriter, type Parent } from "./snapshot-writer.js";

export interface EntriesRequest {
  store: Store;
  /** The snapshot under construction, null when nothing is to be stored. */
  open: OpenCapture | null;
  parent: Parent | null;
  options: CallOptions;
  report: (progress: Progress) => void;
  /** The script of the threads that help with much work, null for none. */
  workerScript: string | null;
}

export interface CapturedEntries {
  entries: TreeEntry[];
  uncaptured: UncapturedPath[];
  linked: LinkedFiles & { rows: Map<RelativePath, string> };
}

/** Puts every scanned entry into the snapshot: folders and symlinks anew, unchanged files as links, all others read and copied. */
export async function captureEntries(scan: Scan, request: EntriesRequest): Promise<CapturedEntries> {
  const capture = new EntriesCapture(scan, request);
  try {
    await capture.placeAll();
  } finally {
    // Nobody may write to a snapshot any more that the caller is about to discard.
    await capture.endThreads();
  }
  return capture.finish();
}

/** What became of each scanned entry; null while it is being read. */
type Outcome = TreeEntry | CaptureFailure | "vanished" | null;

type Threads = ParallelBatches<LiveFileItem, LiveFilesPlace, ReadFile | null>;

class EntriesCapture {
  readonly #scan: Scan;
  readonly #request: EntriesRequest;
  readonly #slice: Slice;
  readonly #snapshot: SnapshotWriter;
  readonly #outcomes: Outcome[] = [];
  readonly #handedOver: number[] = [];
  /** Of those that were handed over: whose content was found in the parent's copy. */
  readonly #foundStored = new Set<number>();
  #threads: Threads | null = null;
  #doneEntries = 0;
  #doneBytes = 0;

  constructor(scan: Scan, request: EntriesRequest) {
    this.#scan = scan;
    this.#request = request;
    this.#slice = new Slice(request.options.signal);
    const knownDamage = readKnownDamage(request.store);
    this.#snapshot = new SnapshotWriter({
      directory: request.store.directory,
      destination: request.open?.snapshotPath ?? null,
      parent: request.parent,
      pause: () => (this.#slice.isOver(true) ? this.#slice.rest() : undefined),
      isDamaged: (sha256) => knownDamage.has(sha256),
      present: findPresent(request),
    });
  }

  async placeAll(): Promise<void> {
    const unchanged = this.#findUnchanged();
    if (this.#request.open !== null) assertRoomFor(this.#scan, unchanged, this.#request.store);
    this.#threads = await this.#startThreads(unchanged);
    for (const [index, entry] of this.#scan.entries.entries()) {
      const placed = this.#placeKnown(entry, unchanged);
      if (placed !== undefined) this.#settle(index, placed);
      else if (this.#threads !== null && !this.#snapshot.hashesFirst(entry as ScannedFile))
        this.#handOver(this.#threads, index, entry as ScannedFile);
      else this.#settle(index, await this.#captureFile(entry as ScannedFile));
      if (this.#slice.isOver()) await this.#rest();
    }
    await this.#threads?.finish(this.#request.options.signal);
    await this.#finishRead();
    this.#snapshot.clearRest();
    this.#slice.assertGoingOn();
  }

  async endThreads(): Promise<void> {
    await this.#threads?.close();
  }

  finish(): CapturedEntries {
    const entries: TreeEntry[] = [];
    const uncaptured = [...this.#scan.uncaptured];
    for (const [index, outcome] of this.#outcomes.entries()) {
      if (outcome === null || outcome === "vanished") continue;
      if (!("failure" in outcome)) entries.push(outcome);
      else uncaptured.push({ path: (this.#scan.entries[index] as ScannedEntry).path, reason: outcome.failure, detail: outcome.detail });
    }
    const folders = entries.filter((entry): entry is DirectoryEntry => entry.type === "directory");
    for (const folder of folders.reverse()) this.#snapshot.finishFolder(folder);
    const linked = { rows: this.#snapshot.linkedRows, areDurable: this.#request.parent?.isDurable === true };
    return { entries, uncaptured, linked };
  }

  /** All of them before anything is placed: a stored file must not be given to a renamed one that its own still needs. */
  #findUnchanged(): Map<ScannedEntry, Sha256> {
    const unchanged = new Map<ScannedEntry, Sha256>();
    for (const entry of this.#scan.entries) {
      const sha256 = entry.type === "file" ? this.#snapshot.findUnchanged(entry) : undefined;
      if (sha256 !== undefined) unchanged.set(entry, sha256);
    }
    return unchanged;
  }

  async #startThreads(unchanged: ReadonlyMap<ScannedEntry, Sha256>): Promise<Threads | null> {
    const { workerScript, store, open, parent } = this.#request;
    const files = this.#scan.entries.filter((entry): entry is ScannedFile => entry.type === "file" && !unchanged.has(entry));
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    if (workerScript === null || !areWorthThreads(files.length, bytes)) return null;
    return ParallelBatches.open(workerScript, {
      kind: "capture",
      common: { directory: store.directory, destination: open?.snapshotPath ?? null, parentSnapshot: parent?.snapshotPath ?? null },
      onOutcome: (index, outcome) => {
        if (outcome?.isStored === true) this.#foundStored.add(index);
        this.#settle(index, outcome && outcome.live);
      },
      onBatch: () => this.#report(),
    });
  }

  #handOver(threads: Threads, index: number, file: ScannedFile): void {
    this.#outcomes[index] = null;
    this.#handedOver.push(index);
    this.#snapshot.clearWay(file.path);
    threads.add(index, { path: file.path, isProbablyStored: this.#snapshot.reserveOwn(file) }, file.size);
  }

  /** What the threads read is compared with what the parent holds here, where all of it is known; what they could not do is done here. */
  async #finishRead(): Promise<void> {
    for (const index of this.#handedOver) {
      const outcome = this.#outcomes[index] as LiveFile | null;
      const file = this.#scan.entries[index] as ScannedFile;
      const isStored = this.#foundStored.has(index);
      if (!isStored) this.#snapshot.release(file);
      const isDone =
        outcome !== null && (isStored ? this.#snapshot.shareOwn(outcome as FileEntry) : await this.#snapshot.shareRead(outcome, true));
      if (!isDone) this.#outcomes[index] = await this.#captureFile(file);
      if (this.#slice.isOver()) await this.#slice.rest();
    }
  }

  /** Folders, symlinks and unchanged files need no reading, and so no promise; undefined for the rest. */
  #placeKnown(entry: ScannedEntry, unchanged: ReadonlyMap<ScannedEntry, Sha256>): TreeEntry | CaptureFailure | undefined {
    try {
      if (entry.type === "file") {
        const sha256 = unchanged.get(entry);
        return sha256 === undefined ? undefined : this.#snapshot.linkUnchanged(entry, sha256);
      }
      if (entry.type === "directory") this.#snapshot.makeFolder(entry);
      else this.#snapshot.makeSymlink(entry);
      return entry;
    } catch (error) {
      this.#snapshot.linkedRows.delete(entry.path);
      return describeStoreLimit(entry, error);
    }
  }

  async #captureFile(file: ScannedFile): Promise<LiveFile> {
    try {
      return await this.#snapshot.capture(file);
    } catch (error) {
      return describeStoreLimit(file, error);
    }
  }

  #settle(index: number, outcome: Outcome): void {
    this.#outcomes[index] = outcome;
    const entry = this.#scan.entries[index] as ScannedEntry;
    this.#doneEntries += 1;
    this.#doneBytes += entry.type === "file" ? entry.size : 0;
  }

  async #rest(): Promise<void> {
    this.#report();
    await this.#slice.rest();
  }

  #report(): void {
    this.#request.report({
      activity: "capture",
      doneEntries: this.#doneEntries,
      totalEntries: this.#scan.entries.length,
      doneBytes: this.#doneBytes,
      totalBytes: this.#scan.totalBytes,
    });
  }
}

/** What was prepared, from another checkpoint than the parent, is put aside; the work folder is removed as a whole later. */
function findPresent({ open, parent }: EntriesRequest): PresentEntries | null {
  if (open === null || open.prepared === null) return null;
  const { workPath, snapshotPath, prepared } = open;
  const asidePath = join(workPath, "aside");
  if (parent?.id === prepared.base) return new PresentEntries({ snapshotPath, asidePath, notedAtNs: prepared.notedAtNs });
  renameSync(snapshotPath, asidePath);
  mkdirSync(snapshotPath, { mode: 0o700 });
  return null;
}

/** @throws UnsupportedError for what the store's file system cannot hold, and anything else as it is. */
function describeStoreLimit(entry: ScannedEntry, error: unknown): CaptureFailure {
  if (hasCode(error, "ENAMETOOLONG")) return { failure: "unreadable", detail: "its path is too long for the store" };
  // Some file systems say ENOENT for a name that they cannot hold.
  if (
    hasCode(error, "EILSEQ", "EINVAL", "EFBIG", "ENOENT") ||
    (entry.type === "symlink" && hasCode(error, "EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"))
  ) {
    throw new UnsupportedError(printablePath(entry.path), `cannot be held by the store's file system (${error.code})`, error);
  }
  if (hasCode(error, "EEXIST")) {
    throw new UnsupportedError(printablePath(entry.path), "has a name that the store's file system takes for another's", error);
  }
  throw error;
}

/** What must be written if no unread file turns out to be known; a clone or a known content only needs less. */
function assertRoomFor(scan: Scan, unchanged: ReadonlyMap<ScannedEntry, Sha256>, store: Store): void {
  const need = { bytes: 0, inodes: 0 };
  for (const entry of scan.entries) {
    if (unchanged.has(entry)) continue;
    need.inodes += 1;
    if (entry.type === "directory") need.bytes += estimateBytes(1);
    else if (entry.type === "file") need.bytes += estimateBytes(entry.size, scan.heldBytes.get(entry.path));
  }
  assertFreeSpace(store.path, need);
}
