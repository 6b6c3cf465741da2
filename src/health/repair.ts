import { hasCode, IndexUnusableError } from "../errors/index.js";
import { listFolder, readIndex, rebuildIndex, setBrokenIndexAside, type IndexState, type Store } from "../store/index.js";
import { withWriter, type AccessRequest } from "../restore/index.js";
import type { RepairReport } from "./reports.js";

/**
 * Puts a store right: ends cut-off restores, rebuilds a missing or damaged index from the manifests, brings index and folders in
 * agreement, clears left-over work. The replaced index is kept beside the new one.
 * @throws FormatTooNewError for an index of a newer stepback, which is not damage; JournalUnusableError
 */
export async function repairStore(
  store: Store,
  access: Omit<AccessRequest, "loadIndex" | "onRecovered" | "mayCreate">,
): Promise<RepairReport> {
  const report: RepairReport = {
    indexRebuilt: false,
    finishedRestores: [],
    adopted: [],
    forgotten: [],
    removedLeftovers: [],
    keptIndexAs: null,
    warnings: [],
  };
  const request: AccessRequest = {
    ...access,
    mayCreate: false,
    loadIndex: (opened) => loadOrRebuild(opened, report),
    onRecovered: ({ target, result }) => report.finishedRestores.push({ target, result }),
  };
  return withWriter(store, request, async (writer) => {
    if (report.indexRebuilt) writer.save(writer.index);
    const { reconciliation, removedLeftovers, warnings } = writer.entry;
    return {
      ...report,
      adopted: report.indexRebuilt ? writer.index.checkpoints.map(({ id }) => id) : reconciliation.adopted.map(({ id }) => id),
      forgotten: reconciliation.forgotten,
      removedLeftovers,
      warnings: [...new Set(warnings)],
    };
  });
}

function loadOrRebuild(store: Store, report: RepairReport): IndexState {
  try {
    return readIndexTwice(store);
  } catch (error) {
    if (!(error instanceof IndexUnusableError)) throw error;
  }
  if (listFolder(store).hasIndex) report.keptIndexAs = setBrokenIndexAside(store);
  const { index, isLegacy, warnings } = rebuildIndex(store);
  report.indexRebuilt = true;
  return { index, form: isLegacy ? "legacy" : "current", listing: listFolder(store), warnings };
}

/** A read that fails once may go through the next time, and the index that is there is better than the one that is made anew. */
function readIndexTwice(store: Store): IndexState {
  try {
    return readIndex(store);
  } catch (error) {
    if (!(error instanceof IndexUnusableError && hasCode(error.cause, "EIO", "EUCLEAN"))) throw error;
    return readIndex(store);
  }
}
