import type { RelativePath } from "../formats/index.js";
import { removeFile, toFsPath, untilAborted, type WorkerPool } from "../platform/index.js";
import type { ScannedFile } from "../tree/index.js";
import { readLiveFile, type LiveFile, type LiveFileRequest } from "./read-live-file.js";

/** Enough for a thread to do between two messages, and little enough to keep all threads busy to the end. */
const BATCH_FILES = 64;
const BATCH_BYTES = 4 * 1024 * 1024;
/** From here on threads take less time than it takes to start them. */
const WORTH_FILES = 3_000;
const WORTH_BYTES = 48 * 1024 * 1024;

/** The calls by which a file is opened or made. */
const MAKING_CALLS: ReadonlySet<string> = new Set(["open", "copyfile"]);

/** Each thread finds out for itself. */
const CLONES = { work: process.platform === "linux" };

/** Files to read at one go; what they have in common once. */
export interface LiveFileBatch {
  directory: string;
  /** The snapshot under construction, null to find out the hashes only. */
  destination: string | null;
  paths: RelativePath[];
}

/** Tells whether so many files, or so many bytes, are worth the start of threads. */
export function areWorthThreads(fileCount: number, bytes: number): boolean {
  return fileCount >= WORTH_FILES || bytes >= WORTH_BYTES;
}

/** Reads and copies files one after the other: what a thread does of a capture. Null for a file that the caller has to try again. */
export async function readLiveFiles({ directory, destination, paths }: LiveFileBatch): Promise<(LiveFile | null)[]> {
  const common = { directory, wants: () => true, hashesFirst: () => false, pause: () => undefined, clones: CLONES };
  const outcomes: (LiveFile | null)[] = [];
  for (const path of paths) outcomes.push(await readInThread({ ...common, path, targetPath: destination && `${destination}/${path}` }));
  return outcomes;
}

/** Whoever tries again on the main thread meets the same error, and tells what it means. */
async function readInThread(request: LiveFileRequest): Promise<LiveFile | null> {
  try {
    return await readLiveFile(request);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    // What a call that makes the target refuses may be somebody else's: a file whose name differs in capitals, say.
    const isOurs = !MAKING_CALLS.has((error as NodeJS.ErrnoException).syscall ?? "");
    if (isOurs && request.targetPath !== null) removeFile(toFsPath(request.targetPath));
    return null;
  }
}

interface Listeners {
  onRead: (index: number, outcome: LiveFile | null) => void;
  /** Told after each batch. */
  onBatch: () => void;
}

/** Hands files to the threads of a pool in batches, in the order in which they come, and gives what became of each. */
export class ParallelCapture {
  readonly #pool: WorkerPool;
  readonly #common: Omit<LiveFileBatch, "paths">;
  readonly #told: Listeners;
  readonly #batches: Promise<void>[] = [];
  #paths: RelativePath[] = [];
  #indexes: number[] = [];
  #bytes = 0;

  constructor(pool: WorkerPool, common: Omit<LiveFileBatch, "paths">, told: Listeners) {
    this.#pool = pool;
    this.#common = common;
    this.#told = told;
  }

  /** Takes a file whose folder is in place already; `index` comes back with what became of it. */
  add(index: number, file: ScannedFile): void {
    this.#paths.push(file.path);
    this.#indexes.push(index);
    this.#bytes += file.size;
    if (this.#paths.length >= BATCH_FILES || this.#bytes >= BATCH_BYTES) this.#send();
  }

  /** Waits until every file was read. @throws InterruptedError, and the first failure that is not of a single file */
  async finish(signal: AbortSignal | undefined): Promise<void> {
    this.#send();
    await untilAborted(Promise.all(this.#batches), signal);
  }

  #send(): void {
    const indexes = this.#indexes;
    if (indexes.length === 0) return;
    const batch: LiveFileBatch = { ...this.#common, paths: this.#paths };
    const read = this.#pool.run<(LiveFile | null)[]>("capture", batch).then((outcomes) => {
      for (const [position, index] of indexes.entries()) this.#told.onRead(index, outcomes[position] ?? null);
      this.#told.onBatch();
    });
    // A failure is reported by finish; until then it must not count as unhandled.
    read.catch(() => undefined);
    this.#batches.push(read);
    this.#paths = [];
    this.#indexes = [];
    this.#bytes = 0;
  }
}
