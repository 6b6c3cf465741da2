import { existsSync, readFileSync } from "node:fs";
import { StepbackError } from "../errors/index.js";
import { emptyIndex, makeLegacyRecord, parseIndex, splitCheckpointId, type CheckpointRecord, type StoreIndex } from "../formats/index.js";
import { completeLegacyIndex } from "./legacy.js";
import { listFolder } from "./listing.js";
import type { Store } from "./open-store.js";
import { planReconciliation, reconcileIndex } from "./reconcile.js";

export interface RebuiltIndex {
  index: StoreIndex;
  warnings: string[];
}

/**
 * Makes the index anew from the manifests. What changes after a checkpoint is published (success, notes, tags, pins,
 * rollbacks) is taken from `state.json.previous` where that is readable.
 */
export function rebuildIndex(store: Store): RebuiltIndex {
  const listing = listFolder(store);
  const previous = readPrevious(store);
  const start = emptyIndex(previous?.changeId ?? store.changeId);
  if (listing.manifests.size === 0 && listing.folders.size > 0) return rebuildLegacy(store, start);
  const plan = planReconciliation(store, start, listing);
  const known = new Map(previous?.checkpoints.map((record) => [record.id, record]));
  const adopted = plan.adopted.map((record) => mergeLater(record, known.get(record.id)));
  const index = reconcileIndex(start, { ...plan, adopted });
  return {
    index: {
      ...index,
      nextSequence: Math.max(index.nextSequence, previous?.nextSequence ?? 1),
      claims: newestClaims(index.checkpoints, previous?.claims ?? null),
      restores: previous?.restores ?? [],
      unknownKeys: previous?.unknownKeys ?? {},
    },
    warnings: plan.warnings,
  };
}

/** A store of the original tool whose index was deleted: the folder names tell step and time. */
function rebuildLegacy(store: Store, start: StoreIndex): RebuiltIndex {
  const listing = listFolder(store);
  const records = [...listing.folders].map(makeLegacyRecord);
  return completeLegacyIndex(store, { ...start, checkpoints: records }, listing, []);
}

function mergeLater(record: CheckpointRecord, later: CheckpointRecord | undefined): CheckpointRecord {
  if (later === undefined) return record;
  const { sequence, manifestSha256 } = record;
  return { ...later, sequence, manifestSha256 };
}

/** Ids made after the newest known one must not collide with it, whatever the clock says. */
function newestClaims(records: readonly CheckpointRecord[], previous: StoreIndex["claims"]): StoreIndex["claims"] {
  let claims = previous;
  for (const { id } of records) {
    const { second, label, suffix } = splitCheckpointId(id);
    if (claims === null || second > claims.second) claims = { second, labels: {} };
    if (second === claims.second) {
      claims = { second, labels: { ...claims.labels, [label]: Math.max(claims.labels[label] ?? 0, suffix ?? 1) } };
    }
  }
  return claims;
}

function readPrevious(store: Store): StoreIndex | undefined {
  const path = `${store.indexPath}.previous`;
  if (!existsSync(path)) return undefined;
  try {
    return parseIndex(readFileSync(path, "utf8"), path).index;
  } catch (error) {
    if (error instanceof StepbackError) return undefined;
    throw error;
  }
}
