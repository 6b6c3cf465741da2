import { closeSync, constants, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder, type Durability } from "./flush.js";
import { randomToken } from "./random-token.js";
import { toStorageError } from "./storage-error.js";
import { removeFile } from "./remove-file.js";

interface WriteOptions {
  /** Permission bits; 0o600 by default. */
  mode?: number;
  /** `full` by default. */
  durability?: Durability;
}

/**
 * Replaces a file so that a reader or a crash sees the old bytes or the new bytes, never a mix.
 *
 * The temporary file is a sibling because rename is atomic only within one file system.
 * @throws NoSpaceError, StoreUnusableError; the old file is then untouched.
 */
export function replaceFile(path: string, contents: string | Uint8Array, options: WriteOptions = {}): void {
  const temporary = `${path}.tmp-${randomToken()}`;
  try {
    writeNewFile(temporary, contents, options);
    renameSync(temporary, path);
    if (options.durability !== "none") syncFolder(dirname(path));
  } catch (error) {
    removeFile(temporary);
    throw toStorageError(error, path);
  }
}

/** Writes a file that must not exist yet, whole and, unless told otherwise, durable; the folder entry is not synced. */
export function writeNewFile(path: string, contents: string | Uint8Array, options: WriteOptions = {}): void {
  const mode = options.mode ?? 0o600;
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode);
  try {
    writeWhole(descriptor, typeof contents === "string" ? Buffer.from(contents) : contents);
    fchmodSync(descriptor, mode);
    if (options.durability !== "none") fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Goes on after a short write, which `write` is free to make. */
function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}
