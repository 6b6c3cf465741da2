import { lstatSync, mkdirSync, rmdirSync, utimesSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { hasCode, StepbackError, StoreNotFoundError, StoreUnusableError } from "../errors/index.js";
import { encodeManifest, type StoreIndex } from "../formats/index.js";
import {
  acquireLock,
  type Durability,
  hashBytes,
  isThere,
  readOwnIdentity,
  removeFile,
  replaceFile,
  syncFolder,
  toStorageError,
  toTimestamp,
  withStorageErrors,
  type HeldLock,
} from "../platform/index.js";
import { keepLegacyIndex, readIndex, saveIndex, type IndexState } from "./index-access.js";
import { makeLegacyManifest, makeMissingFolder } from "./legacy.js";
import { listFolder } from "./listing.js";
import { manifestPathFor } from "./manifest-access.js";
import { assertSafeDirectory, type Store } from "./open-store.js";
import { planReconciliation, reconcileIndex, type Reconciliation } from "./reconcile.js";
import { moveManifestsToTrash } from "./trash.js";
import { removeWorkFolder, workFolders, type WorkFolder } from "./work-folders.js";

/** The right to write to a store: held lock, sound index, nothing left over from a crash. */
export interface StoreWriter {
  readonly store: Store;
  readonly durability: Durability;
  readonly now: () => Date;
  /** The index as it is on disk. */
  index: StoreIndex;
  /** What was found and put right on the way in. */
  readonly entry: { reconciliation: Reconciliation; removedLeftovers: string[]; warnings: string[] };
  /** Replaces the index on disk and here. */
  save(index: StoreIndex): void;
}

export interface WriterRequest {
  command: string;
  lockWaitMs: number;
  durability: Durability;
  now: () => Date;
  signal?: AbortSignal;
  /** Makes a store where there is none; otherwise that is a StoreNotFoundError. */
  mayCreate: boolean;
  /** Finishes the restores that a crash left; called under the lock, before anything is reconciled. */
  recover: (writer: StoreWriter, unfinished: readonly WorkFolder[]) => Promise<void>;
  /** Reads the index; `repair` puts its own reader here. */
  loadIndex?: (store: Store) => IndexState;
}

/**
 * Runs work as the only writer of a store: takes the lock, finishes or clears what a crash left, brings index and folders in
 * agreement, upgrades a legacy store, and gives the lock back whatever happens. A store that was made for work that then
 * failed is taken away again.
 * @throws LockedError, StoreNotFoundError, IndexUnusableError, UnsafeDirectoryError
 */
export function withStoreWriter<Result>(
  store: Store,
  request: WriterRequest,
  work: (writer: StoreWriter) => Promise<Result>,
): Promise<Result> {
  return withStorageErrors(store.path, () => writeAlone(store, request, work));
}

async function writeAlone<Result>(store: Store, request: WriterRequest, work: (writer: StoreWriter) => Promise<Result>): Promise<Result> {
  assertSafeDirectory(store.directory);
  const isNew = !isThere(store.path);
  if (isNew && !request.mayCreate) throw new StoreNotFoundError(store.directory);
  const creation = isNew ? createStoreFolder(store) : null;
  let isDone = false;
  try {
    const lock = await acquireLock(store.lockPath, {
      owner: readOwnIdentity(),
      command: request.command,
      now: request.now,
      waitMs: request.lockWaitMs,
      ...(request.signal ? { signal: request.signal } : {}),
    });
    try {
      const writer = await enterStore(store, request);
      const result = await work(writer);
      isDone = true;
      return result;
    } finally {
      release(lock, isDone);
    }
  } finally {
    if (creation !== null && !isDone) removeEmptyStore(store, creation);
  }
}

/** After work that failed it is that failure which is reported. */
function release(lock: HeldLock, isDone: boolean): void {
  try {
    lock.release();
  } catch (error) {
    if (isDone || !(error instanceof StepbackError)) throw error;
  }
}

async function enterStore(store: Store, request: WriterRequest): Promise<StoreWriter> {
  const state = (request.loadIndex ?? readIndex)(store);
  assertOwnStore(store, state.index);
  ensureStoreFiles(store);
  const writer = makeWriter(store, request, state);
  if (state.form === "legacy") upgradeLegacyStore(writer);
  const left = workFolders(store, state.listing.work);
  await request.recover(
    writer,
    left.filter((folder) => folder.kind === "restore" && folder.hasJournal),
  );
  await reconcile(writer);
  for (const folder of left) {
    await removeWorkFolder(folder.path);
    writer.entry.removedLeftovers.push(basename(folder.path));
  }
  for (const name of state.listing.temporaryFiles) {
    removeFile(join(store.path, name));
    writer.entry.removedLeftovers.push(name);
  }
  return writer;
}

function makeWriter(store: Store, request: WriterRequest, state: IndexState): StoreWriter {
  const writer: StoreWriter = {
    store,
    durability: request.durability,
    now: request.now,
    index: state.index,
    entry: {
      reconciliation: { forgotten: [], adopted: [], orphanedManifests: [], changeId: null, warnings: [] },
      removedLeftovers: [],
      warnings: [...state.warnings],
    },
    save(index) {
      saveIndex(store, index, request.durability);
      writer.index = index;
    },
  };
  return writer;
}

async function reconcile(writer: StoreWriter): Promise<void> {
  const { store } = writer;
  const plan = planReconciliation(store, writer.index, listFolder(store));
  Object.assign(writer.entry, { reconciliation: plan });
  writer.entry.warnings.push(...plan.warnings);
  if (plan.forgotten.length + plan.adopted.length > 0) writer.save(reconcileIndex(writer.index, plan));
  if (plan.orphanedManifests.length > 0)
    await removeWorkFolder(moveManifestsToTrash(store, plan.orphanedManifests, writer.durability).path);
}

/**
 * Gives every legacy checkpoint its manifest and the index its present form; the original index stays as `state.json.legacy`.
 * Can be broken off anywhere: until the index is replaced, the store is still a legacy store.
 */
function upgradeLegacyStore(writer: StoreWriter): void {
  const { store, index } = writer;
  const checkpoints = index.checkpoints.map((record) => {
    makeMissingFolder(store, record.id);
    const bytes = encodeManifest(makeLegacyManifest(store, record));
    replaceFile(manifestPathFor(store, record.id, bytes[0] === 0x1f), bytes, { mode: 0o400, durability: writer.durability });
    return { ...record, manifestSha256: hashBytes(bytes) };
  });
  if (isThere(store.indexPath)) keepLegacyIndex(store);
  writer.save({ ...index, checkpoints });
}

/** What making a store changed, to be undone when nothing comes of it. */
interface StoreCreation {
  /** The uppermost folder that was made. */
  firstPath: string;
  directoryMtimeNs: bigint;
}

function createStoreFolder(store: Store): StoreCreation {
  const directoryMtimeNs = lstatSync(store.directory, { bigint: true }).mtimeNs;
  const creation: StoreCreation = { firstPath: firstMissing(store.path), directoryMtimeNs };
  try {
    makeFolders(store.path);
    for (let path = store.path; path.length >= creation.firstPath.length; path = dirname(path)) syncFolder(dirname(path));
    return creation;
  } catch (error) {
    removeEmptyStore(store, creation);
    throw toStorageError(error, store.path);
  }
}

function firstMissing(path: string): string {
  const parent = dirname(path);
  return parent === path || isThere(parent) ? path : firstMissing(parent);
}

/** Not with Node's `recursive`, which says ENOENT for a read-only file system and for a full quota. */
function makeFolders(path: string): void {
  if (!isThere(dirname(path))) makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, "EEXIST") || !lstatSync(path).isDirectory()) throw error;
  }
}

