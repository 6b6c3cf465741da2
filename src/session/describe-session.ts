import { isSessionExpired, lastActivityAt } from "../checkpoint/index.js";
import type { CheckpointRecord, SessionOwner, SessionRecord } from "../formats/index.js";
import { judgeOwner, type ProcessIdentity } from "../platform/index.js";
import { measureSession } from "./metrics.js";
import type { Session, SessionState } from "./requests.js";

/** Adds to a session's record what only the present moment tells. */
export function describeSession(record: SessionRecord, records: readonly CheckpointRecord[], now: Date): Session {
  const isOwnerGone = record.status === "active" && judgeOwner(toProcess(record.owner)) === "dead";
  const heardOfAt = lastActivityAt(record, records);
  const own = records.filter(({ sessionId }) => sessionId === record.sessionId).map(({ id }) => id);
  return {
    ...record,
    lastActivityAt: heardOfAt,
    state: judgeState(record, { isOwnerGone, isExpired: isSessionExpired(record, records, now) }),
    isIncomplete: record.status === "active",
    metrics: record.summary ?? measureSession(record, now.toISOString(), own),
  };
}

/** An owner that is gone is the stronger reason: it is known at once, and it is a proof. */
export function judgeState(
  { status }: Pick<SessionRecord, "status">,
  { isOwnerGone, isExpired }: { isOwnerGone: boolean; isExpired: boolean },
): SessionState {
  if (status !== "active") return status;
  if (isExpired) return "expired";
  return isOwnerGone ? "abandoned" : "active";
}

/** Says whose a session is: `agent-1, ada on quay, process 4711`. */
export function describeOwner({ name, user, host, pid }: SessionOwner): string {
  return [name, user === null ? `on ${host}` : `${user} on ${host}`, pid === null ? null : `process ${pid}`]
    .filter((part) => part !== null)
    .join(", ");
}

/** No process has the number 0, so that of an owner without one only a new start of the machine is told. */
function toProcess(owner: SessionOwner): ProcessIdentity {
  const { startTime, bootId, pidNamespace, host } = owner;
  return { pid: owner.pid ?? 0, startTime, bootId, pidNamespace, host };
}
