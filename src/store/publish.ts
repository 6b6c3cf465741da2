import { lstatSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasCode, StepbackError } from "../errors/index.js";
import { encodeManifest, type CheckpointRecord, type FolderIdentity, type Manifest, type RelativePath } from "../formats/index.js";
import { flushWritten, hashBytes, syncFolder, toStorageError, writeNewFile, type Written } from "../platform/index.js";
import { formatIndexBytes, putIndexInPlace } from "./index-access.js";
import { manifestPathFor } from "./manifest-bytes.js";
import { makePreparation, SNAPSHOT_NAME, takePrepared, type PreparedSnapshot } from "./prepared.js";
import { discardWorkFolder } from "./work-folders.js";
import type { StoreWriter } from "./writer.js";

/** A snapshot under construction; nobody takes it for a checkpoint. */
export interface OpenCapture {
  readonly workPath: string;
  /** The folder that becomes the snapshot. */
  readonly snapshotPath: string;
  /** What stands in the snapshot already; null for nothing. */
  readonly prepared: Pick<PreparedSnapshot, "base" | "notedAtNs"> | null;
  /** Removes all of it; harmless after publishing. */
  discard(): Promise<unknown>;
}

/** Starts an empty snapshot in a new `tmp-…` folder of the store. */
export function openCapture({ store }: StoreWriter): OpenCapture {
  return captureIn(makePreparation(store).workPath, null);
}

/** Goes on with the snapshot that was prepared for whoever captures the live directory next; starts an empty one where there is none. */
export function openPreparedCapture(writer: StoreWriter): OpenCapture {
  const { store, prepared } = writer;
  writer.prepared = null;
  try {
    const taken = prepared === null ? null : takePrepared(store, prepared);
    return taken === null ? openCapture(writer) : captureIn(taken.workPath, taken);
  } catch (error) {
    throw toStorageError(error, store.path);
  }
}

function captureIn(workPath: string, prepared: OpenCapture["prepared"]): OpenCapture {
  return { workPath, snapshotPath: join(workPath, SNAPSHOT_NAME), prepared, discard: () => discardWorkFolder(workPath) };
}

/** The files of a snapshot that are links to those of an earlier checkpoint. */
export interface LinkedFiles {
  /** Their lines in its manifest, by path: the same ones stand in the next one. */
  rows: ReadonlyMap<RelativePath, string>;
  /** Whether that checkpoint was made durable, and with it they. */
  areDurable: boolean;
}

/** What is published, and what stands on the same file system and has to be durable at the same moment. */
export interface Publication {
  manifest: Omit<Manifest, "durableFolder">;
  linked: LinkedFiles;
  alongside: Written["trees"];
}

/**
 * Turns a finished snapshot into a checkpoint that survives a power cut from the moment this returns.
 *
 * Everything, the manifest and the next index included, is written and flushed under its temporary name first; after that
 * only renames are left. The manifest gets its name before the folder, and the folder before the index, so that whatever
 * a crash leaves is either no checkpoint or a complete one, which the next writer adopts.
 */
export async function publishCheckpoint(writer: StoreWriter, capture: OpenCapture, publication: Publication): Promise<CheckpointRecord> {
  const { store, index, durability } = writer;
  const { manifest, linked } = publication;
  const durableFolder = durability === "full" ? lookAtFolder(capture.snapshotPath) : null;
  const bytes = encodeManifest({ ...manifest, durableFolder }, linked.rows);
  const record: CheckpointRecord = { ...manifest.checkpoint, manifestSha256: hashBytes(bytes) };
  const nextIndex = { ...index, checkpoints: [...index.checkpoints, record] };
  const written = { manifest: join(capture.workPath, "manifest"), index: join(capture.workPath, "state.json") };
  const final = { manifest: manifestPathFor(store, record.id, bytes[0] === 0x1f), snapshot: store.snapshotPath(record.id) };
  let undoIndex: (() => void) | null = null;
  try {
    // Not durable by themselves: the one flush covers them together with the snapshot.
    writeNewFile(written.manifest, bytes, { durability: "none", mode: 0o400 });
    writeNewFile(written.index, formatIndexBytes(store, nextIndex), { durability: "none" });
    if (durability === "full") await flushAll(capture, Object.values(written), publication);
    renameSync(written.manifest, final.manifest);
    renameSync(capture.snapshotPath, final.snapshot);
    undoIndex = putIndexInPlace(store, written.index);
    if (durability === "full") [store.manifestsPath, store.path].forEach(syncFolder);
  } catch (error) {
    withdraw(writer, [
      () => undoIndex?.(),
      () => renameSync(final.snapshot, capture.snapshotPath),
      () => renameSync(final.manifest, written.manifest),
    ]);
    throw toStorageError(error, store.path);
  }
  writer.index = nextIndex;
  await capture.discard();
  return record;
}

/** The inode and birth of a folder stay as they are when it is renamed. */
function lookAtFolder(path: string): FolderIdentity {
  const { ino, birthtimeNs } = lstatSync(path, { bigint: true });
  return { ino, birthtimeNs };
}

/** A link is a name in its folder: what it leads to is flushed only where that may not have been done. */
async function flushAll(
  { workPath, snapshotPath }: OpenCapture,
  written: readonly string[],
  { manifest, linked, alongside }: Publication,
): Promise<void> {
  const files = [...written];
  const folders: string[] = [];
  for (const { type, path } of manifest.entries) {
    const fullPath = path === "" ? snapshotPath : `${snapshotPath}/${path}`;
    if (type === "directory") folders.push(fullPath);
    else if (type === "file" && !(linked.areDurable && linked.rows.has(path))) files.push(fullPath);
  }
  await flushWritten(workPath, { files, folders: [...folders.reverse(), workPath], trees: alongside });
}

/** After a failure: takes back whatever already had its final name, so that a reported failure leaves no checkpoint. */
function withdraw(writer: StoreWriter, steps: readonly (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      // What cannot be taken back either is a whole checkpoint or half of one, and the next writer tells which.
      if (!hasCode(error, "ENOENT") && !(toStorageError(error, writer.store.path) instanceof StepbackError)) throw error;
    }
  }
}
