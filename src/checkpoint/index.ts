/**
 * Checkpoint: create, find, list, annotate and delete.
 * Promises: a checkpoint whose create returned survives a power cut; one that did not finish is never visible; no live
 * file is ever linked into a snapshot; a failure leaves no trace.
 * Must never: change the live directory.
 */
export * from "./requests.js";
export { createCheckpoint, type CreateEnvironment } from "./create.js";
export { captureDirectory, secureCaptured, type LiveCapture } from "./capture.js";
export { storedFolderMode, storedMode } from "./stored-modes.js";
export { prepareNext } from "./prepare-next.js";
export { readLiveFiles } from "./read-live-files.js";
export { assertOwnerId, makeRecord, publishCapture } from "./record.js";
export { findRecord, selectRecords } from "./select.js";
export { listCheckpoints, toCheckpoint } from "./list.js";
export { annotate, setPinned, setTags, type Annotation } from "./annotate.js";
export { deleteCheckpoints, removeRecords } from "./delete.js";
export { describeRunState, type RunState } from "./run-state.js";
export { checkpointsOfStep, findCheckpointBefore, neededByWorkflow } from "./step-checkpoints.js";
export { isSessionExpired, lastActivityAt } from "./active-session.js";
export { sizesOf, surveyCheckpoints, surveyStore, type CheckpointSize, type CheckpointSurvey, type StoreSizes } from "./sizes.js";
