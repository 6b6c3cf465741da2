/**
 * Restore: plan as data, stage, journal, apply, verify, and finish what a crash left.
 * Promises: exactly the old or exactly the new directory, also when killed, also when the recovery is killed; a backup
 * first, always; no path that was not captured is removed or overwritten; nothing outside the directory is written.
 * Must never: link a live file to a stored one, or touch the live directory before the journal is durable.
 */
export * from "./requests.js";
export { planRestore, type LiveState } from "./plan-restore.js";
export { previewRestore, restoreCheckpoint, type RestoreEnvironment } from "./restore.js";
export { stageFiles } from "./stage-file.js";
export { withWriter, type AccessRequest } from "./with-writer.js";
export { readUnfinishedRestore, type UnfinishedRestore } from "./unfinished.js";
