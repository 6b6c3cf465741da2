import { statfsSync } from "node:fs";
import { NoSpaceError } from "../errors/index.js";
import { surveyDisk } from "./disk-survey.js";

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

/** Measures files and folders on disk as `du` does: allocated blocks, hard links counted once. What vanishes meanwhile counts nothing. */
export async function readDiskUsage(
  paths: readonly string[],
  options: { signal?: AbortSignal | undefined; onLooked?: (entries: number) => void } = {},
): Promise<DiskUsage> {
  const survey = await surveyDisk([paths], options);
  return { occupiedBytes: survey.occupiedBytes([0]), freedBytes: survey.freedBytes([0]) };
}
