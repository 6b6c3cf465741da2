import type { CallOptions, CreateRequest } from "../checkpoint/index.js";
import type { CheckpointOccasion } from "../formats/index.js";
import type {
  EndedSession,
  EndSessionRequest,
  LogEntry,
  LogFilter,
  Occasion,
  RecordedTask,
  Session,
  SessionEnvironment,
  SessionReview,
  StartedSession,
  StartSessionRequest,
  TaskRequest,
  Usage,
} from "../session/index.js";
import type { StoreWriter } from "../store/index.js";
import type { ProgressLog, Sessions } from "./sessions.js";
import { RECORD_WAIT_MS, type StoreAccess } from "./store-access.js";

/** The sessions of one store on disk. */
export class StoreSessions implements Sessions {
  readonly #access: StoreAccess;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async start(request: StartSessionRequest & CallOptions = {}): Promise<StartedSession> {
    const { startSession } = await import("./working.js");
    return this.#write("session start", request, (environment) => startSession(environment, request));
  }

  async active(): Promise<Session | null> {
    if (!this.#access.hasStore()) return null;
    const { describeSession, readActiveSession } = await import("./working.js");
    const { index } = this.#access.read();
    const record = readActiveSession(this.#access.store);
    return record === null ? null : describeSession(record, index.checkpoints, this.#access.now());
  }

  async review(): Promise<SessionReview | null> {
    if (!this.#access.hasStore()) return null;
    const { reviewSession } = await import("./working.js");
    return reviewSession(this.#access.store, this.#access.read(), this.#access.now());
  }

  async list(): Promise<{ sessions: Session[]; warnings: string[] }> {
    const { describeSession, listSessions } = await import("./working.js");
    const { index } = this.#access.read();
    const { sessions, warnings } = listSessions(this.#access.store);
    return { sessions: sessions.map((record) => describeSession(record, index.checkpoints, this.#access.now())), warnings };
  }

  async get(sessionId: string): Promise<Session> {
    const { describeSession, parseSessionId, readSession } = await import("./working.js");
    const id = parseSessionId(sessionId);
    const { index } = this.#access.read();
    return describeSession(readSession(this.#access.store, id), index.checkpoints, this.#access.now());
  }

  async task(taskId: string, request: TaskRequest & CallOptions = {}): Promise<RecordedTask> {
    const { recordTask } = await import("./working.js");
    const wanted = { ...request, checkpoint: this.#isWanted("task_complete") };
    return this.#write("session task", { ...request, lockWaitMs: RECORD_WAIT_MS }, (environment) =>
      recordTask(environment, taskId, wanted),
    );
  }

  async sprint(name: string, request: Usage & CallOptions = {}): Promise<RecordedTask> {
    return this.#recordOccasion({ kind: "sprint", name }, "sprint_complete", request);
  }

  async before(operation: string, request: Usage & CallOptions = {}): Promise<RecordedTask> {
    return this.#recordOccasion({ kind: "risk", name: operation }, "before_risky_operation", request);
  }

  async record(usage: Usage): Promise<Session> {
    const { recordUsage } = await import("./working.js");
    return this.#write("session record", { lockWaitMs: RECORD_WAIT_MS }, async ({ writer }) => recordUsage(writer, usage));
  }

  async end(request: EndSessionRequest & CallOptions = {}): Promise<EndedSession> {
    const { endSession } = await import("./working.js");
    return this.#write("session end", request, (environment) => endSession(environment, request));
  }

  async #recordOccasion(occasion: Occasion, setting: CheckpointOccasion, request: Usage & CallOptions): Promise<RecordedTask> {
    const { recordOccasion } = await import("./working.js");
    const wanted = { ...request, checkpoint: this.#isWanted(setting) };
    const command = occasion.kind === "sprint" ? "session sprint" : "session before";
    return this.#write(command, { ...request, lockWaitMs: RECORD_WAIT_MS }, (environment) => recordOccasion(environment, occasion, wanted));
  }

  #isWanted(occasion: CheckpointOccasion): boolean {
    const { autoCheckpoint, checkpointOn } = this.#access.config;
    return autoCheckpoint && checkpointOn.includes(occasion);
  }

  /** Under one lock from beginning to end, checkpoint included. */
  #write<Result>(
    command: string,
    options: CallOptions & { lockWaitMs?: number },
    work: (environment: SessionEnvironment) => Promise<Result>,
  ): Promise<Result> {
    return this.#access.write(command, options, (writer: StoreWriter) => {
      const create = (request: CreateRequest) => this.#access.createUnderLock(writer, request, options);
      return work({ writer, create });
    });
  }
}

/** The progress log of one store on disk. */
export class StoreLog implements ProgressLog {
  readonly #access: StoreAccess;

  constructor(access: StoreAccess) {
    this.#access = access;
  }

  async append(message: string, { taskId = null }: { taskId?: string | null } = {}): Promise<LogEntry> {
    const { appendToLog } = await import("./working.js");
    const { store, config } = this.#access;
    const append = () => appendToLog(store, { message, taskId, now: this.#access.now(), durability: config.durability });
    // No lock for a line; only a store that is not there yet has to be made under it.
    if (this.#access.hasStore()) return append();
    return this.#access.write("log", { lockWaitMs: RECORD_WAIT_MS }, async () => append());
  }

  async read(filter: LogFilter = {}): Promise<LogEntry[]> {
    const { readLog } = await import("./working.js");
    return readLog(this.#access.store, filter);
  }
}
