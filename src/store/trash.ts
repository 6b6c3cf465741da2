import { renameSync } from "node:fs";
import { basename, join } from "node:path";
import { hasCode } from "../errors/index.js";
import type { CheckpointId } from "../formats/index.js";
import { syncFolder, toStorageError, type Durability } from "../platform/index.js";
import { findManifestPath } from "./manifest-access.js";
import type { Store } from "./open-store.js";
import { makeWorkFolder } from "./work-folders.js";

/**
 * Takes checkpoints out of sight by renaming folder and manifest into a new `trash-…` folder, whose path it gives.
 *
 * The folder goes first: a crash between the two leaves a manifest without a folder, which nobody takes for a checkpoint.
 */
export function moveToTrash(store: Store, ids: readonly CheckpointId[], durability: Durability): string {
  return fillTrash(store, durability, (trash) => {
    for (const id of ids) {
      renameIfThere(store.snapshotPath(id), join(trash, id));
      moveManifest(store, id, trash);
    }
  });
}

/** Takes manifests without a folder out of sight; what else bears such an id, a symlink say, is not ours. */
export function moveManifestsToTrash(store: Store, ids: readonly CheckpointId[], durability: Durability): string {
  return fillTrash(store, durability, (trash) => ids.forEach((id) => moveManifest(store, id, trash)));
}

function fillTrash(store: Store, durability: Durability, fill: (trash: string) => void): string {
  const trash = makeWorkFolder(store, "trash");
  try {
    fill(trash);
    if (durability === "full") [store.manifestsPath, store.path].forEach(syncFolder);
  } catch (error) {
    throw toStorageError(error, store.path);
  }
  return trash;
}

function moveManifest(store: Store, id: CheckpointId, trash: string): void {
  const path = findManifestPath(store, id);
  if (path !== undefined) renameIfThere(path, join(trash, basename(path)));
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
