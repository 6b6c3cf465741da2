import { closeSync, lstatSync, rmSync } from "node:fs";
import { ConflictError, hasCode } from "../errors/index.js";
import type { CheckpointId, CheckpointRecord, Config, FileEntry, ManifestLines, TreeEntry, UncapturedPath } from "../formats/index.js";
import {
  copyOpenFile,
  hashFileAt,
  printablePath,
  readState,
  RootDirectory,
  Slice,
  ThreadsFailedError,
  toFsPath,
  toStorageError,
} from "../platform/index.js";
import { isLiveWorkFolder, noteDamage, openPreparedCapture, type OpenCapture, type Store, type StoreWriter } from "../store/index.js";
import { loadIgnoreRules, scanTree } from "../tree/index.js";
import { captureEntries, type CapturedEntries } from "./capture-entries.js";
import { findParent } from "./find-parent.js";
import type { CallOptions, Progress } from "./requests.js";
import { storedMode } from "./stored-modes.js";

/** How far the clock that stamps files may be behind the machine's: it goes on by ticks. */
const CLOCK_LAG_MS = 50;

/** The live directory as it was found, hashed, and (unless it was only looked at) copied into a folder of the store. */
export interface LiveCapture {
  entries: TreeEntry[];
  uncaptured: UncapturedPath[];
  ignoreRules: string[];
  scanStartedNs: bigint;
  /** Those of the files that have not changed since the parent's. */
  linked: CapturedEntries["linked"];
  /** The snapshot under construction, null when nothing was to be stored. */
  open: OpenCapture | null;
}

export interface CaptureRequest {
  store: Store;
  config: Config;
  /** The records that may serve as parent, in any order. */
  records: readonly CheckpointRecord[];
  /** Manifests of these that the caller has read already. */
  manifests?: ReadonlyMap<CheckpointId, ManifestLines>;
  /** Stores the snapshot; null only finds out what is there, writing nothing. */
  writer: StoreWriter | null;
  options: CallOptions;
  /** The script of the threads that help with much work, null for none. */
  workerScript?: string | null;
}

/**
 * Captures the live directory: scan, then link or copy every entry into a new folder of the store.
 *
 * The caller publishes or discards what comes back; a failure discards it here.
 * @throws TreeTooLargeError, NoSpaceError, InterruptedError
 */
export async function captureDirectory(request: CaptureRequest): Promise<LiveCapture> {
  const { store, config, options, writer } = request;
  const open = writer === null ? null : openPreparedCapture(writer);
  try {
    const rules = loadIgnoreRules(store.directory, config.ignore);
    const scanStartedNs = readFileSystemClock(store, open);
    const report = makeReporter(options);
    const scan = await scanTree(store.directory, {
      rules,
      limits: config.limits,
      storeIdentity: identityOf(store.path),
      isWorkFolder: isLiveWorkFolder,
      ...(options.signal ? { signal: options.signal } : {}),
      onEntries: (count) => report({ activity: "scan", doneEntries: count, totalEntries: null, doneBytes: 0, totalBytes: null }),
    });
    const parent = findParent(store, request.records, request.manifests);
    const { workerScript = null } = request;
    const captured = await captureEntries(scan, { store, open, parent, options, report, workerScript });
    return { ...captured, ignoreRules: [...rules.lines], scanStartedNs, open };
  } catch (error) {
    await open?.discard();
    if (error instanceof ThreadsFailedError) return captureDirectory({ ...request, workerScript: null });
    throw toStorageError(error, store.path);
  }
}

/**
 * Makes sure that a capture really holds the files that are about to be replaced or removed, byte for byte. An unchanged file was linked
 * on the word of the manifest, and its stored copy may have been damaged since; it is then written anew from the live file.
 * @throws ConflictError when the live file is no longer what was captured either
 */
export async function secureCaptured(store: Store, capture: LiveCapture, files: readonly FileEntry[], options: CallOptions): Promise<void> {
  if (capture.open === null) return;
  const slice = new Slice(options.signal);
  const pause = () => (slice.isOver(true) ? slice.rest() : undefined);
  for (const file of files) {
    const storedPath = `${capture.open.snapshotPath}/${file.path}`;
    if ((await hashStored(storedPath, pause)) === file.sha256) continue;
    noteDamage(store, new Set([file.sha256]));
    capture.linked.rows.delete(file.path);
    if (!(await rewriteFromLive(store, file, storedPath, pause))) {
      throw new ConflictError(printablePath(file.path), "changed after it was captured");
    }
  }
}

async function hashStored(storedPath: string, pause: () => Promise<void> | undefined): Promise<string | undefined> {
  try {
    return (await hashFileAt(storedPath, pause)).sha256;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ELOOP", "EISDIR", "EACCES", "EIO", "ENXIO")) return undefined;
    throw error;
  }
}

async function rewriteFromLive(
  store: Store,
  file: FileEntry,
  storedPath: string,
  pause: () => Promise<void> | undefined,
): Promise<boolean> {
  rmSync(toFsPath(storedPath), { force: true, recursive: true });
  const root = RootDirectory.open(store.directory);
  try {
    const descriptor = root.openFile(file.path);
    try {
      const target = { path: storedPath, mode: storedMode(file.mode), mtimeNs: file.mtimeNs };
      const read = await copyOpenFile(descriptor, readState(descriptor), target, { wants: () => true, pause, tryClone: false });
      return read.sha256 === file.sha256;
    } finally {
      closeSync(descriptor);
    }
  } finally {
    root.close();
  }
}

/**
 * The time by the clock of the file system, for the racy guard: the folder just made in the store carries it. With the store on
 * another file system the machine's clock has to serve; the margin of the guard covers their difference on local disks.
 */
function readFileSystemClock(store: Store, open: OpenCapture | null): bigint {
  const stats = open === null ? undefined : lstatSync(open.workPath, { bigint: true });
  const isSameFileSystem = stats !== undefined && stats.dev === lstatSync(store.directory, { bigint: true }).dev;
  return isSameFileSystem ? stats.mtimeNs : BigInt(Date.now() - CLOCK_LAG_MS) * 1_000_000n;
}

function identityOf(path: string): { dev: bigint; ino: bigint } | null {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : { dev: stats.dev, ino: stats.ino };
}

function makeReporter(options: CallOptions): (progress: Progress) => void {
  return options.onProgress ?? (() => undefined);
}
