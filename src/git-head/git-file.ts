import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, statSync, type Stats } from "node:fs";
import { isAbsolute, sep } from "node:path";
import { hasCode } from "../errors/index.js";
import { decodePathBytes, toFsPath } from "../platform/index.js";

/** Something in a repository cannot be read or is not what git writes; it never leaves this room. */
export class UnreadableError extends Error {
  constructor(
    readonly path: string,
    readonly problem: string,
    cause?: unknown,
  ) {
    super(`${path} ${problem}`, { cause });
  }
}

/** What git writes into HEAD, a ref or a `.git` file is one short line; more than this is not git's. */
const MAX_LINE_FILE_BYTES = 64 * 1024;

const LINE_ENDS = Buffer.from("\r\n");
const WHITE_SPACE = Buffer.from(" \t\r\n");

/**
 * Puts a path read from a file, or a name, behind a folder.
 *
 * Nothing is folded, unlike with `join`: behind a symlink `..` is another folder, and git leaves that to the system.
 */
export function joinAsWritten(folder: string, path: string): string {
  if (isAbsolute(path)) return path;
  return folder.endsWith(sep) ? `${folder}${path}` : `${folder}${sep}${path}`;
}

/** Tells what stands at a path, symlinks followed; undefined when nothing does. */
export function readStat(path: string): Stats | undefined {
  try {
    return statSync(toFsPath(path), { throwIfNoEntry: false });
  } catch (error) {
    // A symlink in a circle, or a path longer than the system takes: nothing that git could use.
    if (hasCode(error, "ELOOP", "ENAMETOOLONG")) return undefined;
    throw unreadable(path, error);
  }
}

/** Tells whether a path is taken, by a dangling symlink too: HEAD was once a symlink to a branch not yet born. */
export function isTaken(path: string): boolean {
  try {
    return lstatSync(toFsPath(path), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Reads a regular file as bytes; undefined when there is none. One over the limit is damaged. */
export function readWholeFile(path: string, maxBytes: number): Buffer | undefined {
  return readFile(path, constants.O_RDONLY, maxBytes);
}

/** Reads a file that holds one path, which may end in blanks, without the line's end; undefined when there is none. */
export function readPathFile(path: string): string | undefined {
  return toLine(readFile(path, constants.O_RDONLY, MAX_LINE_FILE_BYTES), LINE_ENDS);
}

/**
 * Reads the line of a ref; a symlink gives `ref: <where it points>`, as in git's early days.
 *
 * The symlink itself is never followed, so nothing outside the git folder is read through it.
 */
export function readRefFile(path: string): string | undefined {
  try {
    return toLine(readFile(path, constants.O_RDONLY | constants.O_NOFOLLOW, MAX_LINE_FILE_BYTES), WHITE_SPACE);
  } catch (error) {
    if (!(error instanceof UnreadableError) || !hasCode(error.cause, "ELOOP", "EMLINK")) throw error;
    return `ref: ${readSymlink(path)}`;
  }
}

/** Takes bytes off the end. Not with a pattern: that is slow on a file full of blanks. */
function toLine(bytes: Buffer | undefined, ending: Buffer): string | undefined {
  if (bytes === undefined) return undefined;
  let end = bytes.length;
  while (end > 0 && ending.includes(bytes[end - 1] as number)) end -= 1;
  return decodePathBytes(bytes.subarray(0, end));
}

/** Opens without blocking, so that a named pipe in a repository cannot hold up the caller. */
function readFile(path: string, flags: number, maxBytes: number): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(toFsPath(path), flags | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG")) return undefined;
    throw unreadable(path, error);
  }
  try {
    return readOpenFile(descriptor, path, maxBytes);
  } catch (error) {
    throw error instanceof UnreadableError ? error : unreadable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

/** A folder counts as no file: git leaves empty ones behind where refs were. */
function readOpenFile(descriptor: number, path: string, maxBytes: number): Buffer | undefined {
  const stat = fstatSync(descriptor);
  if (stat.isDirectory()) return undefined;
  if (!stat.isFile()) throw new UnreadableError(path, "is not a regular file");
  if (stat.size > maxBytes) throw new UnreadableError(path, `is damaged: it has ${stat.size} bytes`);
  return readFileSync(descriptor);
}

function readSymlink(path: string): string {
  try {
    return decodePathBytes(readlinkSync(toFsPath(path), { encoding: "buffer" }));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): UnreadableError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return new UnreadableError(path, `cannot be read (${code})`, error);
}
