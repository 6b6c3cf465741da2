import { SessionActiveError, SessionIncompleteError } from "../errors/index.js";
import type { SessionStatus } from "../formats/index.js";
import { describeOwner } from "./describe-session.js";
import type { Session, StartSessionRequest } from "./requests.js";

/** What starting a session comes to. */
export type StartDecision =
  | { kind: "start" }
  | { kind: "continue"; session: Session }
  /** The incomplete one is closed with this status, then the new one is started. */
  | { kind: "replace"; session: Session; status: Exclude<SessionStatus, "active" | "ended"> };

/**
 * Decides what becomes of a session that was not ended when another one is to be started.
 * @throws SessionActiveError for one that is active, unless it is forced; SessionIncompleteError for one whose owner is gone, unless it
 * is said what is to become of it.
 */
export function decideStart(left: Session | null, request: Pick<StartSessionRequest, "force" | "recover">): StartDecision {
  if (left === null) return { kind: "start" };
  const { force = false, recover } = request;
  if (left.state === "active" && !force) throw new SessionActiveError(left.sessionId, explain(left));
  if (recover === "continue") return { kind: "continue", session: left };
  if (left.state === "abandoned" && recover === undefined && !force) throw new SessionIncompleteError(left.sessionId, explain(left));
  const status = left.state === "expired" || left.state === "abandoned" ? left.state : "taken_over";
  return { kind: "replace", session: left, status };
}

/** Says how an incomplete session stands, and whose it is. */
export function explain(session: Session): string {
  const owner = describeOwner(session.owner);
  if (session.state === "expired") return `nothing was heard of it since ${session.lastActivityAt}, for over 24 hours (${owner})`;
  if (session.state === "abandoned") return `its owner is gone (${owner}), last heard of ${session.lastActivityAt}`;
  return `${owner}, last heard of ${session.lastActivityAt}`;
}
