export {
  appendToLog,
  describeSession,
  endSession,
  readLog,
  recordCheckpoints,
  recordInterruption,
  recordOccasion,
  recordTask,
  recordUsage,
  reportActivity,
  reviewSession,
  startSession,
  summarizeCheckpoints,
  watchDirectory,
} from "../session/index.js";
export { parseSessionId } from "../formats/index.js";
export { listSessions, readActiveSession, readSession } from "../store/index.js";
