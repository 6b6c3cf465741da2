import type { ArchiveInput, ArchiveOutput, ExportedArchive, ImportedArchive } from "../archive/index.js";
import { listCheckpoints, findRecord, toCheckpoint } from "../checkpoint/index.js";
import type { CallOptions, Checkpoint, CreateRequest, CreatedCheckpoint, ListFilter, StoreSizes } from "../checkpoint/index.js";
import type { Checkpoints, OpenOptions, ValidateOptions, TaskMethods, Workflows } from "./checkpoints.js";
import type { SettingsReport } from "../config/index.js";
import type { CheckpointId, Config, Manifest, RestoreRecord } from "../formats/index.js";
import type { Diff, DiffOptions, FilePatch, FoundPaths, PatchOptions, VersionHistory } from "../diff/index.js";
import type { GitHead } from "../git-head/index.js";
import type { RepairReport, StatusReport, ValidationReport, VerifyReport } from "../health/index.js";
import type { ReportPage, ReportPageOptions } from "../page/index.js";
import type { RecoverRequest, RecoverResult } from "../recovery/index.js";
import type { RestoreOptions, RestorePlan, RestoreResult } from "../restore/index.js";
import type { CleanResult, RetentionPolicy } from "../retention/index.js";
import type { ActivityReport, CheckpointSummary, Period, WatchRequest, WatchResult } from "../session/index.js";
import type { RunRequest, StepOutcome } from "../workflow/index.js";
import { RECORD_WAIT_MS, StoreAccess } from "./store-access.js";
import { StoreLog, StoreSessions } from "./store-sessions.js";
import { recoverTask, taskMethods } from "./task-methods.js";
import { StoreWorkflows } from "./store-workflows.js";
import { report, summarize, validate } from "./telling.js";
import { noteInterruption, watch } from "./watching.js";

/** The checkpoints of one directory on disk; each method loads the room it needs. */
export class StoreCheckpoints implements Checkpoints {
  readonly #access: StoreAccess;
  readonly tasks: TaskMethods;
  #workflow: StoreWorkflows | null = null;

  static async open(directory: string, options: OpenOptions): Promise<StoreCheckpoints> {
    return new StoreCheckpoints(await StoreAccess.open(directory, options));
  }

  private constructor(access: StoreAccess) {
    this.#access = access;
    this.tasks = taskMethods(access);
  }

  get directory(): string {
    return this.#access.store.directory;
  }

  get storePath(): string {
    return this.#access.store.path;
  }

  get changeId(): string {
    return this.#access.store.changeId;
  }

  get config(): Config {
    return this.#access.config;
  }

  async settings(): Promise<SettingsReport> {
    return this.#access.settings();
  }

