import { StepbackError } from "../errors/index.js";
import type { OpenSession } from "../health/index.js";
import { describeSession } from "../session/index.js";
import { readActiveSession, type IndexState } from "../store/index.js";
import type { StoreAccess } from "./store-access.js";

/** A record of a session that cannot be used is one thing to tell, and keeps the rest from nobody. */
export function findOpenSession(
  access: StoreAccess,
  { index }: Pick<IndexState, "index">,
): { session: OpenSession | null; warnings: string[] } {
  try {
    const record = readActiveSession(access.store);
    if (record === null) return { session: null, warnings: [] };
    const { sessionId, state, startedAt, lastActivityAt } = describeSession(record, index.checkpoints, access.now());
    return { session: { sessionId, state, startedAt, lastActivityAt }, warnings: [] };
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    return { session: null, warnings: [error.message] };
  }
}
