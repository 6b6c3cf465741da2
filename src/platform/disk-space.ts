import { lstatSync, statfsSync } from "node:fs";
import { hasCode, NoSpaceError } from "../errors/index.js";
import { toFsPath } from "./path-bytes.js";
import { readFolderNames } from "./read-folder.js";
import { Slice } from "./slice.js";

/** Room left untouched so that the file system's own bookkeeping and the index still fit. */
const RESERVE_BYTES = 64 * 1024;
const RESERVE_INODES = 8;

/**
 * Checks before the work that it will fit.
 * @throws NoSpaceError naming what is needed and what is free; file systems that count no inodes are not asked for any.
 */
export function assertFreeSpace(folder: string, need: { bytes: number; inodes: number }): void {
  const space = statfsSync(folder);
  const freeBytes = space.bavail * space.bsize;
  if (need.bytes > 0 && need.bytes + RESERVE_BYTES > freeBytes)
    throw new NoSpaceError(folder, { bytes: need.bytes + RESERVE_BYTES, freeBytes });
  if (space.files > 0 && need.inodes + RESERVE_INODES > space.ffree) {
    throw new NoSpaceError(folder, { inodes: need.inodes + RESERVE_INODES, freeInodes: space.ffree });
  }
}

/** What a file system takes for each file beyond its bytes: they come in blocks of about this size. */
const BLOCK_BYTES = 4096;

/** The bytes that a file or folder will take on disk, rounded up to whole blocks; `heldBytes` are those of a sparse file. */
export function estimateBytes(size: number, heldBytes: number = size): number {
  return Math.ceil(Math.min(size, heldBytes) / BLOCK_BYTES) * BLOCK_BYTES;
}

/** What a set of folders occupies and what removing them would free: a file with names elsewhere frees nothing. */
export interface DiskUsage {
  /** Allocated bytes, hard links counted once. */
  occupiedBytes: number;
  freedBytes: number;
}

/** Measures folders on disk as `du` does: allocated blocks, hard links counted once. What vanishes meanwhile counts nothing. */
export async function readDiskUsage(folders: readonly string[], signal?: AbortSignal): Promise<DiskUsage> {
  const links = new Map<string, { bytes: number; seen: number; total: number }>();
  const slice = new Slice(signal);
  let plainBytes = 0;
  const pending = [...folders];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const own = lookAt(folder);
    plainBytes += (own?.blocks ?? 0) * 512;
    // A symlink among the named folders leads elsewhere.
    if (own?.isDirectory() !== true) continue;
    for (const { name, entry } of readNamesIfThere(folder)) {
      const path = `${folder}/${name}`;
      if (entry.isDirectory()) {
        pending.push(path);
        continue;
      }
      const stats = lookAt(path);
      if (stats === undefined) continue;
      const bytes = stats.blocks * 512;
      if (stats.nlink === 1) plainBytes += bytes;
      else {
        const key = `${stats.dev}:${stats.ino}`;
        const known = links.get(key);
        if (known) known.seen += 1;
        else links.set(key, { bytes, seen: 1, total: stats.nlink });
      }
      if (slice.isOver()) await slice.rest();
    }
  }
  let [occupiedBytes, freedBytes] = [plainBytes, plainBytes];
  for (const link of links.values()) {
    occupiedBytes += link.bytes;
    if (link.seen >= link.total) freedBytes += link.bytes;
  }
  return { occupiedBytes, freedBytes };
}

function lookAt(path: string) {
  return lstatSync(toFsPath(path), { throwIfNoEntry: false });
}

function readNamesIfThere(folder: string): ReturnType<typeof readFolderNames> {
  try {
    return readFolderNames(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
