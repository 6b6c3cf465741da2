import { createHash, hash, type Hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { toFsPath } from "./path-bytes.js";
import { notPlain } from "./read-plain-file.js";

/** Larger chunks are slower: they fall out of the processor's cache between read and hash. */
export const CHUNK_BYTES = 128 * 1024;

let scratch: Buffer | undefined;

/**
 * Memory to read into, the same for every call: what is in it holds only until the caller gives way. A fresh buffer for each file would keep
 * the garbage collector busy.
 */
export function scratchBytes(length: number): Buffer {
  if (scratch === undefined || scratch.length < length) scratch = Buffer.allocUnsafeSlow(Math.max(length, CHUNK_BYTES));
  return scratch;
}

/** SHA-256 of bytes in memory, as 64 hexadecimal digits. */
export function hashBytes(bytes: Uint8Array | string): string {
  return hash("sha256", bytes, "hex");
}

/**
 * SHA-256 and length of an open file from its start; `pause` is called between chunks. Of a file that holds more than `mostBytes` no more
 * is read than shows it: a file that grows faster than it is read has no end.
 */
export async function hashOpenFile(
  descriptor: number,
  pause: () => Promise<void> | undefined,
  mostBytes = Infinity,
): Promise<{ sha256: string; bytes: number }> {
  let digest: Hash | null = null;
  let position = 0;
  while (position <= mostBytes) {
    const chunk = scratchBytes(CHUNK_BYTES);
    const read = readFully(descriptor, chunk, CHUNK_BYTES, position);
    const bytes = chunk.subarray(0, read);
    const isEnd = read < CHUNK_BYTES;
    if (digest === null && isEnd) return { sha256: hashBytes(bytes), bytes: read };
    digest ??= createHash("sha256");
    digest.update(bytes);
    position += read;
    if (isEnd) break;
    await pause();
  }
  return { sha256: (digest ?? createHash("sha256")).digest("hex"), bytes: position };
}

/** SHA-256 of the regular file at a path, never through a symlink at its end; @throws ENXIO for anything else. */
export async function hashFileAt(path: string, pause: () => Promise<void> | undefined): Promise<{ sha256: string; bytes: number }> {
  const descriptor = openSync(toFsPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    // A device may have no end.
    if (!fstatSync(descriptor).isFile()) throw notPlain();
    return await hashOpenFile(descriptor, pause);
  } finally {
    closeSync(descriptor);
  }
}

/** Reads until so many bytes are there or the file ends; gives how many came. */
export function readFully(descriptor: number, buffer: Buffer, length: number, position: number): number {
  let done = 0;
  while (done < length) {
    const read = readSync(descriptor, buffer, done, length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}
