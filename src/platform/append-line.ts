import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { syncFolder, type Durability } from "./flush.js";
import { isThere } from "./is-there.js";
import { notPlain } from "./read-plain-file.js";
import { hasCode } from "../errors/index.js";
import { toStorageError } from "./storage-error.js";

const NEWLINE = 0x0a;

/**
 * Appends one line to a file, made with mode 0600 where there is none, so that it survives a power cut.
 *
 * One write in append mode, so that lines of processes that append at the same time never mix; a last line that a crash left without its
 * end is ended first. Two who see the same torn line both end it: an empty line means nothing.
 * @throws NoSpaceError, StoreUnusableError
 */
export function appendLine(path: string, line: string, durability: Durability): void {
  try {
    const isNew = !isThere(path);
    const descriptor = openForAppending(path);
    try {
      if (!fstatSync(descriptor).isFile()) throw notPlain();
      if (isNew) fchmodSync(descriptor, 0o600);
      const bytes = Buffer.from(`${isTorn(descriptor) ? "\n" : ""}${line}\n`);
      const written = writeSync(descriptor, bytes);
      if (written < bytes.length) throw Object.assign(new Error("only a part of the line was written"), { code: "ENOSPC" });
      if (durability === "full") fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    if (isNew && durability === "full") syncFolder(dirname(path));
  } catch (error) {
    throw toStorageError(error, path);
  }
}

function openForAppending(path: string): number {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (hasCode(error, "ELOOP", "ENXIO")) throw notPlain(error);
    throw error;
  }
}

function isTorn(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  return readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== NEWLINE;
}
