import { FormatTooNewError, ManifestUnusableError, messageOf } from "../errors/index.js";
import { splitCheckpointId, type CheckpointId, type CheckpointRecord, type StoreIndex } from "../formats/index.js";
import { MAX_SEQUENCE } from "./claim-id.js";
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
  /** The change that the adopted checkpoints were taken of; null when there are none. */
  changeId: string | null;
  warnings: string[];
}

/**
 * Compares the index with what lies in the store; reads the manifests of unlisted folders, changes nothing. Unless it looks around, manifests
 * without a folder are only looked for where a folder is gone.
 */
export function planReconciliation(store: Store, index: StoreIndex, listing: StoreListing, looksAround = true): Reconciliation {
  const plan: Reconciliation = { forgotten: [], adopted: [], orphanedManifests: [], changeId: null, warnings: [] };
  for (const { id } of index.checkpoints) if (!listing.folders.has(id)) plan.forgotten.push(id);
  const mayBeOrphaned = looksAround || plan.forgotten.length > 0 ? listing.manifests : [];
  for (const id of mayBeOrphaned) if (!listing.folders.has(id)) plan.orphanedManifests.push(id);
  // Each of them has its folder, and there are no others.
  if (listing.folders.size === index.checkpoints.length - plan.forgotten.length) return plan;
  const listed = new Set(index.checkpoints.map(({ id }) => id));
  for (const id of listing.folders) {
    if (listed.has(id)) continue;
    if (!listing.manifests.has(id)) {
      plan.warnings.push(`${id} has no manifest and is not in the index; it is left alone`);
      continue;
    }
    try {
      const { manifest, sha256 } = readUnlistedManifest(store, id);
      plan.adopted.push({ ...manifest.checkpoint, manifestSha256: sha256 });
      plan.changeId = manifest.changeId;
    } catch (error) {
      if (!(error instanceof ManifestUnusableError || error instanceof FormatTooNewError)) throw error;
      plan.warnings.push(`${id} is not in the index and its manifest is unusable; it is left alone (${messageOf(error)})`);
    }
  }
  return plan;
}

/** A manifest that says more is not to use up the sequences that are left. */
const PLAUSIBLE_SEQUENCE = 1_000_000_000_000;

/** Applies a reconciliation to an index; pure. An adopted sequence that is taken gives way to the next free one. */
export function reconcileIndex(index: StoreIndex, plan: Pick<Reconciliation, "forgotten" | "adopted">): StoreIndex {
  const forgotten = new Set(plan.forgotten);
  const checkpoints = index.checkpoints.filter(({ id }) => !forgotten.has(id));
  const taken = new Set(checkpoints.map(({ sequence }) => sequence));
  let nextSequence = index.nextSequence;
  for (const record of [...plan.adopted].sort((one, other) => one.sequence - other.sequence)) {
    const isItsOwn = record.sequence >= 1 && record.sequence <= PLAUSIBLE_SEQUENCE && !taken.has(record.sequence);
    const sequence = isItsOwn ? record.sequence : nextSequence;
    // It stays where it is, unlisted.
    if (sequence > MAX_SEQUENCE) continue;
    nextSequence = Math.max(nextSequence, sequence + 1);
    taken.add(sequence);
    checkpoints.push({ ...record, sequence });
  }
  checkpoints.sort((one, other) => one.sequence - other.sequence);
  // An id is never given out again, and a suffix may have been a sequence.
  for (const { id } of plan.adopted) nextSequence = Math.max(nextSequence, (splitCheckpointId(id).suffix ?? 0) + 1);
  return { ...index, checkpoints, nextSequence, claims: addClaims(index.claims, plan.adopted) };
}

/** The claims that hold when these checkpoints exist as well: ids made later must not collide with them, whatever the clock says. */
function addClaims(claims: StoreIndex["claims"], records: readonly CheckpointRecord[]): StoreIndex["claims"] {
  let newest = claims;
  for (const { id } of records) {
    const { second, label, suffix } = splitCheckpointId(id);
    if (newest === null || second > newest.second) newest = { second, labels: {} };
    if (second !== newest.second) continue;
    // An id may be labelled by a word that every object knows.
    const count = Object.hasOwn(newest.labels, label) ? (newest.labels[label] as number) : 0;
    newest = { second, labels: { ...newest.labels, [label]: Math.max(count, suffix ?? 1) } };
  }
  return newest;
}
