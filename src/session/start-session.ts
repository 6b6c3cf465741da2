import { InvalidArgumentError, SessionUnusableError } from "../errors/index.js";
import { parseSessionId, type SessionEvent, type SessionId, type SessionOwner, type SessionRecord } from "../formats/index.js";
import { readGitHead } from "../git-head/index.js";
import { isSessionIdTaken, readActiveSession, saveActiveSession, setBrokenSessionAside, type StoreWriter } from "../store/index.js";
import type { CreatedCheckpoint } from "../checkpoint/index.js";
import { decideStart, type StartDecision } from "./decide-start.js";
import { identifyOwner, peakMemoryOf } from "./owner.js";
import type { Session, StartedSession, StartSessionRequest } from "./requests.js";
import { checkpointOf, closeSession, describeNow, withEvents, type SessionEnvironment } from "./session-edits.js";

/**
 * Starts a session, or goes on with the one that was left incomplete.
 *
 * The checkpoint comes first: what makes the session active is one file put in place by one rename, so a crash leaves the old state or the
 * new one, and at worst a checkpoint too many.
 * @throws SessionActiveError, SessionIncompleteError, SessionUnusableError, InvalidArgumentError
 */
export async function startSession(environment: SessionEnvironment, request: StartSessionRequest): Promise<StartedSession> {
  const { writer } = environment;
  const description = checkDescription(request.description ?? null);
  const owner = identifyOwner(request.owner ?? {});
  const warnings: string[] = [];
  const left = readLeftSession(writer, request.force === true, warnings);
  const decision = decideStart(left, request);
  if (decision.kind === "continue") return continueSession(writer, decision.session, owner);
  if (request.recover === "continue") warnings.push("there was no incomplete session to continue, so a new one was started");

  const sessionId = claimSessionId(writer, left);
  const wanted = { type: "session_start", sessionId, notes: description } as const;
  const checkpoint = request.checkpoint === false ? null : await environment.create(wanted);
  const closed = closeLeft(writer, decision);
  const record = makeRecord(writer, { sessionId, description, owner, checkpoint, previous: closed?.sessionId ?? null });
  saveActiveSession(writer, record);
  const session = describeNow(writer, record);
  return { session, isContinued: false, closed, checkpoint, warnings: [...warnings, ...(checkpoint?.warnings ?? [])] };
}

interface RecordParts extends Pick<SessionRecord, "sessionId" | "description" | "owner" | "previous"> {
  checkpoint: CreatedCheckpoint | null;
}

function makeRecord(writer: StoreWriter, { checkpoint, ...parts }: RecordParts): SessionRecord {
  const now = writer.now().toISOString();
  const head = readGitHead(writer.store.directory);
  return {
    ...parts,
    status: "active",
    success: null,
    startedAt: now,
    lastActivityAt: now,
    endedAt: null,
    gitCommit: head.commit,
    gitBranch: head.branch,
    startCheckpoint: checkpoint?.id ?? null,
    endCheckpoint: null,
    events: [{ at: now, kind: "started", ...checkpointOf(checkpoint), ...peakMemoryOf(parts.owner, {}) }],
    summary: null,
    unknownKeys: {},
  };
}

function continueSession(writer: StoreWriter, left: Session, owner: SessionOwner): StartedSession {
  const event: SessionEvent = { at: writer.now().toISOString(), kind: "continued", ...peakMemoryOf(owner, {}) };
  const record = withEvents({ ...left, owner }, [event]);
  saveActiveSession(writer, record);
  return { session: describeNow(writer, record), isContinued: true, closed: null, checkpoint: null, warnings: [] };
}

/** The time of a session that was left ends when it was last heard of, not when somebody noticed. */
function closeLeft(writer: StoreWriter, decision: StartDecision): Session | null {
  if (decision.kind !== "replace") return null;
  const { session, status } = decision;
  const events: SessionEvent[] = [...session.events, { at: writer.now().toISOString(), kind: "closed" }];
  return closeSession(writer, { ...session, events }, { status, success: null, endCheckpoint: null, until: session.lastActivityAt });
}

/** With `force`, a record that cannot be used is set aside, and nothing of it is lost. */
function readLeftSession(writer: StoreWriter, force: boolean, warnings: string[]): Session | null {
  try {
    const record = readActiveSession(writer.store);
    return record === null ? null : describeNow(writer, record);
  } catch (error) {
    if (!force || !(error instanceof SessionUnusableError)) throw error;
    warnings.push(`${error.message}; it was set aside as ${setBrokenSessionAside(writer.store)}`);
    return null;
  }
}

/** No id comes twice, also not that of a session of which only a checkpoint is left. */
function claimSessionId(writer: StoreWriter, left: Session | null): SessionId {
  const second = writer.now().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  const known = new Set<string | null>([left?.sessionId ?? null, ...writer.index.checkpoints.map(({ sessionId }) => sessionId)]);
  for (let count = 1; ; count += 1) {
    const id = parseSessionId(count === 1 ? `session-${second}` : `session-${second}-${count}`);
    if (!known.has(id) && !isSessionIdTaken(writer.store, id)) return id;
  }
}

function checkDescription(text: string | null): string | null {
  if (text !== null && (text.trim() === "" || text.length > 10_000))
    throw new InvalidArgumentError("description", text.slice(0, 100), "a text");
  return text;
}
