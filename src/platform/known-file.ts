import { CHUNK_BYTES, readFully, scratchBytes } from "./hash-file.js";
import { withPlainFile } from "./read-plain-file.js";

const NO_MEMORY = Buffer.alloc(0);

/**
 * What a file meant when this process last read or wrote it: whoever comes back to a file finds the same bytes most of the time, and comparing
 * them takes a twentieth of the time that reading and checking them does.
 *
 * The memory for the bytes is used in turns. A long file would take as much again with each look and each change, and starting a program takes
 * the longer, the more memory this process has. The value must never be changed, only replaced.
 */
export class KnownFile<Value> {
  #known: { bytes: Buffer; value: Value } | null = null;
  /** Memory that is free, and whether that of the bytes is ours to use again. */
  #spare: Buffer = NO_MEMORY;
  #isOwn = false;

  /** Gives what the file means if it holds the same bytes as last time; undefined for any other, or for none, whatever the reason. */
  recall(path: string): Value | undefined {
    return this.#known !== null && holdsBytes(path, this.#known.bytes) ? this.#known.value : undefined;
  }

  learn(bytes: Buffer, value: Value): void {
    this.#known = { bytes, value };
    this.#isOwn = false;
  }

  /**
   * Gives the bytes of what is about to be written; should it come to nothing, other bytes will be found. They hold until the next but one.
   * @param encode may use spare memory, and makes its own where that is too small
   */
  encode(value: Value, encode: (spare: Buffer) => Buffer): Buffer {
    const bytes = encode(this.#spare);
    this.#spare = this.#isOwn && this.#known !== null ? Buffer.from(this.#known.bytes.buffer) : NO_MEMORY;
    this.#known = { bytes, value };
    this.#isOwn = true;
    return bytes;
  }
}

/** Whatever is in the way is met again by whoever reads the file. */
function holdsBytes(path: string, bytes: Buffer): boolean {
  try {
    return withPlainFile(path, (descriptor, size) => size === bytes.length && isSame(descriptor, bytes)) ?? false;
  } catch {
    return false;
  }
}

function isSame(descriptor: number, bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const wanted = bytes.subarray(at, at + CHUNK_BYTES);
    const chunk = scratchBytes(CHUNK_BYTES);
    const length = readFully(descriptor, chunk, wanted.length, at);
    if (!chunk.subarray(0, length).equals(wanted)) return false;
  }
  return true;
}
