import { copyFileSync, constants, existsSync, linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import { hasCode, IndexUnusableError, StoreUnusableError, messageOf } from "../errors/index.js";
import { emptyIndex, formatIndex, parseIndex, type StoreIndex } from "../formats/index.js";
import { randomToken, replaceFile, syncFolder, toStorageError, writeNewFile, type Durability } from "../platform/index.js";
import { completeLegacyIndex } from "./legacy.js";
import { listFolder, type StoreListing } from "./listing.js";
import type { Store } from "./open-store.js";

/** The index as it stands on disk; nothing is written by looking. */
export interface IndexState {
  index: StoreIndex;
  /** `absent`: no store, or an empty one; `legacy`: the next write upgrades it. */
  form: "current" | "legacy" | "absent";
  listing: StoreListing;
  warnings: string[];
}

/**
 * Reads the index of a store.
 * @throws IndexUnusableError also when `state.json` is gone while checkpoints are there; FormatTooNewError
 */
export function readIndex(store: Store): IndexState {
  const listing = listFolderOrFail(store);
  const text = readIndexText(store);
  if (text === undefined) {
    const orphans = new Set([...listing.folders, ...listing.manifests]).size;
    if (orphans > 0)
      throw new IndexUnusableError(store.indexPath, `is missing, though ${orphans} checkpoint${orphans === 1 ? " is" : "s are"} there`);
    return { index: emptyIndex(store.changeId), form: "absent", listing, warnings: [] };
  }
  const { index, isLegacy, warnings } = parseIndex(text, store.indexPath);
  if (isLegacy) return { ...completeLegacyIndex(store, index, listing, warnings), form: "legacy", listing };
  return { index, form: "current", listing, warnings };
}

/** Replaces the index, durably and atomically, and keeps the one before as `state.json.previous`. */
export function saveIndex(store: Store, index: StoreIndex, durability: Durability): void {
  keepPreviousIndex(store);
  replaceFile(store.indexPath, formatIndex(index), { durability });
}

/** Puts an index that was written and flushed before in place; the caller syncs the folder. */
export function putIndexInPlace(store: Store, writtenPath: string): void {
  keepPreviousIndex(store);
  renameSync(writtenPath, store.indexPath);
}

/** Keeps a copy of the index under another name that is not taken by other contents yet; gives that name's path. */
export function keepIndexAs(store: Store, suffix: string): string {
  const bytes = readFileSync(store.indexPath);
  let path = `${store.indexPath}.${suffix}`;
  for (let number = 2; existsSync(path); number += 1) {
    if (readFileSync(path).equals(bytes)) return path;
    path = `${store.indexPath}.${suffix}-${number}`;
  }
  try {
    writeNewFile(path, bytes);
    syncFolder(store.path);
  } catch (error) {
    rmSync(path, { force: true });
    throw toStorageError(error, path);
  }
  return path;
}

function keepPreviousIndex(store: Store): void {
  const temporary = `${store.indexPath}.previous.tmp-${randomToken()}`;
  try {
    linkOrCopyIndex(store.indexPath, temporary);
    renameSync(temporary, `${store.indexPath}.previous`);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (!hasCode(error, "ENOENT")) throw toStorageError(error, store.indexPath);
  }
}

function linkOrCopyIndex(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!hasCode(error, "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS")) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

function readIndexText(store: Store): string | undefined {
  try {
    return readFileSync(store.indexPath, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw new IndexUnusableError(store.indexPath, messageOf(error), error);
  }
}

function listFolderOrFail(store: Store): StoreListing {
  try {
    return listFolder(store);
  } catch (error) {
    throw new StoreUnusableError(store.path, messageOf(error), error);
  }
}
