import { listCheckpoints, findRecord, toCheckpoint } from "../checkpoint/index.js";
import type { CallOptions, Checkpoint, CreateRequest, CreatedCheckpoint, ListFilter } from "../checkpoint/index.js";
import { loadConfig } from "../config/index.js";
import { StoreNotFoundError } from "../errors/index.js";
import type { Checkpoints, OpenOptions } from "./checkpoints.js";
import type { Config, Manifest, RestoreRecord, RunRecord } from "../formats/index.js";
import type { GitHead } from "../git-head/index.js";
import type { RepairReport, StatusReport, VerifyReport } from "../health/index.js";
import type { RestoreOptions, RestorePlan, RestoreResult } from "../restore/index.js";
import type { CleanResult, RetentionPolicy } from "../retention/index.js";
import { openStore, readIndex, type IndexState, type Store, type StoreWriter } from "../store/index.js";
import type { RunRequest, StepOutcome } from "../workflow/index.js";

/** A step's end is worth waiting for: another writer rarely takes longer. */
const RECORD_WAIT_MS = 30_000;

/** The checkpoints of one directory on disk; each method loads the room it needs. */
export class StoreCheckpoints implements Checkpoints {
  readonly #store: Store;
  readonly #config: Config;
  readonly #options: OpenOptions;

  static async open(directory: string, options: OpenOptions): Promise<StoreCheckpoints> {
    const store = openStore(directory, options.storePath);
    const { config } = await loadConfig(store.directory);
    return new StoreCheckpoints(store, { ...config, ...options.config }, options);
  }

  private constructor(store: Store, config: Config, options: OpenOptions) {
    this.#store = store;
    this.#config = config;
    this.#options = options;
  }

  get directory(): string {
    return this.#store.directory;
  }

  get storePath(): string {
    return this.#store.path;
  }

  get changeId(): string {
    return this.#store.changeId;
  }

  async create(request: CreateRequest & CallOptions = {}): Promise<CreatedCheckpoint> {
    return this.#create(request, request);
  }

