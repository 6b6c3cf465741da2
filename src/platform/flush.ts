import { closeSync, constants, fsyncSync, openSync, readdirSync } from "node:fs";
import { hasCode, StoreUnusableError } from "../errors/index.js";
import { decodePathBytes, toFsPath } from "./path-bytes.js";

/** `full`: what is reported done survives a power cut; `none`: it survives a crash of the process only. */
export type Durability = "full" | "none";

/**
 * Up to here syncing each file and folder by itself takes less time than starting a program that flushes. A folder costs hardly anything once
 * the first call has written the journal.
 */
const FEW_FILES = 8;
const FEW_FOLDERS = 32;

/**
 * Makes all that was written below a folder durable, and on Linux all else on its file system.
 *
 * One flush of the whole file system (`sync -f`, syncfs(2)) costs about as much as two fsyncs, where one fsync per file
 * costs seconds for thousands of files; where the platform has no such command every file and folder is synced by itself.
 * @throws StoreUnusableError when the disk refuses; the caller must then treat the data as lost.
 */
export async function flushFileSystem(folder: string): Promise<void> {
  if (!(await flushWhole(folder))) syncBelow(folder);
}

/** False where nothing can flush a whole file system. */
async function flushWhole(folder: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const outcome = await runSync(["-f", folder]);
  if (outcome === 0) return true;
  // The kernel reports a failed write-back once, so asking again could hide it: a command that knows the option did fail.
  if (outcome !== "unavailable" && (await knowsFileSystemOption())) {
    throw new StoreUnusableError(folder, "could not be made durable: the file system reports a failed write");
  }
  return false;
}

/** What was written, all of it on one file system. */
export interface Written {
  files: readonly string[];
  /** Those in which names were made. */
  folders: readonly string[];
  /** Folders with all that is in them, and how much that is. */
  trees: readonly { folder: string; entryCount: number }[];
}

/**
 * Makes what was written on a folder's file system durable, in the way that is cheaper for so much.
 * @throws StoreUnusableError, or the error of fsync, when the disk refuses; the caller must then treat the data as lost.
 */
export async function flushWritten(folder: string, written: Written): Promise<void> {
  if (areFew(written) && syncUnlessClosed(written)) return;
  if (!(await flushWhole(folder))) syncEach(written);
}

function areFew({ files, folders, trees }: Written): boolean {
  const count = trees.reduce((sum, { entryCount }) => sum + entryCount, files.length);
  return count <= FEW_FILES && folders.length <= FEW_FOLDERS;
}

/** False when a file is closed even to us, as one can be that root captured; a flush of the file system need not open it. */
function syncUnlessClosed(written: Written): boolean {
  try {
    syncEach(written);
    return true;
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM")) return false;
    throw error;
  }
}

function syncEach({ files, folders, trees }: Written): void {
  files.forEach(syncFile);
  folders.forEach(syncFolder);
  trees.forEach(({ folder }) => syncBelow(folder));
}

/** Makes a folder's own entries (names that were created, renamed or removed in it) durable. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(toFsPath(folder), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The same after a change of names that is to be taken back when it cannot be made durable. */
export function syncFolderOrUndo(folder: string, undo: () => void): void {
  try {
    syncFolder(folder);
  } catch (error) {
    undo();
    throw error;
  }
}

/** Without pipes to the child: setting those up costs more than the flush. */
async function runSync(args: readonly string[]): Promise<number | "unavailable"> {
  const { spawn } = await import("node:child_process");
  return new Promise((resolve) => {
    const child = spawn("sync", args, { stdio: "ignore" });
    child.once("error", () => resolve("unavailable"));
    child.once("exit", (status) => resolve(status ?? 1));
  });
}

async function knowsFileSystemOption(): Promise<boolean> {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve) => {
    execFile("sync", ["--help"], (_error, stdout, stderr) => resolve(/-f\b|--file-system/.test(stdout + stderr)));
  });
}

function syncBelow(folder: string): void {
  for (const entry of readdirSync(toFsPath(folder), { withFileTypes: true, encoding: "buffer" })) {
    const path = `${folder}/${decodePathBytes(entry.name)}`;
    if (entry.isDirectory()) syncBelow(path);
    else if (entry.isFile()) syncFile(path);
  }
  syncFolder(folder);
}

function syncFile(path: string): void {
  const descriptor = openSync(toFsPath(path), constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
