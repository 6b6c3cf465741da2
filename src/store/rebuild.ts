import { hasCode, StepbackError } from "../errors/index.js";
import { emptyIndex, makeLegacyRecord, parseIndex, type CheckpointId, type CheckpointRecord, type StoreIndex } from "../formats/index.js";
import { readPlainFile } from "../platform/index.js";
import { completeLegacyIndex } from "./legacy.js";
import { listFolder } from "./listing.js";
import type { Store } from "./open-store.js";
import { planReconciliation, reconcileIndex } from "./reconcile.js";

export interface RebuiltIndex {
  index: StoreIndex;
  /** True for a store of the original tool, which has no manifests yet. */
  isLegacy: boolean;
  warnings: string[];
}

/**
 * Makes the index anew from the manifests. What changes after a checkpoint is published (success, notes, tags, pins,
 * rollbacks) is taken from `state.json.previous` where that is readable, and so is a record whose manifest was lost.
 */
export function rebuildIndex(store: Store): RebuiltIndex {
  const listing = listFolder(store);
  const previous = readPrevious(store);
  const known = new Map(previous?.checkpoints.map((record) => [record.id, record]));
  const plan = planReconciliation(store, emptyIndex(store.changeId), listing);
  const lost = [...listing.folders].filter((id) => !listing.manifests.has(id));
  const kept = lost.flatMap((id) => known.get(id) ?? []).filter(({ manifestSha256 }) => manifestSha256 !== null);
  const start: StoreIndex = {
    changeId: previous?.changeId ?? plan.changeId ?? store.changeId,
    checkpoints: kept,
    nextSequence: previous?.nextSequence ?? 1,
    claims: previous?.claims ?? null,
    restores: previous?.restores ?? [],
    recoveries: previous?.recoveries ?? [],
    unknownKeys: previous?.unknownKeys ?? {},
  };
  if (listing.manifests.size === 0 && kept.length < listing.folders.size) return rebuildLegacy(store, start, lost);
  const adopted = plan.adopted.map((record) => mergeLater(record, known.get(record.id)));
  const warnings = [
    ...plan.warnings.filter((warning) => !kept.some(({ id }) => warning.startsWith(id))),
    ...kept.map(({ id }) => `${id} has lost its manifest: it is listed, but cannot be restored`),
  ];
  return { index: reconcileIndex(start, { ...plan, adopted }), isLegacy: false, warnings };
}

/** A store of the original tool whose index was deleted: the folder names tell step and time. */
function rebuildLegacy(store: Store, start: StoreIndex, ids: readonly CheckpointId[]): RebuiltIndex {
  const known = new Set(start.checkpoints.map(({ id }) => id));
  const records = ids.filter((id) => !known.has(id)).map(makeLegacyRecord);
  return { ...completeLegacyIndex(store, { ...start, checkpoints: records }, listFolder(store), []), isLegacy: true };
}

/** The manifest tells what the checkpoint holds; the later record what was said of it since. */
function mergeLater(record: CheckpointRecord, later: CheckpointRecord | undefined): CheckpointRecord {
  if (later === undefined) return record;
  const { success, notes, tags, isPinned, rollbackUsed, rollbackCount, run, unknownKeys } = later;
  return { ...record, success, notes, tags, isPinned, rollbackUsed, rollbackCount, run, unknownKeys };
}

function readPrevious(store: Store): StoreIndex | undefined {
  const path = `${store.indexPath}.previous`;
  try {
    const bytes = readPlainFile(path);
    return bytes === undefined ? undefined : parseIndex(bytes, path).index;
  } catch (error) {
    if (error instanceof StepbackError || hasCode(error, "ENXIO", "EFBIG", "EACCES", "EIO")) return undefined;
    throw error;
  }
}
