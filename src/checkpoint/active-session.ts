import { StepbackError } from "../errors/index.js";
import type { CheckpointRecord, SessionId, SessionRecord } from "../formats/index.js";
import { maySessionBeActive, readActiveSession, type Store } from "../store/index.js";

const EXPIRY_MS = 24 * 3_600_000;

/** The last time that anything was heard of a session, its checkpoints included. */
export function lastActivityAt(session: SessionRecord, records: readonly CheckpointRecord[]): string {
  const own = records.filter(({ sessionId }) => sessionId === session.sessionId).map(({ createdAt }) => createdAt);
  return [session.lastActivityAt, ...own].reduce((one, other) => (Date.parse(other) > Date.parse(one) ? other : one));
}

/** Tells whether nothing was heard of a session for 24 hours; a time in the future is no reason, because clocks are set back. */
export function isSessionExpired(session: SessionRecord, records: readonly CheckpointRecord[], now: Date): boolean {
  return now.getTime() - Date.parse(lastActivityAt(session, records)) >= EXPIRY_MS;
}

/** The session that a checkpoint made now belongs to. A session's record that cannot be used never keeps a checkpoint from being made. */
export function sessionOfNewCheckpoint(
  store: Store,
  records: readonly CheckpointRecord[],
  now: Date,
): { sessionId: SessionId | null; warnings: string[] } {
  if (!maySessionBeActive(store)) return { sessionId: null, warnings: [] };
  try {
    const session = readActiveSession(store);
    const isOpen = session !== null && !isSessionExpired(session, records, now);
    return { sessionId: isOpen ? session.sessionId : null, warnings: [] };
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    return { sessionId: null, warnings: [`the checkpoint belongs to no session: ${error.message}`] };
  }
}