  get sessions(): StoreSessions {
    return new StoreSessions(this.#access);
  }

  get log(): StoreLog {
    return new StoreLog(this.#access);
  }

  get workflow(): Workflows {
    return (this.#workflow ??= new StoreWorkflows(this.#access));
  }

  async create(request: CreateRequest & CallOptions = {}): Promise<CreatedCheckpoint> {
    return this.#access.create(request, request);
  }

  async prepareNext({ signal }: { signal?: AbortSignal } = {}): Promise<boolean> {
    return this.#access.prepareNext(signal);
  }

  async list(filter: ListFilter = {}): Promise<{ checkpoints: Checkpoint[]; warnings: string[] }> {
    return listCheckpoints(this.#access.store, this.#access.read(), filter);
  }

  async find(id: string): Promise<Checkpoint> {
    return toCheckpoint(this.#access.store, findRecord(this.#access.read().index.checkpoints, id));
  }

  async manifest(id: string): Promise<Manifest> {
    const { readManifest } = await import("./inspecting.js");
    return readManifest(this.#access.store, findRecord(this.#access.read().index.checkpoints, id));
  }

  async diff(from: string, to: string | null = null, options: DiffOptions = {}): Promise<Diff> {
    const { compare } = await import("./comparing.js");
    return compare(this.#access, from, to, options);
  }

  async diffWithPredecessor(id: string, options: DiffOptions = {}): Promise<Diff> {
    const { compareWithPredecessor } = await import("./comparing.js");
    return compareWithPredecessor(this.#access, id, options);
  }

  async diffOfPlan(plan: RestorePlan): Promise<Diff> {
    const { comparePlan } = await import("./comparing.js");
    return comparePlan(this.#access, plan);
  }

  async *patch(diff: Diff, options: PatchOptions = {}): AsyncGenerator<FilePatch> {
    const { writePatch } = await import("./comparing.js");
    yield* writePatch(this.#access, diff, options);
  }

  async readFile(id: string, path: string, options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.streamFile(id, path, options)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async *streamFile(id: string, path: string, options: { signal?: AbortSignal } = {}): AsyncGenerator<Uint8Array> {
    const { streamStoredFile } = await import("./comparing.js");
    yield* streamStoredFile(this.#access, id, path, options);
  }

  async versions(path: string, options: { signal?: AbortSignal } = {}): Promise<VersionHistory> {
    const { listPathVersions } = await import("./comparing.js");
    return listPathVersions(this.#access, path, options);
  }

  async findPaths(pattern: string, options: { signal?: AbortSignal } = {}): Promise<FoundPaths> {
    const { findStoredPaths } = await import("./comparing.js");
    return findStoredPaths(this.#access, pattern, options);
  }

  async planRestore(id: string, options: RestoreOptions = {}): Promise<RestorePlan> {
    const { previewRestore } = await import("./inspecting.js");
    return previewRestore(this.#access.store, this.#access.read(), id, await this.#access.environment(options));
  }

  async restore(id: string, options: RestoreOptions = {}): Promise<RestoreResult> {
    return this.#access.restore(id, options, 0);
  }

  async undo(options: RestoreOptions = {}): Promise<RestoreResult> {
    return this.restore("backup", options);
  }

  async history(): Promise<RestoreRecord[]> {
    return this.#access.read().index.restores;
  }

  async gitHead(): Promise<GitHead> {
    const { readGitHead } = await import("./inspecting.js");
    return readGitHead(this.#access.store.directory);
  }

  async recover(request: RecoverRequest): Promise<RecoverResult> {
    return recoverTask(this.#access, request);
  }

  async delete(ids: readonly string[], options: CallOptions = {}): Promise<{ deleted: Checkpoint[]; freedBytes: number }> {
    const { deleteCheckpoints } = await import("./changing.js");
    return this.#access.write("delete", options, (writer) => deleteCheckpoints(writer, ids, options));
  }

  async pin(id: string): Promise<Checkpoint> {
    const { setPinned } = await import("./changing.js");
    return this.#access.write("pin", {}, async (writer) => setPinned(writer, id, true));
  }

  async unpin(id: string): Promise<Checkpoint> {
    const { setPinned } = await import("./changing.js");
    return this.#access.write("unpin", {}, async (writer) => setPinned(writer, id, false));
  }

  async tag(id: string, change: { add?: readonly string[]; remove?: readonly string[] }): Promise<Checkpoint> {
    const { setTags } = await import("./changing.js");
    return this.#access.write("tag", {}, async (writer) => setTags(writer, id, change));
  }

  async note(id: string, notes: string | null): Promise<Checkpoint> {
    return this.#access.annotate("note", id, { notes }, 0);
  }

  async markSuccess(id: string, success: boolean | null): Promise<Checkpoint> {
    return this.#access.annotate("mark", id, { success }, 0);
  }

  async clean(
    policy?: RetentionPolicy,
    options: CallOptions & { dryRun?: boolean; verify?: boolean } = {},
  ): Promise<CleanResult & { verification: VerifyReport | null }> {
    const { clean } = await import("./cleaning.js");
    const result = await clean(this.#access, policy, options);
    return { ...result, verification: options.verify === true ? await this.#verifyKept(result, options) : null };
  }

  async verify(ids: readonly string[] = [], options: CallOptions = {}): Promise<VerifyReport> {
    const { verifyCheckpoints } = await import("./inspecting.js");
    return verifyCheckpoints(this.#access.store, this.#access.read(), ids, await this.#access.environment(options));
  }

  async repair(options: CallOptions = {}): Promise<RepairReport> {
    const { repairStore } = await import("./changing.js");
    return repairStore(this.#access.store, { ...this.#access.writing("repair", options), ...(await this.#access.environment(options)) });
  }

  async status(options: CallOptions = {}): Promise<StatusReport> {
    const { readWholeStatus } = await import("./cleaning.js");
    return readWholeStatus(this.#access, options);
  }

  async sizes(ids?: readonly string[], options: CallOptions = {}): Promise<StoreSizes> {
    const { readSizes } = await import("./cleaning.js");
    return readSizes(this.#access, ids, options);
  }

  async validate(options: ValidateOptions & CallOptions = {}): Promise<ValidationReport> {
    return validate(this.#access, options);
  }

  async report(options: { period?: Period } = {}): Promise<ActivityReport & { warnings: string[] }> {
    return report(this.#access, options.period ?? "week");
  }

  async reportPage(options: ReportPageOptions & CallOptions = {}): Promise<ReportPage> {
    const { reportPage } = await import("./picturing.js");
    return reportPage(this.#access, options);
  }

  async summary(): Promise<CheckpointSummary> {
    return summarize(this.#access);
  }

  async watch(request: WatchRequest): Promise<WatchResult> {
    return watch(this.#access, request);
  }

  async exportArchive(ids: readonly string[], options: ArchiveOutput & CallOptions): Promise<ExportedArchive> {
    const { exportArchive } = await import("./archiving.js");
    return exportArchive(this.#access.store, this.#access.read(), ids, options);
  }

  async importArchive(input: ArchiveInput, options: CallOptions = {}): Promise<ImportedArchive> {
    const { importArchive } = await import("./archiving.js");
    return this.#access.write("import", options, (writer) => importArchive(writer, input, { config: this.#access.config, options }));
  }

  async run(request: RunRequest): Promise<StepOutcome> {
    const { runStep } = await import("./running.js");
    return noteInterruption(this.#access, await runStep(request, this.#access.stepEnvironment(request)));
  }

  async withCheckpoint<Result>(
    request: CreateRequest & CallOptions,
    work: (before: CreatedCheckpoint) => Promise<Result> | Result,
  ): Promise<Result> {
    const { runBehindCheckpoint } = await import("./running.js");
    const { guarding } = this.#access;
    const environment = {
      create: () => this.create(request),
      guard: (id: CheckpointId) => {
        guarding.add(id);
        return () => void guarding.delete(id);
      },
      markSuccess: (id: string, success: boolean) => this.#access.annotate("mark", id, { success }, RECORD_WAIT_MS),
      restore: (id: string) => this.#access.restore(id, {}, RECORD_WAIT_MS),
    };
    return runBehindCheckpoint(environment, work);
  }

  async #verifyKept(result: CleanResult, options: CallOptions): Promise<VerifyReport> {
    return this.verify(
      result.decision.kept.map(({ record }) => record.id),
      options,
    );
  }
}
