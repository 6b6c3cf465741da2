export {
  appendToLog,
  describeSession,
  endSession,
  readLog,
  recordCheckpoints,
  recordInterruption,
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