/** Also called for a store that is there: the original tool made neither of these. */
function ensureStoreFiles(store: Store): void {
  try {
    makeFolders(store.manifestsPath);
    const gitignore = join(store.path, ".gitignore");
    // Not durable by itself, so a power cut may leave it empty.
    const stats = lstatSync(gitignore, { throwIfNoEntry: false });
    if (stats === undefined || (stats.isFile() && stats.size === 0)) replaceFile(gitignore, "*\n", { durability: "none" });
  } catch (error) {
    throw toStorageError(error, store.path);
  }
}

/** A store elsewhere could be handed to the wrong directory by a slip of the hand, and would then replace its files. */
function assertOwnStore(store: Store, index: StoreIndex): void {
  const isInside = store.path.startsWith(store.directory + sep);
  if (isInside || index.checkpoints.length === 0 || index.changeId === store.changeId) return;
  throw new StoreUnusableError(store.path, `holds the checkpoints of '${index.changeId}', not of '${store.changeId}'`);
}

/** Takes a store away that nothing came of; the directory is then as it was, its time included. */
function removeEmptyStore(store: Store, { firstPath, directoryMtimeNs }: StoreCreation): void {
  const time = toTimestamp(directoryMtimeNs);
  asFarAsPossible(store, () => {
    if (isThere(store.indexPath)) return;
    if (isThere(store.manifestsPath)) rmdirSync(store.manifestsPath);
    removeFile(join(store.path, ".gitignore"));
  });
  for (let path = store.path; path.length >= firstPath.length; path = dirname(path)) asFarAsPossible(store, () => rmdirSync(path));
  if (dirname(firstPath) === store.directory && !isThere(firstPath)) asFarAsPossible(store, () => utimesSync(store.directory, time, time));
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
