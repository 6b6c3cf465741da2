import { InvalidArgumentError, NoActiveSessionError } from "../errors/index.js";
import type { SessionEvent, SessionRecord } from "../formats/index.js";
import { closeActiveSession, readActiveSession, type StoreWriter } from "../store/index.js";
import type { Checkpoint, CreatedCheckpoint, CreateRequest } from "../checkpoint/index.js";
import { describeSession } from "./describe-session.js";
import { measureSession } from "./metrics.js";
import type { Session, Usage } from "./requests.js";

/** What the life of a session needs of the checkpoints; the writer's lock is held all the time. */
export interface SessionEnvironment {
  writer: StoreWriter;
  /** Takes a checkpoint under the same lock. */
  create: (request: CreateRequest) => Promise<CreatedCheckpoint>;
}

/** @throws NoActiveSessionError, SessionUnusableError */
export function readOpenSession(writer: StoreWriter): SessionRecord {
  const record = readActiveSession(writer.store);
  if (record === null) throw new NoActiveSessionError();
  return record;
}

export function describeNow(writer: StoreWriter, record: SessionRecord): Session {
  return describeSession(record, writer.index.checkpoints, writer.now());
}

/** Appends events; the last activity never goes back, whatever the clock does. */
export function withEvents(record: SessionRecord, events: readonly SessionEvent[]): SessionRecord {
  const moments = [record.lastActivityAt, ...events.map(({ at }) => at)];
  const lastActivityAt = moments.reduce((one, other) => (Date.parse(other) > Date.parse(one) ? other : one));
  return { ...record, events: [...record.events, ...events], lastActivityAt };
}

/** Closes a session with its summary; `until` is the end of the time that counts. */
export function closeSession(
  writer: StoreWriter,
  record: SessionRecord,
  { until, ...end }: Pick<SessionRecord, "status" | "success" | "endCheckpoint"> & { until: string },
): Session {
  const own = writer.index.checkpoints.filter(({ sessionId }) => sessionId === record.sessionId);
  const summary = measureSession(
    record,
    until,
    own.map(({ id }) => id),
  );
  const closed: SessionRecord = { ...record, ...end, endedAt: writer.now().toISOString(), summary };
  closeActiveSession(writer, closed);
  return describeNow(writer, closed);
}

/** The part of an event that names its checkpoint. */
export function checkpointOf(checkpoint: Checkpoint | null): Pick<SessionEvent, "checkpointId"> {
  return checkpoint === null ? {} : { checkpointId: checkpoint.id };
}

/** @throws InvalidArgumentError for counts that are none */
export function checkUsage({ tokens, memoryBytes, notes }: Usage): Pick<SessionEvent, "tokens" | "memoryBytes" | "notes"> {
  for (const [name, value] of Object.entries({ tokens, memory: memoryBytes })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw new InvalidArgumentError(name, value, "a whole number from 0 on");
  }
  return {
    ...(tokens === undefined ? {} : { tokens }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(notes === undefined ? {} : { notes }),
  };
}
