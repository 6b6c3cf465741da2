import { renameSync } from "node:fs";
import { basename, join } from "node:path";
import { hasCode, StepbackError } from "../errors/index.js";
import type { CheckpointId } from "../formats/index.js";
import { syncFolder, toStorageError, type Durability } from "../platform/index.js";
import { findManifestPath } from "./manifest-bytes.js";
import type { Store } from "./open-store.js";
import { makeWorkFolder } from "./work-folders.js";

/** A `trash-…` folder with what was taken out of sight. */
export interface Trash {
  path: string;
  /** Gives everything its old name again, as far as that is possible. */
  putBack(): void;
}

/**
 * Takes checkpoints out of sight by renaming folder and manifest into a new `trash-…` folder; all of them or none.
 *
 * The folder goes first: a crash between the two leaves a manifest without a folder, which nobody takes for a checkpoint.
 */
export function moveToTrash(store: Store, ids: readonly CheckpointId[], durability: Durability): Trash {
  return fillTrash(store, durability, (move) => {
    for (const id of ids) {
      move(store.snapshotPath(id));
      moveManifest(store, id, move);
    }
  });
}

/** Takes manifests without a folder out of sight; what else bears such an id, a symlink say, is not ours. */
export function moveManifestsToTrash(store: Store, ids: readonly CheckpointId[], durability: Durability): Trash {
  return fillTrash(store, durability, (move) => ids.forEach((id) => moveManifest(store, id, move)));
}

function fillTrash(store: Store, durability: Durability, fill: (move: (path: string) => void) => void): Trash {
  const path = makeWorkFolder(store, "trash");
  const moved: { from: string; to: string }[] = [];
  const trash = { path, putBack: () => moved.splice(0).reverse().forEach(putBack) };
  try {
    fill((from) => {
      const to = join(path, basename(from));
      if (renameIfThere(from, to)) moved.push({ from, to });
    });
    if (durability === "full") [store.manifestsPath, store.path].forEach(syncFolder);
    return trash;
  } catch (error) {
    trash.putBack();
    throw toStorageError(error, store.path);
  }
}

function moveManifest(store: Store, id: CheckpointId, move: (path: string) => void): void {
  const path = findManifestPath(store, id);
  if (path !== undefined) move(path);
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    return false;
  }
}

/** What cannot be put back is gone with the trash, as was wanted. */
function putBack({ from, to }: { from: string; to: string }): void {
  try {
    renameSync(to, from);
  } catch (error) {
    if (!(toStorageError(error, from) instanceof StepbackError)) throw error;
  }
}
