import { closeSync, lchownSync, lutimesSync, chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { DamagedError, hasCode, UnsafePathError, UnsupportedError } from "../errors/index.js";
import type { CheckpointId, FileEntry, Sha256, SymlinkEntry, TreeEntry } from "../formats/index.js";
import {
  assertFreeSpace,
  copyOpenFile,
  estimateBytes,
  printablePath,
  readState,
  RootDirectory,
  Slice,
  toFsPath,
  toStorageError,
  toTimestamp,
} from "../platform/index.js";
import type { CallOptions } from "../checkpoint/index.js";
import { assertKept } from "./probe-file-system.js";
import type { RestoreOperation } from "./requests.js";
import type { RestoreWork } from "./work.js";

interface StageRequest {
  target: CheckpointId;
  snapshotPath: string;
  /** In the order of the journal: the position names the slot. */
  operations: readonly RestoreOperation[];
  keepOwner: boolean;
  options: CallOptions;
  /** Told of what is damaged, before the error. */
  onDamaged: (hashes: ReadonlySet<Sha256>) => void;
}

/**
 * Copies (never links) all that the restore puts in place into `stage/`, with its final mode, owner and times, and holds every
 * byte against the manifest while doing so: no stored damage gets near the live directory.
 * @throws DamagedError naming every damaged path, NoSpaceError, InterruptedError
 */
export async function stageFiles(work: RestoreWork, request: StageRequest): Promise<void> {
  const needed = request.operations.flatMap((operation, slot) => {
    const entry = entryToPlace(operation);
    return entry === null ? [] : [{ slot, entry }];
  });
  const files = needed.filter(({ entry }) => entry.type === "file");
  const totalBytes = files.reduce((sum, { entry }) => sum + (entry as FileEntry).size, 0);
  const slice = new Slice(request.options.signal);
  const damaged: FileEntry[] = [];
  const snapshot = openSnapshot(request);
  let doneBytes = 0;
  try {
    const neededBytes = needed.reduce((sum, { entry }) => sum + (entry.type === "file" ? storedBytes(snapshot, entry) : 0), 0);
    assertFreeSpace(work.path, { bytes: neededBytes, inodes: needed.length });
    for (const [position, { slot, entry }] of needed.entries()) {
      const stagedPath = join(work.stagePath, String(slot));
      if (entry.type === "symlink") placeSymlink(stagedPath, entry);
      else if (!(await stageFile(snapshot, entry, stagedPath, slice))) damaged.push(entry);
      setOwner(stagedPath, entry, request.keepOwner);
      assertKept(stagedPath, entry, request.keepOwner);
      if (entry.type === "file") doneBytes += entry.size;
      if (!slice.isOver()) continue;
      request.options.onProgress?.({ activity: "stage", doneEntries: position, totalEntries: needed.length, doneBytes, totalBytes });
      await slice.rest();
    }
  } catch (error) {
    throw toStorageError(error, work.path);
  } finally {
    snapshot.close();
  }
  slice.assertGoingOn();
  if (damaged.length === 0) return;
  request.onDamaged(new Set(damaged.map(({ sha256 }) => sha256)));
  throw new DamagedError(
    request.target,
    damaged.map(({ path }) => printablePath(path)),
  );
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
export function assertWithinFileSystem(root: RootDirectory, operations: readonly RestoreOperation[]): void {
  for (const { path } of operations) {
    if (path === "") continue;
    const slash = path.lastIndexOf("/");
    for (const place of [path, slash < 0 ? "" : path.slice(0, slash)]) {
      const stats = root.lookAt(place);
      if (stats === undefined || stats.dev === root.device) continue;
      throw new UnsupportedError(printablePath(path), "lies on a file system of its own, mounted inside the directory");
    }
  }
}

/** What must come into place for an operation; folders are made, not staged. */
function entryToPlace(operation: Pick<RestoreOperation, "kind" | "after">): Exclude<TreeEntry, { type: "directory" }> | null {
  const { kind, after } = operation;
  return (kind === "create" || kind === "replace") && after !== null && after.type !== "directory" ? after : null;
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

/** False when the stored file is not what the manifest says. */
async function stageFile(snapshot: RootDirectory, entry: FileEntry, stagedPath: string, slice: Slice): Promise<boolean> {
  let descriptor: number;
  try {
    descriptor = snapshot.openFile(entry.path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EIO", "ENXIO") || error instanceof UnsafePathError) return false;
    throw error;
  }
  try {
    const stats = readState(descriptor);
    if (!stats.isFile() || stats.size !== BigInt(entry.size)) return false;
    const read = await copyOpenFile(
      descriptor,
      stats,
      { path: stagedPath, mode: entry.mode, mtimeNs: entry.mtimeNs },
      { wants: (sha256) => sha256 === entry.sha256, pause: () => (slice.isOver(true) ? slice.rest() : undefined), tryClone: true },
    );
    return read.sha256 === entry.sha256;
  } catch (error) {
    if (hasCode(error, "EIO") && error.syscall === "read") return false;
    throw error;
  } finally {
    closeSync(descriptor);
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

function setOwner(stagedPath: string, entry: TreeEntry, keepOwner: boolean): void {
  if (!keepOwner) return;
  try {
    lchownSync(stagedPath, entry.uid, entry.gid);
    // Changing the owner clears the set-id bits.
    if (entry.type === "file") chmodSync(stagedPath, entry.mode);
  } catch (error) {
    // A damaged file was not staged; it is reported with the others.
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
