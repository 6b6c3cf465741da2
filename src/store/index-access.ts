import { constants, copyFileSync, linkSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasCode, IndexUnusableError, messageOf } from "../errors/index.js";
import { emptyIndex, encodeIndex, parseIndex, type StoreIndex } from "../formats/index.js";
import {
  isThere,
  randomToken,
  KnownFile,
  readPlainFile,
  removeFile,
  replaceFile,
  syncFolder,
  syncFolderOrUndo,
  toStorageError,
  withStorageErrorsSync,
  writeNewFile,
  type Durability,
} from "../platform/index.js";
import { judgeAlteredIndex } from "./altered-index.js";
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

const knownIndexes = new WeakMap<Store, KnownFile<StoreIndex>>();

/**
 * Reads the index of a store.
 * @throws IndexUnusableError also when `state.json` is gone while checkpoints are there; FormatTooNewError
 */
export function readIndex(store: Store): IndexState {
  return withStorageErrorsSync(store.path, () => readState(store));
}

function readState(store: Store): IndexState {
  const listing = listFolder(store);
  const known = knownIndexes.get(store)?.recall(store.indexPath);
  if (known !== undefined) return { index: known, form: "current", listing, warnings: [] };
  const bytes = readIndexBytes(store);
  if (bytes === undefined) {
    const orphans = isFirstCutOff(store, listing) ? 0 : new Set([...listing.folders, ...listing.manifests]).size;
    // The writer of the very first one may have put its index in place since.
    if (orphans > 0 && readIndexBytes(store) !== undefined) return readIndex(store);
    if (orphans > 0)
      throw new IndexUnusableError(store.indexPath, `is missing, though ${orphans} checkpoint${orphans === 1 ? " is" : "s are"} there`);
    return { index: emptyIndex(store.changeId), form: "absent", listing, warnings: [] };
  }
  const { index, isLegacy, isAltered, warnings } = parseIndex(bytes, store.indexPath);
  if (isLegacy) return { ...completeLegacyIndex(store, index, listing, warnings), form: "legacy", listing };
  if (isAltered) warnings.push(judgeAlteredIndex(store, index, listing));
  else if (warnings.length === 0) knownFileOf(store).learn(bytes, index);
  return { index, form: "current", listing, warnings };
}

/**
 * Replaces the index, durably and atomically, and keeps the one before as `state.json.previous`.
 * @throws NoSpaceError, StoreUnusableError; the index is then the one before.
 */
export function saveIndex(store: Store, index: StoreIndex, durability: Durability): void {
  const temporary = `${store.indexPath}.tmp-${randomToken()}`;
  try {
    const bytes = formatIndexBytes(store, index);
    writeNewFile(temporary, bytes, { durability });
    const undo = putIndexInPlace(store, temporary);
    if (durability === "full") syncFolderOrUndo(store.path, undo);
  } catch (error) {
    removeFile(temporary);
    throw toStorageError(error, store.indexPath);
  }
}

/** Gives the bytes of an index that is about to be written; they hold until the next but one are made. */
export function formatIndexBytes(store: Store, index: StoreIndex): Buffer {
  return knownFileOf(store).encode(index, (spare) => encodeIndex(index, spare));
}

/** Puts an index that was written and flushed before in place, and gives what takes it back; the caller syncs the folder. */
export function putIndexInPlace(store: Store, writtenPath: string): () => void {
  const isKept = keepPreviousIndex(store);
  renameSync(writtenPath, store.indexPath);
  return () => (isKept ? renameSync(`${store.indexPath}.previous`, store.indexPath) : removeFile(store.indexPath));
}

/**
 * The very first checkpoint may have its folder and manifest while its index still lies in the work folder of a create that a crash cut
 * off: nothing is lost then, and the next writer adopts it.
 */
function isFirstCutOff(store: Store, listing: StoreListing): boolean {
  const isFirst = new Set([...listing.folders, ...listing.manifests]).size === 1 && !isThere(`${store.indexPath}.previous`);
  return isFirst && listing.work.some((name) => name.startsWith("tmp-") && isThere(join(store.path, name, "state.json")));
}

/** Keeps a copy of the legacy index beside the one that takes its place; one that is there already, or half of one, counts. */
export function keepLegacyIndex(store: Store): void {
  const bytes = readPlainFile(store.indexPath) ?? Buffer.alloc(0);
  const path = freeNameFor(store, "legacy", (taken) => bytes.subarray(0, taken.length).equals(taken));
  if ((readIfPlain(path)?.length ?? -1) < bytes.length) replaceFile(path, bytes);
}

/** Moves an index that cannot be used out of the way, whatever it is; gives its new path. */
export function setBrokenIndexAside(store: Store): string {
  const path = freeNameFor(store, "broken", (taken) => readIfPlain(store.indexPath)?.equals(taken) === true);
  try {
    renameSync(store.indexPath, path);
    syncFolder(store.path);
  } catch (error) {
    throw toStorageError(error, store.indexPath);
  }
  return path;
}

/** Undefined for what is not there, and for what is no file of ours. */
function readIfPlain(path: string): Buffer | undefined {
  try {
    return readPlainFile(path);
  } catch (error) {
    if (hasCode(error, "ENXIO", "EFBIG", "EACCES")) return undefined;
    throw error;
  }
}

function freeNameFor(store: Store, suffix: string, isOurs: (taken: Buffer) => boolean): string {
  let path = `${store.indexPath}.${suffix}`;
  for (let number = 2; isThere(path); number += 1) {
    const taken = readIfPlain(path);
    if (taken !== undefined && isOurs(taken)) return path;
    path = `${store.indexPath}.${suffix}-${number}`;
  }
  return path;
}

/** False when there is none to keep. */
function keepPreviousIndex(store: Store): boolean {
  const temporary = `${store.indexPath}.previous.tmp-${randomToken()}`;
  try {
    linkOrCopyIndex(store.indexPath, temporary);
    renameSync(temporary, `${store.indexPath}.previous`);
    // Renaming onto another name of the same file, as a crash may leave it, does nothing.
    removeFile(temporary);
    return true;
  } catch (error) {
    removeFile(temporary);
    if (!hasCode(error, "ENOENT")) throw toStorageError(error, store.indexPath);
    return false;
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

function knownFileOf(store: Store): KnownFile<StoreIndex> {
  const known = knownIndexes.get(store) ?? new KnownFile<StoreIndex>();
  knownIndexes.set(store, known);
  return known;
}

function readIndexBytes(store: Store): Buffer | undefined {
  try {
    return readPlainFile(store.indexPath);
  } catch (error) {
    // What a repair may put aside and make anew; an index that only cannot be reached at the moment is not among it.
    if (hasCode(error, "ENXIO", "EFBIG", "EISDIR", "ELOOP", "EIO", "EUCLEAN"))
      throw new IndexUnusableError(store.indexPath, messageOf(error), error);
    throw toStorageError(error, store.indexPath);
  }
}
