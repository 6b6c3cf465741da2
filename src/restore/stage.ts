import { lutimesSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DamagedError, hasCode, UnsafePathError, UnsupportedError } from "../errors/index.js";
import { parentPath, type CheckpointId, type FileEntry, type Sha256, type SymlinkEntry } from "../formats/index.js";
import {
  areWorthThreads,
  assertFreeSpace,
  estimateBytes,
  ParallelBatches,
  printablePath,
  removeTree,
  RootDirectory,
  Slice,
  ThreadsFailedError,
  toFsPath,
  toStorageError,
  toTimestamp,
} from "../platform/index.js";
import type { CallOptions } from "../checkpoint/index.js";
import type { LiveLooks } from "./live-looks.js";
import type { RestoreOperation } from "./requests.js";
import { settleOwner, stageFile, type StageItem, type StageOutcome, type StagePlace } from "./stage-file.js";
import type { RestoreWork } from "./work.js";

interface StageRequest {
  target: CheckpointId;
  snapshotPath: string;
  /** In the order of the journal: the position names the slot. */
  operations: readonly RestoreOperation[];
  keepOwner: boolean;
  options: CallOptions;
  /** The script of the threads that help with much work, null for none. */
  workerScript: string | null;
  /** Told of what is damaged, before the error. */
  onDamaged: (hashes: ReadonlySet<Sha256>) => void;
}

/**
 * Copies (never links) all that the restore puts in place into `stage/`, with its final mode, owner and times, and holds every
 * byte against the manifest while doing so: no stored damage gets near the live directory.
 * @throws DamagedError naming every damaged path, NoSpaceError, InterruptedError, UnsupportedError
 */
export async function stageAll(work: RestoreWork, request: StageRequest): Promise<void> {
  const damaged = await tryToStage(work, request);
  if (damaged === "threads failed") {
    await removeTree(work.stagePath);
    mkdirSync(work.stagePath, { mode: 0o700 });
    return stageAll(work, { ...request, workerScript: null });
  }
  if (damaged.length === 0) return;
  request.onDamaged(new Set(damaged.map(({ sha256 }) => sha256)));
  throw new DamagedError(
    request.target,
    damaged.map(({ path }) => printablePath(path)),
  );
}

/** Gives what is damaged. */
async function tryToStage(work: RestoreWork, request: StageRequest): Promise<FileEntry[] | "threads failed"> {
  const staging = new Staging(work, request);
  try {
    await staging.run();
    return staging.damaged;
  } catch (error) {
    if (error instanceof ThreadsFailedError) return "threads failed";
    throw toStorageError(error, work.path);
  } finally {
    // Nobody may write to a work folder any more that the caller is about to discard.
    await staging.close();
  }
}

type Placed = FileEntry | SymlinkEntry;
type Threads = ParallelBatches<StageItem, StagePlace, StageOutcome>;

class Staging {
  readonly #work: RestoreWork;
  readonly #request: StageRequest;
  readonly #slice: Slice;
  readonly #snapshot: RootDirectory;
  /** By slot; undefined where nothing is staged. */
  readonly #entries: (Placed | undefined)[];
  readonly #outcomes: StageOutcome[] = [];
  readonly #total = { entries: 0, bytes: 0 };
  readonly #done = { entries: 0, bytes: 0 };
  #threads: Threads | null = null;

  constructor(work: RestoreWork, request: StageRequest) {
    this.#work = work;
    this.#request = request;
    this.#slice = new Slice(request.options.signal);
    this.#snapshot = openSnapshot(request);
    this.#entries = request.operations.map(entryToPlace);
    for (const entry of this.#needed()) {
      this.#total.entries += 1;
      this.#total.bytes += sizeOf(entry);
    }
  }

  get damaged(): FileEntry[] {
    return this.#entries.filter((entry, slot): entry is FileEntry => entry?.type === "file" && this.#outcomes[slot] === "damaged");
  }