  async list(filter: ListFilter = {}): Promise<{ checkpoints: Checkpoint[]; warnings: string[] }> {
    return listCheckpoints(this.#store, this.#read(), filter);
  }

  async find(id: string): Promise<Checkpoint> {
    return toCheckpoint(this.#store, findRecord(this.#read().index.checkpoints, id));
  }

  async manifest(id: string): Promise<Manifest> {
    const { readManifest } = await import("./inspecting.js");
    return readManifest(this.#store, findRecord(this.#read().index.checkpoints, id));
  }

  async planRestore(id: string, options: RestoreOptions = {}): Promise<RestorePlan> {
    const { previewRestore } = await import("./inspecting.js");
    return previewRestore(this.#store, this.#read(), id, { config: this.#config, options });
  }

  async restore(id: string, options: RestoreOptions = {}): Promise<RestoreResult> {
    return this.#restore(id, options, 0);
  }

  async undo(options: RestoreOptions = {}): Promise<RestoreResult> {
    return this.restore("backup", options);
  }

  async history(): Promise<RestoreRecord[]> {
    return this.#read().index.restores;
  }

  async gitHead(): Promise<GitHead> {
    const { readGitHead } = await import("./inspecting.js");
    return readGitHead(this.#store.directory);
  }

  async delete(ids: readonly string[], options: CallOptions = {}): Promise<{ deleted: Checkpoint[]; freedBytes: number }> {
    const { deleteCheckpoints } = await import("./changing.js");
    return this.#write("delete", options, (writer) => deleteCheckpoints(writer, ids, options));
  }

  async pin(id: string): Promise<Checkpoint> {
    const { setPinned } = await import("./changing.js");
    return this.#write("pin", {}, async (writer) => setPinned(writer, id, true));
  }

  async unpin(id: string): Promise<Checkpoint> {
    const { setPinned } = await import("./changing.js");
    return this.#write("unpin", {}, async (writer) => setPinned(writer, id, false));
  }

  async tag(id: string, change: { add?: readonly string[]; remove?: readonly string[] }): Promise<Checkpoint> {
    const { setTags } = await import("./changing.js");
    return this.#write("tag", {}, async (writer) => setTags(writer, id, change));
  }

  async note(id: string, notes: string | null): Promise<Checkpoint> {
    const { annotate } = await import("./changing.js");
    return this.#write("note", {}, async (writer) => annotate(writer, id, () => ({ notes })));
  }

  async markSuccess(id: string, success: boolean | null): Promise<Checkpoint> {
    const { annotate } = await import("./changing.js");
    return this.#write("mark", {}, async (writer) => annotate(writer, id, () => ({ success })));
  }

  async clean(
    policy?: RetentionPolicy,
    options: CallOptions & { dryRun?: boolean; verify?: boolean } = {},
  ): Promise<CleanResult & { verification: VerifyReport | null }> {
    const { cleanStore } = await import("./changing.js");
    const wanted = policy ?? this.#configuredPolicy();
    const result =
      options.dryRun === true
        ? await this.#previewClean(wanted, options)
        : await this.#write("clean", options, (writer) => cleanStore(writer, wanted, options));
    return { ...result, verification: options.verify === true ? await this.#verifyKept(result, options) : null };
  }

  async verify(ids: readonly string[] = [], options: CallOptions = {}): Promise<VerifyReport> {
    const { verifyCheckpoints } = await import("./inspecting.js");
    return verifyCheckpoints(this.#store, this.#read(), ids, options);
  }

  async repair(options: CallOptions = {}): Promise<RepairReport> {
    const { repairStore } = await import("./changing.js");
    return repairStore(this.#store, { ...this.#access("repair", options), options });
  }

  async status(options: CallOptions = {}): Promise<StatusReport> {
    const { readStatus } = await import("./inspecting.js");
    this.#read();
    return readStatus(this.#store, { config: this.#config, now: this.#now(), options });
  }

  async run(request: RunRequest): Promise<StepOutcome> {
    const { runStep } = await import("./running.js");
    return runStep(request, {
      now: () => this.#now(),
      create: (create, run) => this.#create(create, request, run),
      annotate: async (id, annotation) => {
        const { annotate } = await import("./changing.js");
        return this.#write("run", { lockWaitMs: RECORD_WAIT_MS }, async (writer) => annotate(writer, id, () => annotation));
      },
      restore: (id, options) => this.#restore(id, options, RECORD_WAIT_MS),
    });
  }

  async withCheckpoint<Result>(
    request: CreateRequest & CallOptions,
    work: (before: CreatedCheckpoint) => Promise<Result> | Result,
  ): Promise<Result> {
    const { runBehindCheckpoint } = await import("./running.js");
    const environment = {
      create: () => this.create(request),
      markSuccess: async (id: string, success: boolean) => {
        const { annotate } = await import("./changing.js");
        return this.#write("mark", { lockWaitMs: RECORD_WAIT_MS }, async (writer) => annotate(writer, id, () => ({ success })));
      },
      restore: (id: string) => this.#restore(id, {}, RECORD_WAIT_MS),
    };
    return runBehindCheckpoint(environment, work);
  }

  async #restore(id: string, options: RestoreOptions, lockWaitMs: number): Promise<RestoreResult> {
    const { restoreCheckpoint } = await import("./restoring.js");
    const environment = { config: this.#config, options };
    return this.#write("restore", { ...options, lockWaitMs }, (writer) => restoreCheckpoint(writer, id, environment));
  }

  async #create(request: CreateRequest, options: CallOptions, run?: RunRecord): Promise<CreatedCheckpoint> {
    const { createCheckpoint } = await import("./creating.js");
    const environment = { config: this.#config, options, ...(run ? { run } : {}) };
    return this.#write("create", options, (writer) => createCheckpoint(writer, request, environment));
  }

  async #previewClean(policy: RetentionPolicy, options: CallOptions): Promise<CleanResult> {
    const { previewClean, readUnfinishedRestore } = await import("./inspecting.js");
    const state = this.#read();
    const { unfinished } = readUnfinishedRestore(this.#store, state.listing);
    const neededByRestore = new Set(unfinished === null ? [] : [unfinished.target, unfinished.backup]);
    return previewClean(this.#store, state, policy, { now: this.#now(), neededByRestore, options });
  }

  async #verifyKept(result: CleanResult, options: CallOptions): Promise<VerifyReport> {
    return this.verify(
      result.decision.kept.map(({ record }) => record.id),
      options,
    );
  }

  #configuredPolicy(): RetentionPolicy {
    const { keepLast, keepWithinDays } = this.#config.retention;
    return keepWithinDays === null ? { keepLast } : { keepLast, keepWithinDays };
  }

  /** The index as it is on disk; a directory that was never checkpointed is told apart from an empty store. */
  #read(): IndexState {
    const state = readIndex(this.#store);
    if (!state.listing.exists) throw new StoreNotFoundError(this.#store.directory);
    return state;
  }

  async #write<Result>(
    command: string,
    options: CallOptions & { lockWaitMs?: number },
    work: (writer: StoreWriter) => Promise<Result>,
  ): Promise<Result> {
    const { withWriter } = await import("./writing.js");
    const mayCreate = command === "create";
    return withWriter(this.#store, { ...this.#access(command, options), mayCreate }, work);
  }

  #access(command: string, options: CallOptions & { lockWaitMs?: number }) {
    return {
      command: this.#options.commandName ?? `stepback ${command}`,
      lockWaitMs: Math.max(options.lockWaitMs ?? 0, this.#options.lockWaitMs ?? 0),
      durability: this.#config.durability,
      now: () => this.#now(),
      ...(options.signal ? { signal: options.signal } : {}),
    };
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}
