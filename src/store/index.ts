/**
 * Store: every path of the `.checkpoints` folder, the index, the manifests, the writer's lock, and what is put right before a write.
 * Promises: a published checkpoint is whole and durable; deletion is a rename first; readers never wait, and write
 * nothing but the names of damaged content; the previous index is kept; nothing is removed that no manifest or name of ours proves to be ours.
 * Must never: look at the live directory, or decide what is kept.
 */
export { assertOutsideStore } from "./assert-outside-store.js";
export { assertSafeDirectory, openStore, type Store } from "./open-store.js";
export { readIndex, saveIndex, setBrokenIndexAside, type IndexState } from "./index-access.js";
export { findManifestPath } from "./manifest-bytes.js";
export { readManifest, readDiffering, readManifestLines, readManifestSearch } from "./manifest-access.js";
export { claimId, claimImportedId, MAX_SEQUENCE } from "./claim-id.js";
export { forgetDamage, noteDamage, readKnownDamage } from "./known-damage.js";
export { withStoreLock, withStoreWriter, type StoreWriter, type WriterRequest } from "./writer.js";
export * from "./workflow-files.js";
export { openCapture, openPreparedCapture, publishCheckpoint, type LinkedFiles, type OpenCapture, type Publication } from "./publish.js";
export { planReconciliation, reconcileIndex } from "./reconcile.js";
export { moveToTrash } from "./trash.js";
export { rebuildIndex, type RebuiltIndex } from "./rebuild.js";
export { listFolder, type StoreListing } from "./listing.js";
export {
  discardWorkFolder,
  isLiveWorkFolder,
  JOURNAL_NAME,
  makeLiveWorkFolder,
  makeWorkFolder,
  removeWorkFolder,
  workFolders,
  type WorkFolder,
} from "./work-folders.js";
export {
  closeActiveSession,
  isSessionIdTaken,
  listSessions,
  readActiveSession,
  readSession,
  saveActiveSession,
  setBrokenSessionAside,
} from "./session-files.js";
export { maySessionBeActive } from "./session-mark.js";
export { makePreparation, notePrepared, type PreparedSnapshot } from "./prepared.js";
