import { createHash, hash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { toFsPath } from "./path-bytes.js";
import { notPlain } from "./read-plain-file.js";

/** Larger chunks are slower: they fall out of the processor's cache between read and hash. */
const CHUNK_BYTES = 128 * 1024;

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
  const digest = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  while (position <= mostBytes) {
    const read = readSync(descriptor, chunk, 0, CHUNK_BYTES, position);
    if (read === 0) break;
    digest.update(chunk.subarray(0, read));
    position += read;
    await pause();
  }
  return { sha256: digest.digest("hex"), bytes: position };
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
