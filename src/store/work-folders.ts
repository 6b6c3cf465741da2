import { mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { DirectoryNotFoundError, hasCode, messageOf, StepbackError } from "../errors/index.js";
import { isThere, randomToken, removeTree, toStorageError, type RemovalWatch } from "../platform/index.js";
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
  return [...inStore, ...inDirectory].map((folder) => ({ ...folder, hasJournal: isThere(join(folder.path, JOURNAL_NAME)) }));
}

function readDirectoryNames(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM", "ENOENT")) throw new DirectoryNotFoundError(directory, `cannot be read (${error.code})`);
    throw error;
  }
}

/** Makes a new, private folder for work in flight in the store, with folders in it; all of them or none. */
export function makeWorkFolder(store: Store, kind: WorkFolder["kind"], parts: readonly string[] = []): string {
  return makePrivateFolders(newWorkPath(store, kind), parts);
}

/** A path in the store that nobody uses. */
export function newWorkPath(store: Store, kind: WorkFolder["kind"]): string {
  return join(store.path, `${kind}-${randomToken()}`);
}

/** Makes a new, private folder for a restore in the change directory itself. */
export function makeLiveWorkFolder(store: Store, parts: readonly string[] = []): string {
  return makePrivateFolders(join(store.directory, `.stepback-restore-${randomToken()}`), parts);
}

/**
 * Removes what somebody left behind. Whoever prepares a snapshot holds no lock and may still be at it: a new name in the store takes the
 * folder away from under his hands first.
 */
export async function removeLeftover(store: Store, { kind, path }: WorkFolder): Promise<void> {
  if (kind !== "tmp") return removeWorkFolder(path);
  const trashPath = newWorkPath(store, "trash");
  try {
    renameSync(path, trashPath);
  } catch (error) {
    // Who was still at it has given up and removed it.
    if (hasCode(error, "ENOENT")) return;
    throw toStorageError(error, path);
  }
  await removeWorkFolder(trashPath);
}

/** Removes a folder of ours with all that is in it; what is gone already is fine. */
export async function removeWorkFolder(path: string, watch?: RemovalWatch): Promise<void> {
  try {
    await removeTree(path, watch);
  } catch (error) {
    throw toStorageError(error, path);
  }
}

/**
 * Removes a folder of ours whose work is over, whatever came of it: what cannot be removed now, the next writer clears away. Gives a warning
 * of that.
 */
export async function discardWorkFolder(path: string): Promise<string[]> {
  try {
    await removeWorkFolder(path);
    return [];
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    return [`${path} could not be removed (${messageOf(error.cause)}); the next command that writes removes it`];
  }
}

function makePrivateFolders(path: string, parts: readonly string[]): string {
  const made: string[] = [];
  try {
    for (const folder of [path, ...parts.map((part) => join(path, part))]) {
      mkdirSync(folder, { mode: 0o700 });
      made.unshift(folder);
    }
    return path;
  } catch (error) {
    for (const folder of made) removeIfPossible(folder);
    throw toStorageError(error, path);
  }
}

/** What cannot be removed now, the next writer clears away. */
function removeIfPossible(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!(toStorageError(error, folder) instanceof StepbackError)) throw error;
  }
}
