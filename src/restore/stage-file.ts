import { chmodSync, closeSync, lchownSync, type BigIntStats } from "node:fs";
import { hasCode, UnsafePathError } from "../errors/index.js";
import type { FileEntry, SymlinkEntry } from "../formats/index.js";
import { copyOpenFile, readState, removeFile, RootDirectory, type Batch } from "../platform/index.js";
import { assertKept } from "./probe-file-system.js";
import { hasOwnerOf } from "./rights.js";
import { lookAtSlot } from "./slots.js";

export interface StageFileRequest {
  snapshot: RootDirectory;
  entry: FileEntry;
  stagedPath: string;
  keepOwner: boolean;
  pause: () => Promise<void> | undefined;
}

/** A file to stage, and the slot that it goes to. */
export interface StageItem {
  slot: number;
  entry: FileEntry;
}

export interface StagePlace {
  snapshotPath: string;
  stagePath: string;
  keepOwner: boolean;
}

/** `damaged`: the stored file is not what the manifest says; `failed`: whoever tries again on the main thread learns why. */
export type StageOutcome = "staged" | "damaged" | "failed";

/** Stages files one after the other: what a thread does of a restore. */
export async function stageFiles({ common, items }: Batch<StageItem, StagePlace>): Promise<StageOutcome[]> {
  const outcomes: StageOutcome[] = [];
  const snapshot = RootDirectory.open(common.snapshotPath);
  try {
    for (const item of items) outcomes.push(await stageInThread(snapshot, item, common));
  } finally {
    snapshot.close();
  }
  return outcomes;
}

async function stageInThread(
  snapshot: RootDirectory,
  { slot, entry }: StageItem,
  { stagePath, keepOwner }: StagePlace,
): Promise<StageOutcome> {
  const stagedPath = `${stagePath}/${slot}`;
  try {
    return (await stageFile({ snapshot, entry, stagedPath, keepOwner, pause: () => undefined })) ? "staged" : "damaged";
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    removeFile(stagedPath);
    return "failed";
  }
}

/**
 * Copies a stored file into a slot, with its mode, times and owner; false when it is not what the manifest says.
 * @throws UnsupportedError when the file system does not keep one of them
 */
export async function stageFile({ snapshot, entry, stagedPath, keepOwner, pause }: StageFileRequest): Promise<boolean> {
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
      { wants: (sha256) => sha256 === entry.sha256, pause, tryClone: true },
    );
    if (read.sha256 !== entry.sha256) return false;
  } catch (error) {
    if (hasCode(error, "EIO") && error.syscall === "read") return false;
    throw error;
  } finally {
    closeSync(descriptor);
  }
  settleOwner(stagedPath, entry, keepOwner);
  return true;
}

/**
 * Gives a staged file or symlink its owner where that is not the one it was made with, and looks whether all attributes have stayed.
 * @throws UnsupportedError when the file system does not keep one of them
 */
export function settleOwner(stagedPath: string, entry: FileEntry | SymlinkEntry, keepOwner: boolean): void {
  const stats = lookAtSlot(stagedPath) as BigIntStats;
  if (!keepOwner || hasOwnerOf(stats, entry)) return assertKept(stats, entry, keepOwner);
  lchownSync(stagedPath, entry.uid, entry.gid);
  // Changing the owner clears the set-id bits.
  if (entry.type === "file") chmodSync(stagedPath, entry.mode);
  assertKept(lookAtSlot(stagedPath) as BigIntStats, entry, keepOwner);
}
