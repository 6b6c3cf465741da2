import { execFile } from "node:child_process";
import { closeSync, constants, fsyncSync, openSync, readdirSync } from "node:fs";
import { NoSpaceError, StoreUnusableError } from "../errors/index.js";
import { decodePathBytes, toFsPath } from "./path-bytes.js";

/** `full`: what is reported done survives a power cut; `none`: it survives a crash of the process only. */
export type Durability = "full" | "none";

/**
 * Makes all that was written below a folder durable.
 *
 * One flush of the whole file system (`sync -f`, syncfs(2)) costs about as much as two fsyncs, where one fsync per file
 * costs seconds for thousands of files; where the platform has no such command every file and folder is synced by itself.
 * @throws NoSpaceError, StoreUnusableError when the disk refuses; the caller must then treat the data as lost.
 */
export async function flushFileSystem(folder: string): Promise<void> {
  if (process.platform === "linux") {
    const outcome = await runSync(folder);
    if (outcome === "done") return;
    if (outcome !== "unavailable") {
      if (/no space|quota/i.test(outcome)) throw new NoSpaceError(folder, {});
      throw new StoreUnusableError(folder, `could not be made durable: ${outcome}`);
    }
  }
  syncBelow(folder);
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

function runSync(folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile("sync", ["-f", folder], { env: { ...process.env, LC_ALL: "C" } }, (error, _stdout, stderr) => {
      if (error === null) resolve("done");
      else if (error.code === "ENOENT" || error.code === "EACCES" || /option|usage/i.test(stderr)) resolve("unavailable");
      else resolve(stderr.trim() || error.message);
    });
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
