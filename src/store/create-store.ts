import { lstatSync, mkdirSync, rmdirSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode, StepbackError } from "../errors/index.js";
import { isThere, removeFile, syncFolder, toStorageError, toTimestamp } from "../platform/index.js";
import type { Store } from "./open-store.js";

/** What making a store changed, to be undone when nothing comes of it. */
export interface StoreCreation {
  /** The uppermost folder that was made. */
  firstPath: string;
  directoryMtimeNs: bigint;
}

/** Makes the folder of a store with those above it; null when another process was first. */
export function createStoreFolder(store: Store): StoreCreation | null {
  const directoryMtimeNs = lstatSync(store.directory, { bigint: true }).mtimeNs;
  const creation: StoreCreation = { firstPath: firstMissing(store.path), directoryMtimeNs };
  try {
    if (!makeFolder(store.path)) return null;
    for (let path = store.path; path.length >= creation.firstPath.length; path = dirname(path)) syncFolder(dirname(path));
    return creation;
  } catch (error) {
    removeStoreFolders(store, creation);
    throw toStorageError(error, store.path);
  }
}

/** Takes out of a store what every writer puts there first, unless something came of it; to be done under the lock. */
export function emptyNewStore(store: Store): void {
  asFarAsPossible(store, () => {
    if (isThere(store.indexPath)) return;
    if (isThere(store.manifestsPath)) rmdirSync(store.manifestsPath);
    removeFile(join(store.path, ".gitignore"));
  });
}

/** Takes the folders of a store away that nobody has put anything into; the directory is then as it was, its time included. */
export function removeStoreFolders(store: Store, { firstPath, directoryMtimeNs }: StoreCreation): void {
  const time = toTimestamp(directoryMtimeNs);
  for (let path = store.path; path.length >= firstPath.length; path = dirname(path)) asFarAsPossible(store, () => rmdirSync(path));
  if (dirname(firstPath) === store.directory && !isThere(firstPath)) asFarAsPossible(store, () => utimesSync(store.directory, time, time));
}

/**
 * Makes a folder, and those above it that are missing; false when it was there.
 *
 * Not with Node's `recursive`, which says ENOENT for a read-only file system and for a full quota.
 */
export function makeFolder(path: string): boolean {
  if (!isThere(dirname(path))) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST") || !lstatSync(path).isDirectory()) throw error;
    return false;
  }
}

function firstMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || isThere(parent) ? path : firstMissing(parent);
}

/** The failure that led here is the one to report. */
function asFarAsPossible(store: Store, step: () => void): void {
  try {
    step();
  } catch (error) {
    const isExpected = hasCode(error, "ENOENT", "ENOTEMPTY", "EEXIST") || toStorageError(error, store.path) instanceof StepbackError;
    if (!isExpected) throw error;
  }
}
