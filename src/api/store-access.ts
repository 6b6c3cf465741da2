import type { Annotation, CallOptions, Checkpoint, CreateRequest, CreatedCheckpoint } from "../checkpoint/index.js";
import { loadConfig, type LoadedConfig, type SettingsReport } from "../config/index.js";
import { StepbackError, StoreNotFoundError } from "../errors/index.js";
import type { CheckpointId, Config, RunRecord } from "../formats/index.js";
import { withStorageErrorsSync } from "../platform/index.js";
import type { RestoreOptions, RestoreResult } from "../restore/index.js";
import { listFolder, maySessionBeActive, openStore, readIndex, type IndexState, type Store, type StoreWriter } from "../store/index.js";
import type { OpenOptions } from "./checkpoints.js";

/** The end of a piece of work is worth waiting for: another writer rarely takes longer. */
export const RECORD_WAIT_MS = 30_000;

/** The command line's variables that are no settings, and the one that marks the commands of a workflow's step. */
const PLACE_VARIABLES = ["STEPBACK_DIR", "STEPBACK_CHANGE_ID", "STEPBACK_STORE", "STEPBACK_WAIT", "STEPBACK_WORKFLOW_STEP"] as const;

/** What makes a store where there is none. */
const MAY_CREATE: ReadonlySet<string> = new Set(["create", "import", "session start", "log", "watch"]);
/** What frees space, and so leaves no prepared snapshot with links to what is deleted. */
const FREES_SPACE: ReadonlySet<string> = new Set(["clean", "delete"]);

/** What every group of methods needs: one store with its settings, its clock, and the way in for readers and for the writer. */
export class StoreAccess {
  readonly store: Store;
  readonly config: Config;
  /** Checkpoints that work of ours goes back to when it fails: no cleanup of ours removes them meanwhile. */
  readonly guarding = new Set<CheckpointId>();
  readonly #loaded: LoadedConfig;
  readonly #options: OpenOptions;

  static async open(directory: string, options: OpenOptions): Promise<StoreAccess> {
    const store = openStore(directory, options.storePath);
    return new StoreAccess(store, await loadConfig(store.directory, options), options);
  }

  private constructor(store: Store, loaded: LoadedConfig, options: OpenOptions) {
    this.store = store;
    this.config = { ...loaded.config, ...options.config };
    this.#loaded = { ...loaded, config: this.config };
    this.#options = options;
  }

  async settings(): Promise<SettingsReport> {
    const { describeSettings } = await import("./inspecting.js");
    const { config, environment = process.env } = this.#options;
    return describeSettings(this.#loaded, { config, environment, otherVariables: PLACE_VARIABLES });
  }

  now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  hasStore(): boolean {
    return withStorageErrorsSync(this.store.path, () => listFolder(this.store).exists);
  }

  /** The index as it is on disk; a directory that was never checkpointed is told apart from an empty store. */
  read(): IndexState {
    const state = readIndex(this.store);
    if (!state.listing.exists) throw new StoreNotFoundError(this.store.directory);
    return state;
  }

  /** Holds the store's lock while the work goes on; what a crash left is put right first. */
  async write<Result>(
    command: string,
    options: CallOptions & { lockWaitMs?: number; mayCreate?: boolean },
    work: (writer: StoreWriter) => Promise<Result>,
  ): Promise<Result> {
    const { withWriter } = await import("./writing.js");
    const rights = { mayCreate: options.mayCreate ?? MAY_CREATE.has(command), clearsPrepared: FREES_SPACE.has(command) };
    return withWriter(this.store, { ...this.writing(command, options), ...rights }, async (writer) => {
      const result = await work(writer);
      if (maySessionBeActive(this.store)) await noteForSession(writer);
      return result;
    });
  }

  /** How a writer of this process is opened. */
  writing(command: string, options: CallOptions & { lockWaitMs?: number }) {
    return {
      command: this.#options.commandName ?? `stepback ${command}`,
      lockWaitMs: Math.max(options.lockWaitMs ?? 0, this.#options.lockWaitMs ?? 0),
      durability: this.config.durability,
      now: () => this.now(),
      ...(options.signal ? { signal: options.signal } : {}),
    };
  }

  /** What long work on many files needs besides the store. */
  async environment<Options extends CallOptions>(options: Options) {
    const { findWorkerScript } = await import("./worker-script.js");
    return { config: this.config, options, workerScript: findWorkerScript() };
  }

  async create(request: CreateRequest, options: CallOptions, run?: RunRecord): Promise<CreatedCheckpoint> {
    return this.write("create", options, (writer) => this.createUnderLock(writer, request, options, run));
  }

  /** For work that needs more than a checkpoint of one and the same lock. */
  async createUnderLock(writer: StoreWriter, request: CreateRequest, options: CallOptions, run?: RunRecord): Promise<CreatedCheckpoint> {
    const { createCheckpoint } = await import("./creating.js");
    const environment = { ...(await this.environment(options)), ...(run ? { run } : {}) };
    const created = await createCheckpoint(writer, request, environment);
    const { tidyUp } = await import("./tidying.js");
    const { removed, warnings } = await tidyUp(writer, this.config, { justMade: new Set([created.id]), guarding: this.guarding, options });
    return { ...created, removed, warnings: [...created.warnings, ...warnings] };
  }

  async restore(id: string, options: RestoreOptions, lockWaitMs: number): Promise<RestoreResult> {
    const { restoreCheckpoint } = await import("./restoring.js");
    const environment = await this.environment(options);
    return this.write("restore", { ...options, lockWaitMs }, (writer) => restoreCheckpoint(writer, id, environment));
  }

  async annotate(command: string, id: string, annotation: Annotation, lockWaitMs: number): Promise<Checkpoint> {
    const { annotate } = await import("./changing.js");
    return this.write(command, { lockWaitMs }, async (writer) => annotate(writer, id, () => annotation));
  }

  /** Begins the next checkpoint; see `Checkpoints.prepareNext`. */
  async prepareNext(signal?: AbortSignal): Promise<boolean> {
    const { prepareNext } = await import("./creating.js");
    return prepareNext(this.store, this.read().index.checkpoints, signal);
  }

  /** What a wrapped step needs of the checkpoints. */
  stepEnvironment(options: CallOptions) {
    return {
      now: () => this.now(),
      create: (request: CreateRequest, run: RunRecord) => this.create(request, options, run),
      annotate: (id: CheckpointId, annotation: Annotation) => this.annotate("run", id, annotation, RECORD_WAIT_MS),
      prepareNext: (signal: AbortSignal) => this.prepareNext(signal),
      restore: (id: CheckpointId, restoring: RestoreOptions) => this.restore(id, restoring, RECORD_WAIT_MS),
    };
  }
}

/** Trouble with it fails no work that is done: the index knows the session of each checkpoint, and the next writer notes them. */
async function noteForSession(writer: StoreWriter): Promise<void> {
  const { recordCheckpoints } = await import("./working.js");
  try {
    recordCheckpoints(writer);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
  }
}
