import { lstatSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { StepbackError, StoreNotFoundError, StoreUnusableError } from "../errors/index.js";
import { encodeManifest, type StoreIndex } from "../formats/index.js";
import {
  acquireLock,
  type Durability,
  type HeldLock,
  hashBytes,
  isThere,
  readMonotonicMs,
  readOwnIdentity,
  removeFile,
  replaceFile,
  toStorageError,
  withStorageErrors,
} from "../platform/index.js";
import { createStoreFolder, emptyNewStore, makeFolder, removeStoreFolders, type StoreCreation } from "./create-store.js";
import { keepLegacyIndex, readIndex, saveIndex, type IndexState } from "./index-access.js";
import { makeLegacyManifest, makeMissingFolder } from "./legacy.js";
import { listFolder, type StoreListing } from "./listing.js";
import { manifestPathFor } from "./manifest-bytes.js";
import { assertSafeDirectory, type Store } from "./open-store.js";
import { findPrepared, type PreparedSnapshot } from "./prepared.js";
import { planReconciliation, reconcileIndex, type Reconciliation } from "./reconcile.js";
import { moveManifestsToTrash } from "./trash.js";
import { removeLeftover, removeWorkFolder, workFolders, type WorkFolder } from "./work-folders.js";

/** The right to write to a store: held lock, sound index, nothing left over from a crash. */
export interface StoreWriter {
  readonly store: Store;
  readonly durability: Durability;
  readonly now: () => Date;
  /** The index as it is on disk. */
  index: StoreIndex;
  /** What was found and put right on the way in. */
  readonly entry: { reconciliation: Reconciliation; removedLeftovers: string[]; warnings: string[] };
  /** A snapshot that was begun for whoever captures next; taken over by the first capture of the live directory. */
  prepared: PreparedSnapshot | null;
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
  /** Clears away a snapshot that was prepared: its links would keep what is deleted from being freed. */
  clearsPrepared?: boolean;
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

/**
 * Runs a short piece of work under the lock alone, for a file beside the index: by a process that has just been in as a writer, and has
 * left nothing to be put right.
 * @throws LockedError, StoreNotFoundError
 */
export function withStoreLock<Result>(
  store: Store,
  request: Pick<WriterRequest, "command" | "lockWaitMs" | "now" | "signal">,
  work: () => Result,
): Promise<Result> {
  return withStorageErrors(store.path, async () => {
    const lock = isThere(store.path) ? await lockStore(store, { ...request, leavesLeftovers: true }, null) : null;
    if (lock === null) throw new StoreNotFoundError(store.directory);
    let isDone = false;
    try {
      const result = work();
      isDone = true;
      return result;
    } finally {
      release(lock, isDone);
    }
  });
}

async function writeAlone<Result>(store: Store, request: WriterRequest, work: (writer: StoreWriter) => Promise<Result>): Promise<Result> {
  assertSafeDirectory(store.directory);
  for (;;) {
    const isNew = !isThere(store.path);
    if (isNew && !request.mayCreate) throw new StoreNotFoundError(store.directory);
    const creation = isNew ? createStoreFolder(store) : null;
    const lock = await lockStore(store, request, creation);
    if (lock !== null) return workInStore(store, request, { work, lock, creation });
  }
}

/** Null when the store was taken away meanwhile, by the process that had made it and then failed. */
async function lockStore(
  store: Store,
  request: Pick<WriterRequest, "command" | "lockWaitMs" | "now" | "signal"> & { leavesLeftovers?: boolean },
  creation: StoreCreation | null,
): Promise<HeldLock | null> {
  try {
    return await acquireLock(store.lockPath, {
      owner: readOwnIdentity(),
      command: request.command,
      now: request.now,
      waitMs: request.lockWaitMs,
      leavesLeftovers: request.leavesLeftovers === true,
      ...(request.signal ? { signal: request.signal } : {}),
    });
  } catch (error) {
    if (error instanceof StoreUnusableError && !isThere(store.path) && isThere(store.directory)) return null;
    // What is in the store by now belongs to the one who has the lock.
    if (creation !== null) removeStoreFolders(store, creation);
    throw error;
  }
}

interface LockedWork<Result> {
  work: (writer: StoreWriter) => Promise<Result>;
  lock: HeldLock;
  creation: StoreCreation | null;
}

async function workInStore<Result>(store: Store, request: WriterRequest, { work, lock, creation }: LockedWork<Result>): Promise<Result> {
  let isDone = false;
  try {
    const writer = await enterStore(store, request);
    const result = await work(writer);
    isDone = true;
    return result;
  } finally {
    try {
      if (creation !== null && !isDone) emptyNewStore(store);
    } finally {
      release(lock, isDone);
    }
    if (creation !== null && !isDone) removeStoreFolders(store, creation);
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
  const unfinished = left.filter((folder) => folder.kind === "restore" && folder.hasJournal);
  await request.recover(writer, unfinished);
  const isAsListed = unfinished.length === 0 && state.form === "current" && request.loadIndex === undefined;
  const listing = isAsListed ? state.listing : listFolder(store);
  const looksAround = request.loadIndex !== undefined || isTimeToLookAround(store);
  await reconcile(writer, listing, looksAround);
  writer.prepared = request.clearsPrepared === true ? null : findPrepared(left, writer.index);
  for (const folder of left) {
    if (folder.path === writer.prepared?.workPath) continue;
    await removeLeftover(store, folder);
    writer.entry.removedLeftovers.push(basename(folder.path));
  }
  for (const name of [...state.listing.temporaryFiles, ...(looksAround ? listing.temporaryManifests : [])]) {
    removeFile(join(store.path, name));
    writer.entry.removedLeftovers.push(name);
  }
  return writer;
}

/**
 * When the manifests of a store were last looked through for what only a crash leaves among them. A process that comes back to a store twenty
 * times a second need not do so each time: with a thousand checkpoints that takes a tenth of a step.
 */
const lookedAroundAtMs = new WeakMap<Store, number>();
const LOOKED_AROUND_FOR_MS = 60_000;

function isTimeToLookAround(store: Store): boolean {
  const now = readMonotonicMs();
  const isTime = now - (lookedAroundAtMs.get(store) ?? -Infinity) >= LOOKED_AROUND_FOR_MS;
  if (isTime) lookedAroundAtMs.set(store, now);
  return isTime;
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
    prepared: null,
    save(index) {
      saveIndex(store, index, request.durability);
      writer.index = index;
    },
  };
  return writer;
}

async function reconcile(writer: StoreWriter, listing: StoreListing, looksAround: boolean): Promise<void> {
  const { store } = writer;
  const plan = planReconciliation(store, writer.index, listing, looksAround);
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

/** Also called for a store that is there: the original tool made neither of these. */
function ensureStoreFiles(store: Store): void {
  try {
    makeFolder(store.manifestsPath);
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
