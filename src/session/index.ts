/**
 * Session: work over a time with an owner, a log of its events and a summary; the progress log; watching; reports about it all.
 * Promises: two sessions are never active; a crash leaves the old state or the new one; what is logged is on the disk, whole
 * lines of others included; a report says nothing that the records do not.
 * Must never: decide that an owner is gone without a proof, or write to the change directory.
 */
export * from "./requests.js";
export { startSession } from "./start-session.js";
export {
  endSession,
  recordCheckpoints,
  recordInterruption,
  recordOccasion,
  recordTask,
  recordUsage,
  type Occasion,
} from "./record-events.js";
export type { SessionEnvironment } from "./session-edits.js";
export { explain } from "./decide-start.js";
export { describeOwner, describeSession } from "./describe-session.js";
export { appendToLog, readLog, type LogEntry, type LogFilter } from "./progress-log.js";
export { reviewSession } from "./review-session.js";
export { watchDirectory, type WatchEnvironment, type WatchLook, type WatchRequest, type WatchResult } from "./watch.js";
export { summarizeCheckpoints, type CheckpointSummary } from "./summarize.js";
export { reportActivity, type ActivityReport, type ReportRow } from "./report.js";
export { PERIODS, type Period } from "./periods.js";
