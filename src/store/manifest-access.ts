import { ManifestUnusableError } from "../errors/index.js";
import {
  decodeManifest,
  encodeManifest,
  ManifestLines,
  ManifestSearch,
  type CheckpointId,
  type CheckpointRecord,
  type Manifest,
} from "../formats/index.js";
import { hashBytes } from "../platform/index.js";
import { makeLegacyManifest } from "./legacy.js";
import { findManifestPath, manifestPathFor, readManifestBytes, readSoundBytes, type ManifestBytes } from "./manifest-bytes.js";
import type { Store } from "./open-store.js";

/**
 * Reads a checkpoint's manifest and holds it against the record.
 *
 * A legacy checkpoint that no write has upgraded yet has its manifest made from the snapshot.
 * @throws ManifestUnusableError when it is missing, damaged, or another checkpoint's; FormatTooNewError
 */
export function readManifest(store: Store, record: CheckpointRecord): Manifest {
  const found = readSoundBytes(store, record);
  return found === null ? makeLegacyManifest(store, record) : decodeOwn(found, record.id);
}

/**
 * Reads a checkpoint's manifest as lines, for whoever only compares.
 * @throws ManifestUnusableError when it is missing, damaged, or another checkpoint's; FormatTooNewError
 */
export function readManifestLines(store: Store, record: CheckpointRecord): ManifestLines {
  const found = readSoundBytes(store, record);
  const lines = found === null ? undefined : ManifestLines.parse(found.bytes);
  if (lines?.checkpointId === record.id) return lines;
  // An earlier layout, or a reason to refuse it, which the reader of whole manifests knows.
  const manifest = found === null ? makeLegacyManifest(store, record) : decodeOwn(found, record.id);
  const relaid = ManifestLines.parse(encodeManifest(manifest));
  if (relaid === undefined) throw new Error("a manifest that was just written cannot be read");
  return relaid;
}

/**
 * Reads a checkpoint's manifest as text to be searched, for whoever goes through many of them.
 * @throws ManifestUnusableError when it is missing, damaged, or another checkpoint's; FormatTooNewError
 */
export function readManifestSearch(store: Store, record: CheckpointRecord): ManifestSearch {
  const found = readSoundBytes(store, record);
  const search = found === null ? undefined : ManifestSearch.parse(found.bytes, found.path);
  if (search?.checkpointId === record.id) return search;
  const manifest = found === null ? makeLegacyManifest(store, record) : decodeOwn(found, record.id);
  const relaid = ManifestSearch.parse(encodeManifest(manifest), found?.path ?? record.id);
  if (relaid === undefined) throw new Error("a manifest that was just written cannot be read");
  return relaid;
}

function decodeOwn({ path, bytes }: ManifestBytes, id: CheckpointId): Manifest {
  const manifest = decodeManifest(bytes, path);
  if (manifest.checkpoint.id !== id) throw new ManifestUnusableError(path, `is the manifest of ${manifest.checkpoint.id}`);
  return manifest;
}

/** Reads a manifest file that no record vouches for, for adoption and repair. */
export function readUnlistedManifest(store: Store, id: CheckpointId): { manifest: Manifest; sha256: string } {
  const path = findManifestPath(store, id);
  if (path === undefined) throw new ManifestUnusableError(manifestPathFor(store, id, false), "is missing");
  const bytes = readManifestBytes(path);
  return { manifest: decodeOwn({ path, bytes }, id), sha256: hashBytes(bytes) };
}
