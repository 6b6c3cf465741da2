import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DirectoryNotFoundError, hasCode } from "../errors/index.js";
import { isTaken, randomToken, removeTree, toStorageError } from "../platform/index.js";
import type { Store } from "./open-store.js";

/** Restore work that lies in the change directory, because the store is on another file system. */
const LIVE_WORK_FOLDER = /^\.stepback-restore-[0-9a-f]{16}$/;

/** A folder with work in flight; with a journal in it, it is a restore that must be finished. */
export interface WorkFolder {
  kind: "tmp" | "trash" | "restore";
  path: string;
  hasJournal: boolean;
}

export const JOURNAL_NAME = "journal.json";

/** Tells whether a top-level name of a change directory is our own work in flight, which no scan captures. */
export function isLiveWorkFolder(name: string): boolean {
  return LIVE_WORK_FOLDER.test(name);
}

/** Every folder with work in flight, in the store and in the change directory. */
export function workFolders(store: Store, storeNames: readonly string[]): WorkFolder[] {
  const inStore = storeNames.map((name) => ({
    kind: name.slice(0, name.indexOf("-")) as WorkFolder["kind"],
    path: join(store.path, name),
  }));
  const inDirectory = readDirectoryNames(store.directory)
    // A symlink of that name is none of ours, and leads elsewhere.
    .filter((entry) => entry.isDirectory() && isLiveWorkFolder(entry.name))
    .map(({ name }) => ({ kind: "restore" as const, path: join(store.directory, name) }));
  return [...inStore, ...inDirectory].map((folder) => ({ ...folder, hasJournal: isTaken(join(folder.path, JOURNAL_NAME)) }));
}

function readDirectoryNames(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ENOENT")) throw new DirectoryNotFoundError(directory, `cannot be read (${error.code})`);
    throw error;
  }
}

/** Makes a new, private folder for work in flight in the store. */
export function makeWorkFolder(store: Store, kind: WorkFolder["kind"]): string {
  return makePrivateFolder(join(store.path, `${kind}-${randomToken()}`));
}

/** Makes a new, private folder for a restore in the change directory itself. */
export function makeLiveWorkFolder(store: Store): string {
  return makePrivateFolder(join(store.directory, `.stepback-restore-${randomToken()}`));
}

/** Removes a folder of ours with all that is in it; what is gone already is fine. */
export async function removeWorkFolder(path: string): Promise<void> {
  try {
    await removeTree(path);
  } catch (error) {
    throw toStorageError(error, path);
  }
}

function makePrivateFolder(path: string): string {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw toStorageError(error, path);
  }
  return path;
}
