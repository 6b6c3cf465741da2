import { lstatSync } from "node:fs";
import { StepbackError } from "../errors/index.js";
import type { CheckpointId, CheckpointRecord, FileEntry, Manifest, RelativePath } from "../formats/index.js";
import { toFsPath } from "../platform/index.js";
import { readManifest, type Store } from "../store/index.js";
import type { CheckpointVerification } from "./reports.js";
import { inodeOf, type Wound } from "./verifier.js";

/** Writes into each damage which other checkpoints hold the very same stored file, whether they were verified or not. */
export function nameSharers(
  store: Store,
  records: readonly CheckpointRecord[],
  found: readonly CheckpointVerification[],
  wounds: readonly Wound[],
): void {
  const sharersByInode = new Map<string, Set<CheckpointId>>();
  const hashes = new Set<string>();
  for (const { entry, inode } of wounds) {
    if (entry.type !== "file" || inode === null) continue;
    sharersByInode.set(inode, new Set());
    hashes.add(entry.sha256);
  }
  if (hashes.size === 0) return;
  for (const record of records) {
    for (const { path } of filesWith(store, record, hashes)) {
      const inode = inodeAt(store, record, path);
      if (inode !== undefined) sharersByInode.get(inode)?.add(record.id);
    }
  }
  const woundsByPlace = new Map(wounds.map((wound) => [placeOf(wound.record.id, wound.entry.path), wound]));
  for (const { id, damages } of found) {
    for (const damage of damages) {
      const inode = woundsByPlace.get(placeOf(id, damage.path))?.inode ?? "";
      damage.sharedWith = [...(sharersByInode.get(inode) ?? [])].filter((one) => one !== id);
    }
  }
}

/** The files of a checkpoint with certain content, by its manifest; none when that cannot be used. */
export function filesWith(store: Store, record: CheckpointRecord, hashes: ReadonlySet<string>): FileEntry[] {
  let manifest: Manifest;
  try {
    manifest = readManifest(store, record);
  } catch (error) {
    if (error instanceof StepbackError) return [];
    throw error;
  }
  return manifest.entries.filter((entry): entry is FileEntry => entry.type === "file" && hashes.has(entry.sha256));
}

function inodeAt(store: Store, record: CheckpointRecord, path: RelativePath): string | undefined {
  const stats = lstatSync(toFsPath(`${store.snapshotPath(record.id)}/${path}`), { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : inodeOf(stats);
}

function placeOf(id: CheckpointId, path: RelativePath): string {
  return `${id}/${path}`;
}
