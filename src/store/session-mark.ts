import { join } from "node:path";
import { isThere } from "../platform/index.js";
import type { Store } from "./open-store.js";

/** The one file of the session that was not ended. */
export const ACTIVE_SESSION_NAME = "active.json";

/** Tells whether a session may be active: a look at one name, for commands that have nothing else to do with sessions. */
export function maySessionBeActive(store: Store): boolean {
  return isThere(join(store.sessionsPath, ACTIVE_SESSION_NAME));
}
