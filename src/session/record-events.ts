import { InvalidArgumentError } from "../errors/index.js";
import type { SessionEvent } from "../formats/index.js";
import { maySessionBeActive, readActiveSession, saveActiveSession, type StoreWriter } from "../store/index.js";
import { assertOwnerId } from "../checkpoint/index.js";
import { peakMemoryOf } from "./owner.js";
import type { EndedSession, EndSessionRequest, RecordedTask, Session, TaskRequest, Usage } from "./requests.js";
import {
  checkpointOf,
  checkUsage,
  closeSession,
  describeNow,
  readOpenSession,
  withEvents,
  type SessionEnvironment,
} from "./session-edits.js";

/** Notes how a task of the active session ended; `checkpoint` says whether one is wanted when it went well. */
export async function recordTask(
  { writer, create }: SessionEnvironment,
  taskId: string,
  request: TaskRequest & { checkpoint: boolean },
): Promise<RecordedTask> {
  const usage = checkUsage(request);
  assertOwnerId("task", taskId);
  const { sessionId } = readOpenSession(writer);
  const { success = true } = request;
  const wanted = { type: "task_complete", sessionId, taskId, success, notes: usage.notes ?? null } as const;
  const checkpoint = request.checkpoint && success ? await create(wanted) : null;
  const session = appendEvent(writer, { kind: "task", taskId, success, ...checkpointOf(checkpoint), ...usage });
  return { session, checkpoint, warnings: [...(checkpoint?.warnings ?? [])] };
}

/** What a session is told of besides its tasks. */
export interface Occasion {
  kind: "sprint" | "risk";
  /** The sprint that was completed, or the risky operation that is to come. */
  name: string;
}

const OCCASION_TYPES = { sprint: "sprint_complete", risk: "pre_risky_operation" } as const;

/** Notes an occasion in the active session; `checkpoint` says whether one is wanted. */
export async function recordOccasion(
  { writer, create }: SessionEnvironment,
  { kind, name }: Occasion,
  request: Usage & { checkpoint: boolean },
): Promise<RecordedTask> {
  const usage = checkUsage(request);
  assertOwnerId(kind === "sprint" ? "sprint" : "operation", name);
  const { sessionId } = readOpenSession(writer);
  const wanted = { type: OCCASION_TYPES[kind], sessionId, notes: usage.notes ?? name, metadata: { [kind]: name } } as const;
  const checkpoint = request.checkpoint ? await create(wanted) : null;
  const session = appendEvent(writer, { kind, name, ...checkpointOf(checkpoint), ...usage });
  return { session, checkpoint, warnings: [...(checkpoint?.warnings ?? [])] };
}

/** Notes what the active session used. */
export function recordUsage(writer: StoreWriter, usage: Usage): Session {
  const checked = checkUsage(usage);
  if (Object.keys(checked).length === 0) throw new InvalidArgumentError("usage", usage, "tokens, memory or a note");
  return appendEvent(writer, { kind: "usage", ...checked });
}

/** Notes that the work was interrupted by a signal, with the checkpoint that was taken then. */
export function recordInterruption(writer: StoreWriter, parts: Pick<SessionEvent, "checkpointId" | "notes">): void {
  if (maySessionBeActive(writer.store) && readActiveSession(writer.store) !== null) appendEvent(writer, { kind: "interrupted", ...parts });
}

/** Notes the checkpoints that were made since the session was last written, so that they count also when they are cleaned away. */
export function recordCheckpoints(writer: StoreWriter): void {
  const record = readActiveSession(writer.store);
  if (record === null) return;
  const known = new Set(record.events.map(({ checkpointId }) => checkpointId));
  const made = writer.index.checkpoints.filter(({ sessionId, id }) => sessionId === record.sessionId && !known.has(id));
  if (made.length === 0) return;
  const events = made.map(({ id, createdAt }) => ({ at: createdAt, kind: "checkpoint" as const, checkpointId: id }));
  saveActiveSession(writer, withEvents(record, events));
}

/** Ends the active session, whoever owns it. @throws NoActiveSessionError, SessionUnusableError */
export async function endSession({ writer, create }: SessionEnvironment, request: EndSessionRequest): Promise<EndedSession> {
  const usage = checkUsage(request);
  const record = readOpenSession(writer);
  const { sessionId } = record;
  const success = request.success ?? null;
  const checkpoint = request.checkpoint === false ? null : await create({ type: "session_end", sessionId, success });
  const at = writer.now().toISOString();
  const event: SessionEvent = { at, kind: "closed", ...checkpointOf(checkpoint), ...usage, ...peakMemoryOf(record.owner, usage) };
  const end = { status: "ended", success, endCheckpoint: checkpoint?.id ?? null, until: at } as const;
  const session = closeSession(writer, withEvents(record, [event]), end);
  return { session, checkpoint, warnings: [...(checkpoint?.warnings ?? [])] };
}

function appendEvent(writer: StoreWriter, event: Omit<SessionEvent, "at">): Session {
  const record = readOpenSession(writer);
  const peak = peakMemoryOf(record.owner, event);
  const next = withEvents(record, [{ at: writer.now().toISOString(), ...event, ...peak }]);
  saveActiveSession(writer, next);
  return describeNow(writer, next);
}
