import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readSync,
  writeSync,
  type BigIntStats,
} from "node:fs";
import { hasCode } from "../errors/index.js";
import { CHUNK_BYTES, hashBytes, readFully, scratchBytes } from "./hash-file.js";
import { toFsPath } from "./path-bytes.js";
import { toTimestamp } from "./timestamps.js";
import { removeFile } from "./remove-file.js";

const ZEROS = Buffer.alloc(CHUNK_BYTES);
/** Up to here a file is read in one call, hashed in one call and written in one call; above it a clone is worth a try. */
const WHOLE_BYTES = 1024 * 1024;

/** One reading of a file through one descriptor. */
export interface StableRead {
  sha256: string;
  bytes: number;
  /** True when a clone was tried and the file system does not make them. */
  cloneRefused: boolean;
}

interface CopyTarget {
  path: string;
  mode: number;
  mtimeNs: bigint;
}

/**
 * Hashes an open file and, in the same pass, copies it to a new file.
 *
 * The target is offered the content's hash first (`wants`) when the file is small, so that known content is never written.
 * Holes of a sparse source stay holes. The caller compares the descriptor's stats before and after to detect a torn read.
 */
export async function copyOpenFile(
  descriptor: number,
  stats: BigIntStats,
  target: CopyTarget | null,
  options: { wants: (sha256: string) => boolean; pause: () => Promise<void> | undefined; tryClone: boolean },
): Promise<StableRead> {
  if (stats.size <= BigInt(WHOLE_BYTES) && !isSparse(stats)) return copyWhole(descriptor, Number(stats.size), target, options.wants);
  const tries = target !== null && options.tryClone;
  if (tries && tryClone(descriptor, target)) return hashClone(target, options.pause);
  return {
    ...(await copyChunks(descriptor, { sparse: isSparse(stats), mostBytes: Number(stats.size) }, target, options.pause)),
    cloneRefused: tries,
  };
}

function copyWhole(descriptor: number, size: number, target: CopyTarget | null, wants: (sha256: string) => boolean): StableRead {
  const buffer = scratchBytes(size + 1);
  // One byte more than there should be: that the file has grown shows.
  const length = readFully(descriptor, buffer, size + 1, 0);
  const bytes = buffer.subarray(0, length);
  const sha256 = hashBytes(bytes);
  if (target && wants(sha256)) {
    const output = openTarget(target);
    try {
      writeFully(output, bytes, 0);
      finishTarget(output, target);
    } finally {
      closeSync(output);
    }
  }
  return { sha256, bytes: length, cloneRefused: false };
}

async function copyChunks(
  descriptor: number,
  { sparse, mostBytes }: { sparse: boolean; mostBytes: number },
  target: CopyTarget | null,
  pause: () => Promise<void> | undefined,
): Promise<StableRead> {
  const digest = createHash("sha256");
  const output = target ? openTarget(target) : null;
  let position = 0;
  try {
    // A file that grows faster than it is read has no end; that it has grown is told from the first byte too many.
    while (position <= mostBytes) {
      const chunk = scratchBytes(CHUNK_BYTES);
      const read = readSync(descriptor, chunk, 0, CHUNK_BYTES, position);
      if (read === 0) break;
      const bytes = chunk.subarray(0, read);
      digest.update(bytes);
      if (output !== null && !(sparse && bytes.equals(ZEROS.subarray(0, read)))) writeFully(output, bytes, position);
      position += read;
      await pause();
    }
    if (output !== null && target) {
      if (sparse) ftruncateSync(output, position);
      finishTarget(output, target);
    }
  } finally {
    if (output !== null) closeSync(output);
  }
  return { sha256: digest.digest("hex"), bytes: position, cloneRefused: false };
}

/** A clone is an instant picture of the file, so hashing the clone can never meet a torn state. */
function tryClone(descriptor: number, target: CopyTarget): boolean {
  try {
    copyFileSync(`/proc/self/fd/${descriptor}`, toFsPath(target.path), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE);
    chmodSync(toFsPath(target.path), 0o600);
    return true;
  } catch (error) {
    if (!hasCode(error, "ENOTSUP", "EOPNOTSUPP", "EXDEV", "EINVAL", "ENOSYS", "ENOTTY", "EPERM", "ENOENT", "EACCES")) throw error;
    removeFile(toFsPath(target.path));
    return false;
  }
}

async function hashClone(target: CopyTarget, pause: () => Promise<void> | undefined): Promise<StableRead> {
  const clone = openSync(toFsPath(target.path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const read = await copyChunks(clone, { sparse: false, mostBytes: Infinity }, null, pause);
    finishTarget(clone, target);
    return read;
  } finally {
    closeSync(clone);
  }
}

function openTarget(target: CopyTarget): number {
  return openSync(toFsPath(target.path), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
}

function finishTarget(output: number, target: CopyTarget): void {
  const time = toTimestamp(target.mtimeNs);
  futimesSync(output, time, time);
  fchmodSync(output, target.mode);
}

function writeFully(output: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(output, bytes, written, bytes.length - written, position + written);
  }
}

function isSparse(stats: BigIntStats): boolean {
  return stats.size > BigInt(CHUNK_BYTES) && stats.blocks * 512n < stats.size;
}

/** Tells whether two looks at one descriptor saw the same state of the file. */
export function isSameState(before: BigIntStats, after: BigIntStats): boolean {
  return before.size === after.size && before.mtimeNs === after.mtimeNs && before.ctimeNs === after.ctimeNs && before.ino === after.ino;
}

/** A tick of the file system's clock, and a write that is under way, last no longer. */
const YOUNG_MS = 100;
/** The coarsest time stamps in use are those of FAT. */
const YOUNG_IN_SECONDS_MS = 2_000;

/**
 * Tells whether a file could have changed between two looks that saw the same state: within one tick of the clock, or by a write that had set
 * the time before the first look and went on after it. Only a second reading with the same result proves then that these bytes ever
 * stood together: each reading goes through the file once, so whatever is the same in both was so at the moment between them.
 */
export function isYoung(stats: BigIntStats, nowMs: number): boolean {
  const newestNs = stats.mtimeNs > stats.ctimeNs ? stats.mtimeNs : stats.ctimeNs;
  const holdsSeconds = stats.mtimeNs % 1_000_000_000n === 0n && stats.ctimeNs % 1_000_000_000n === 0n;
  return nowMs - Number(newestNs / 1_000_000n) < (holdsSeconds ? YOUNG_IN_SECONDS_MS : YOUNG_MS);
}

/** Looks at an open file. */
export function readState(descriptor: number): BigIntStats {
  return fstatSync(descriptor, { bigint: true });
}
