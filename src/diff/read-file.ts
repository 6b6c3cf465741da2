import { createHash } from "node:crypto";
import { closeSync, fstatSync, readSync } from "node:fs";
import { findRecord } from "../checkpoint/index.js";
import { InvalidArgumentError, PathNotFoundError } from "../errors/index.js";
import type { FileEntry, SymlinkEntry } from "../formats/index.js";
import { encodePathBytes, hashOpenFile, printablePath, RootDirectory, Slice, withStorageErrors } from "../platform/index.js";
import { readManifestSearch, type IndexState, type Store } from "../store/index.js";
import { resolvePath } from "../tree/index.js";
import { damaged, isGone } from "./content-reader.js";

const CHUNK_BYTES = 1024 * 1024;

/** A stored file that was found whole and is open. */
export interface StoredContent {
  entry: FileEntry | SymlinkEntry;
  /** The bytes; of a symlink its target. Each time it is asked for from the start. */
  chunks: () => AsyncGenerator<Uint8Array>;
  close: () => void;
}

/**
 * Opens a file of a checkpoint and reads all of it once, so that no byte of a damaged one is ever given out.
 * @throws PathNotFoundError, InvalidArgumentError for a folder, DamagedError
 */
export async function openStoredFile(
  { store, state }: { store: Store; state: IndexState },
  id: string,
  text: string,
  signal?: AbortSignal,
): Promise<StoredContent> {
  const record = findRecord(state.index.checkpoints, id);
  const path = resolvePath(store.directory, text);
  return withStorageErrors(store.path, async () => {
    const search = readManifestSearch(store, record);
    const entry = search.find(path);
    if (entry === undefined) {
      const leftOut = search.uncaptured.find((one) => path === one.path || path.startsWith(`${one.path}/`));
      const details = leftOut === undefined ? {} : { leftOut: `${leftOut.reason}: ${leftOut.detail}` };
      throw new PathNotFoundError(printablePath(path), record.id, { otherPlace: record.id, ...details });
    }
    if (entry.type === "directory") throw new InvalidArgumentError("path", text, "a file or symlink; it is a folder there");
    if (entry.type === "symlink") return { entry, chunks: () => giveTarget(entry), close: () => undefined };
    return openFile(store.snapshotPath(record.id), entry, { slice: new Slice(signal), damage: () => damaged(record.id, entry) });
  });
}

interface Reading {
  slice: Slice;
  damage: () => Error;
}

async function openFile(snapshotPath: string, entry: FileEntry, reading: Reading): Promise<StoredContent> {
  const descriptor = openDescriptor(snapshotPath, entry, reading);
  const { slice } = reading;
  try {
    const { sha256 } = await hashOpenFile(descriptor, () => (slice.isOver(true) ? slice.rest() : undefined), entry.size);
    if (sha256 !== entry.sha256) throw reading.damage();
    return { entry, chunks: () => giveChunks(descriptor, entry, reading), close: () => closeSync(descriptor) };
  } catch (error) {
    closeSync(descriptor);
    throw isGone(error) ? reading.damage() : error;
  }
}

function openDescriptor(snapshotPath: string, { path, size }: FileEntry, { damage }: Reading): number {
  let root: RootDirectory | undefined;
  try {
    root = RootDirectory.open(snapshotPath);
    const descriptor = root.openFile(path);
    const stats = fstatSync(descriptor);
    if (stats.isFile() && stats.size === size) return descriptor;
    closeSync(descriptor);
  } catch (error) {
    if (!isGone(error)) throw error;
  } finally {
    root?.close();
  }
  throw damage();
}

async function* giveTarget({ target }: SymlinkEntry): AsyncGenerator<Uint8Array> {
  yield encodePathBytes(target);
}

/** What is given out is hashed once more: the file could be changed in place after the first look. */
async function* giveChunks(descriptor: number, entry: FileEntry, { slice, damage }: Reading): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  for (let at = 0; at < entry.size;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, entry.size - at));
    const read = readSync(descriptor, chunk, 0, chunk.length, at);
    if (read === 0) throw damage();
    digest.update(chunk.subarray(0, read));
    yield chunk.subarray(0, read);
    at += read;
    if (slice.isOver(true)) await slice.rest();
  }
  if (digest.digest("hex") !== entry.sha256) throw damage();
}
