import { join } from "node:path";
import { ManifestUnusableError, messageOf } from "../errors/index.js";
import type { CheckpointId, CheckpointRecord } from "../formats/index.js";
import { hashBytes, isShortage, isThere, readPlainFile, toStorageError } from "../platform/index.js";
import type { Store } from "./open-store.js";

/** The path of a checkpoint's manifest; a large one is compressed and named so. */
export function manifestPathFor(store: Store, id: CheckpointId, isCompressed: boolean): string {
  return join(store.manifestsPath, `${id}.json${isCompressed ? ".gz" : ""}`);
}

/** The path of the manifest that is there, undefined when there is none. */
export function findManifestPath(store: Store, id: CheckpointId): string | undefined {
  return [false, true].map((isCompressed) => manifestPathFor(store, id, isCompressed)).find((path) => isThere(path));
}

export interface ManifestBytes {
  path: string;
  bytes: Buffer;
}

/** Reads a manifest that is as the record says; null for a legacy checkpoint that has no manifest yet. */
export function readSoundBytes(store: Store, record: CheckpointRecord): ManifestBytes | null {
  const path = findManifestPath(store, record.id);
  if (path === undefined) {
    if (record.manifestSha256 === null) return null;
    throw new ManifestUnusableError(manifestPathFor(store, record.id, false), "is missing");
  }
  const bytes = readManifestBytes(path);
  if (record.manifestSha256 !== null && hashBytes(bytes) !== record.manifestSha256) {
    throw new ManifestUnusableError(path, "is damaged: its hash is not the one in the index");
  }
  return { path, bytes };
}

/** @throws ManifestUnusableError */
export function readManifestBytes(path: string): Buffer {
  let bytes: Buffer | undefined;
  try {
    bytes = readPlainFile(path);
  } catch (error) {
    if (isShortage(error)) throw toStorageError(error, path);
    throw new ManifestUnusableError(path, messageOf(error), error);
  }
  if (bytes === undefined) throw new ManifestUnusableError(path, "is missing");
  return bytes;
}