  async run(): Promise<void> {
    this.#assertRoom();
    this.#threads = await this.#startThreads();
    for (const [slot, entry] of this.#entries.entries()) {
      if (entry === undefined) continue;
      if (entry.type === "symlink") this.#placeSymlink(slot, entry);
      else if (this.#threads !== null) this.#threads.add(slot, { slot, entry }, entry.size);
      else await this.#stageFile(slot, entry);
      if (this.#slice.isOver()) await this.#rest();
    }
    await this.#threads?.finish(this.#request.options.signal);
    for (const [slot, outcome] of this.#outcomes.entries()) {
      if (outcome === "failed") await this.#stageFile(slot, this.#entries[slot] as FileEntry);
    }
    this.#slice.assertGoingOn();
  }

  async close(): Promise<void> {
    await this.#threads?.close();
    this.#snapshot.close();
  }

  #needed(): Placed[] {
    return this.#entries.filter((entry) => entry !== undefined);
  }

  #assertRoom(): void {
    const needed = this.#needed();
    const bytes = needed.reduce((sum, entry) => sum + (entry.type === "file" ? storedBytes(this.#snapshot, entry) : 0), 0);
    assertFreeSpace(this.#work.path, { bytes, inodes: needed.length });
  }

  async #startThreads(): Promise<Threads | null> {
    const { workerScript, snapshotPath, keepOwner } = this.#request;
    if (workerScript === null || !areWorthThreads(this.#total.entries, this.#total.bytes)) return null;
    return ParallelBatches.open(workerScript, {
      kind: "stage",
      common: { snapshotPath, stagePath: this.#work.stagePath, keepOwner },
      onOutcome: (slot, outcome) => this.#settle(slot, outcome),
      onBatch: () => this.#report(),
    });
  }

  #placeSymlink(slot: number, entry: SymlinkEntry): void {
    const stagedPath = this.#pathOf(slot);
    placeSymlink(stagedPath, entry);
    settleOwner(stagedPath, entry, this.#request.keepOwner);
    this.#settle(slot, "staged");
  }

  async #stageFile(slot: number, entry: FileEntry): Promise<void> {
    const isWhole = await stageFile({
      snapshot: this.#snapshot,
      entry,
      stagedPath: this.#pathOf(slot),
      keepOwner: this.#request.keepOwner,
      pause: () => (this.#slice.isOver(true) ? this.#slice.rest() : undefined),
    });
    this.#settle(slot, isWhole ? "staged" : "damaged");
  }

  #settle(slot: number, outcome: StageOutcome): void {
    this.#outcomes[slot] = outcome;
    if (outcome === "failed") return;
    this.#done.entries += 1;
    this.#done.bytes += sizeOf(this.#entries[slot] as Placed);
  }

  #pathOf(slot: number): string {
    return join(this.#work.stagePath, String(slot));
  }

  async #rest(): Promise<void> {
    this.#report();
    await this.#slice.rest();
  }

  #report(): void {
    this.#request.options.onProgress?.({
      activity: "stage",
      doneEntries: this.#done.entries,
      totalEntries: this.#total.entries,
      doneBytes: this.#done.bytes,
      totalBytes: this.#total.bytes,
    });
  }
}

function sizeOf(entry: Placed): number {
  return entry.type === "file" ? entry.size : 0;
}

/** Smaller files are not worth a look for holes. */
const SPARSE_FROM_BYTES = 128 * 1024;

function storedBytes(snapshot: RootDirectory, entry: FileEntry): number {
  if (entry.size <= SPARSE_FROM_BYTES) return estimateBytes(entry.size);
  const stats = snapshot.lookAt(entry.path);
  return estimateBytes(entry.size, stats === undefined ? entry.size : Number(stats.blocks) * 512);
}

/**
 * Looks, before anything is touched, whether every path can be reached by a rename.
 * @throws UnsupportedError for what lies on another file system, mounted somewhere below the directory
 */
export function assertWithinFileSystem(looks: LiveLooks, device: bigint, operations: readonly RestoreOperation[]): void {
  for (const { path } of operations) {
    if (path === "") continue;
    const seen = [looks.lookAtFolder(parentPath(path)), looks.lookAt(path)];
    if (seen.every((stats) => stats === undefined || stats.dev === device)) continue;
    throw new UnsupportedError(printablePath(path), "lies on a file system of its own, mounted inside the directory");
  }
}

/** What must come into place for an operation; folders are made, not staged. */
function entryToPlace({ kind, after }: RestoreOperation): Placed | undefined {
  return (kind === "create" || kind === "replace") && after.type !== "directory" ? after : undefined;
}

function openSnapshot(request: StageRequest): RootDirectory {
  try {
    return RootDirectory.open(request.snapshotPath);
  } catch (error) {
    if (hasCode(error, "ENOENT") || error instanceof UnsafePathError)
      throw new DamagedError(request.target, ["the snapshot folder is missing"]);
    throw error;
  }
}

function placeSymlink(stagedPath: string, entry: SymlinkEntry): void {
  const time = toTimestamp(entry.mtimeNs);
  try {
    symlinkSync(toFsPath(entry.target), stagedPath);
  } catch (error) {
    if (!hasCode(error, "EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL", "EILSEQ", "ENAMETOOLONG")) throw error;
    throw new UnsupportedError(
      printablePath(entry.path),
      `is a symlink that the directory's file system does not hold (${error.code})`,
      error,
    );
  }
  lutimesSync(stagedPath, time, time);
}
