import { messageOf } from "../errors/index.js";
import type { CheckpointId, CheckpointRecord, StoreIndex } from "../formats/index.js";
import type { StoreListing } from "./listing.js";
import { readUnlistedManifest } from "./manifest-access.js";
import type { Store } from "./open-store.js";

/** What must change so that the index and the folders agree. */
export interface Reconciliation {
  /** Records whose folder was deleted by hand. */
  forgotten: CheckpointId[];
  /** Complete checkpoints that the index lacks: a crash came between publishing and the index. */
  adopted: CheckpointRecord[];
  /** Manifests that belong to no folder. */
  orphanedManifests: CheckpointId[];
  warnings: string[];
}

/** Compares the index with what lies in the store; reads the manifests of unlisted folders, changes nothing. */
export function planReconciliation(store: Store, index: StoreIndex, listing: StoreListing): Reconciliation {
  const listed = new Set(index.checkpoints.map(({ id }) => id));
  const plan: Reconciliation = { forgotten: [], adopted: [], orphanedManifests: [], warnings: [] };
  for (const id of listed) if (!listing.folders.has(id)) plan.forgotten.push(id);
  for (const id of listing.manifests) if (!listing.folders.has(id)) plan.orphanedManifests.push(id);
  for (const id of listing.folders) {
    if (listed.has(id)) continue;
    if (!listing.manifests.has(id)) {
      plan.warnings.push(`${id} has no manifest and is not in the index; it is left alone`);
      continue;
    }
    try {
      const { manifest, sha256 } = readUnlistedManifest(store, id);
      plan.adopted.push({ ...manifest.checkpoint, manifestSha256: sha256 });
    } catch (error) {
      plan.warnings.push(`${id} is not in the index and its manifest is unusable; it is left alone (${messageOf(error)})`);
    }
  }
  return plan;
}

/** Applies a reconciliation to an index; pure. An adopted sequence that is taken gives way to the next free one. */
export function reconcileIndex(index: StoreIndex, plan: Reconciliation): StoreIndex {
  const forgotten = new Set(plan.forgotten);
  const checkpoints = index.checkpoints.filter(({ id }) => !forgotten.has(id));
  const taken = new Set(checkpoints.map(({ sequence }) => sequence));
  let nextSequence = index.nextSequence;
  for (const record of [...plan.adopted].sort((one, other) => one.sequence - other.sequence)) {
    const sequence = record.sequence < 1 || taken.has(record.sequence) ? nextSequence : record.sequence;
    nextSequence = Math.max(nextSequence, sequence + 1);
    taken.add(sequence);
    checkpoints.push({ ...record, sequence });
  }
  checkpoints.sort((one, other) => one.sequence - other.sequence);
  return { ...index, checkpoints, nextSequence };
}
