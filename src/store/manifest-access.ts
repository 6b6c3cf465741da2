import { ManifestUnusableError } from "../errors/index.js";
import {
  decodeManifest,
  encodeManifest,
  ManifestLines,
  ManifestSearch,
  type CheckpointId,
  type CheckpointRecord,
  type Manifest,
  type RelativePath,
} from "../formats/index.js";
import { hashBytes, printablePath } from "../platform/index.js";
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

/** A manifest without files of which all is known. */
export interface DifferingManifest {
  manifest: Manifest;
  /** The files that it is without. */
  leftOut: ReadonlySet<RelativePath>;
}

/**
 * Reads what of a checkpoint's manifest is not among rows that somebody else has: where little has changed since, that is little.
 * @param lines of this very manifest
 * @throws ManifestUnusableError
 */
export function readDiffering(
  store: Store,
  record: CheckpointRecord,
  lines: ManifestLines,
  known: ReadonlyMap<RelativePath, string>,
): DifferingManifest {
  const path = findManifestPath(store, record.id) ?? record.id;
  const { text, leftOut } = lines.without(known);
  const manifest = decodeManifest(text, path);
  const twice = manifest.entries.find((entry) => leftOut.has(entry.path));
  if (twice !== undefined) throw new ManifestUnusableError(path, `${printablePath(twice.path)} stands twice`);
  return { manifest, leftOut };
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
