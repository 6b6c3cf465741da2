import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import { toFsPath } from "./path-bytes.js";

/** As much text as a string can hold. */
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * Reads a file that must be a plain one: never through a symlink at its end, never waiting for a fifo, never without an end.
 * Gives undefined when nothing is there.
 * @throws ENXIO for anything but a plain file, EFBIG for one that no text of ours could be
 */
export function readPlainFile(path: string): Buffer | undefined {
  return withPlainFile(path, (descriptor) => readFileSync(descriptor));
}

/** Works on an open plain file of so many bytes. @throws as `readPlainFile` */
export function withPlainFile<Result>(path: string, work: (descriptor: number, size: number) => Result): Result | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(toFsPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    if (hasCode(error, "ELOOP", "ENXIO")) throw notPlain(error);
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw notPlain();
    if (stats.size > MAX_BYTES) throw Object.assign(new Error(`has ${stats.size} bytes, too many to read`), { code: "EFBIG" });
    return work(descriptor, stats.size);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the error for what stands in place of a plain file. */
export function notPlain(cause?: unknown): Error {
  return Object.assign(new Error("is not a plain file", { cause }), { code: "ENXIO" });
}
