import type { ArchiveInput, ArchiveOutput, ExportedArchive, ImportedArchive } from "../archive/index.js";
import type { CallOptions, Checkpoint, CreateRequest, CreatedCheckpoint, ListFilter, StoreSizes } from "../checkpoint/index.js";
import type { SettingsReport } from "../config/index.js";
import type { Config, Manifest, RestoreRecord, WorkflowRecord } from "../formats/index.js";
import type { Diff, DiffOptions, FilePatch, FoundPaths, PatchOptions, VersionHistory } from "../diff/index.js";
import type { GitHead } from "../git-head/index.js";
import type { RepairReport, StatusReport, ValidationReport, VerifyReport } from "../health/index.js";
import type { RecoverRequest, RecoverResult, TaskOption, TaskView } from "../recovery/index.js";
import type { RestoreOptions, RestorePlan, RestoreResult } from "../restore/index.js";
import type { CleanResult, RetentionPolicy } from "../retention/index.js";
import type { ReportPage, ReportPageOptions } from "../page/index.js";
import type { ActivityReport, CheckpointSummary, Period, WatchRequest, WatchResult } from "../session/index.js";
import type { ProgressLog, Sessions } from "./sessions.js";
import type {
  RunRequest,
  StepCompletion,
  StepOutcome,
  WorkflowDefinition,
  WorkflowOutcome,
  WorkflowPreview,
  WorkflowResumeOptions,
  WorkflowRunOptions,
  WorkflowStartRequest,
  WorkflowStatus,
} from "../workflow/index.js";

export interface OpenOptions {
  /** Another place for the store; `<directory>/.checkpoints` by default. */
  storePath?: string;
  /** How long to wait for a held lock, in milliseconds; 0 by default. */
  lockWaitMs?: number;
  /** The command named in the lock; the process's own by default. */
  commandName?: string;
  /** The clock, for tests; the system's by default. */
  now?: () => Date;
  /** Settings that win over all others. */
  config?: Partial<Config>;
  /** The same as texts by dotted key, like `"limits.max_entries": "5000"`; spelled as in the environment. */
  settings?: Readonly<Record<string, string>>;
  /** Where the `STEPBACK_…` variables are; `process.env` by default. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** The workflows of one change directory: see docs/workflows.md. */
export interface Workflows {
  /** Runs the steps of the workflow file that are not completed; goes on where an earlier run ended. */
  run(options?: WorkflowRunOptions): Promise<WorkflowOutcome>;
  /** Says what `run`, or `resume` where an id is given, would do; writes nothing. */
  preview(options?: WorkflowResumeOptions): Promise<WorkflowPreview>;
  /** Goes on with the workflow that is on record; says how, where the caller runs the steps. */
  resume(options?: WorkflowResumeOptions): Promise<WorkflowOutcome>;
  /** Begins a workflow whose steps the caller runs. */
  start(request: WorkflowStartRequest): Promise<WorkflowStatus>;
  /** The current workflow, or the one of an id. @throws WorkflowNotFoundError */
  status(id?: string, options?: CallOptions): Promise<WorkflowStatus>;
  /** Records a step, by number or name, as done by the caller. */
  complete(step: string | number, completion?: StepCompletion): Promise<WorkflowStatus>;
  /** Records that a step failed. */
  fail(step: string | number, failure?: { reason?: string; id?: string }): Promise<WorkflowStatus>;
  /** Every workflow on record in this store, the current one first. */
  list(): Promise<WorkflowRecord[]>;
  /** Removes the record of a workflow, never its checkpoints; false when there was none. */
  forget(id: string): Promise<boolean>;
  /** Reads and checks the workflow file. */
  readFile(file?: string): Promise<WorkflowDefinition>;
}

/** Tasks by their checkpoints; a directory that was never checkpointed has none. */
export interface TaskMethods {
  /** The one that was worked on last stands at the end. */
  list(): Promise<TaskView[]>;
  /** Null for a task without checkpoints. */
  find(taskId: string): Promise<TaskView | null>;
  /** What the task can go back to: the newest checkpoint of each stage, newest first. */
  options(taskId: string): Promise<TaskOption[]>;
  /** The newest checkpoint of the task; null without one. */
  latest(taskId: string): Promise<Checkpoint | null>;
}

export interface ValidateOptions {
  /** False leaves the configured tests out. */
  tests?: boolean;
  /** Told what they print, as it comes. */
  onTestOutput?: (text: string) => void;
}

/** The checkpoints of one change directory. `id` is any form that `find` takes. */
export interface Checkpoints {
  readonly directory: string;
  readonly storePath: string;
  readonly changeId: string;
  readonly workflow: Workflows;
  /** The settings that hold: from this call, the environment, the configuration file, the defaults. */
  readonly config: Config;
  readonly sessions: Sessions;
  readonly log: ProgressLog;

  /** Every setting with its value and where it comes from. */
  settings(): Promise<SettingsReport>;

  create(request?: CreateRequest & CallOptions): Promise<CreatedCheckpoint>;
  /**
   * Begins the next checkpoint while the process has nothing else to do: its folder is filled with links to the newest one's files, so that
   * `create` and `restore` have only to scan, and to exchange what has changed. Nothing of it is visible as a checkpoint; whoever takes the next
   * one uses it, and whoever deletes one clears it away. Aborting the signal ends it without an error. False where there is nothing to begin with.
   */
  prepareNext(options?: { signal?: AbortSignal }): Promise<boolean>;
  /** Oldest first. Warnings tell what is wrong with the store, if anything. */
  list(filter?: ListFilter): Promise<{ checkpoints: Checkpoint[]; warnings: string[] }>;
  /** Finds by full id, unique part, `latest`, `latest~2`, `step:3`, `task:7/start` or `backup`. */
  find(id: string): Promise<Checkpoint>;
  manifest(id: string): Promise<Manifest>;
  /** Compares a checkpoint with another one, or with the directory as it is where `to` is null, as it is by default. */
  diff(from: string, to?: string | null, options?: DiffOptions): Promise<Diff>;
  /** Compares a checkpoint with the one before it; the first one with nothing. */
  diffWithPredecessor(id: string, options?: DiffOptions): Promise<Diff>;
  /** Says what a restore would change, as a comparison of the directory with the checkpoint. */
  diffOfPlan(plan: RestorePlan): Promise<Diff>;
  /** Writes a comparison as a patch for git and patch(1), path by path, reading one file at a time. */
  patch(diff: Diff, options?: PatchOptions): AsyncGenerator<FilePatch>;
  /** Reads a file of a checkpoint, held against its hash; of a symlink the target. */
  readFile(id: string, path: string, options?: { signal?: AbortSignal }): Promise<Uint8Array>;
  /** The same in chunks, for files of any size; nothing of a damaged file is given out. */
  streamFile(id: string, path: string, options?: { signal?: AbortSignal }): AsyncGenerator<Uint8Array>;
  /** The history of one path over all checkpoints, each distinct content once. */
  versions(path: string, options?: { signal?: AbortSignal }): Promise<VersionHistory>;
  /** The paths of all checkpoints that match a pattern; one without a slash matches names at any depth. */
  findPaths(pattern: string, options?: { signal?: AbortSignal }): Promise<FoundPaths>;
  planRestore(id: string, options?: RestoreOptions): Promise<RestorePlan>;
  restore(id: string, options?: RestoreOptions): Promise<RestoreResult>;
  /** Goes back to the newest backup. */
  undo(options?: RestoreOptions): Promise<RestoreResult>;
  history(): Promise<RestoreRecord[]>;
  /** HEAD of the repository around the directory, read from its files. */
  gitHead(): Promise<Pick<GitHead, "commit" | "branch">>;
  /** Tasks and what they can go back to. */
  readonly tasks: TaskMethods;
  /** Goes back to where a task's failure leads, and resets the task; nothing to go back to is an answer, not an error. */
  recover(request: RecoverRequest): Promise<RecoverResult>;
  delete(ids: readonly string[], options?: CallOptions): Promise<{ deleted: Checkpoint[]; freedBytes: number }>;
  pin(id: string): Promise<Checkpoint>;
  unpin(id: string): Promise<Checkpoint>;
  /** Adds and removes tags. */
  tag(id: string, change: { add?: readonly string[]; remove?: readonly string[] }): Promise<Checkpoint>;
  /** Replaces the note; null removes it. */
  note(id: string, notes: string | null): Promise<Checkpoint>;
  markSuccess(id: string, success: boolean | null): Promise<Checkpoint>;
  /** Without a policy the configuration's, which keeps the newest 10 where it says nothing. */
  clean(
    policy?: RetentionPolicy,
    options?: CallOptions & { dryRun?: boolean; verify?: boolean },
  ): Promise<CleanResult & { verification: VerifyReport | null }>;
  verify(ids?: readonly string[], options?: CallOptions): Promise<VerifyReport>;
  repair(options?: CallOptions): Promise<RepairReport>;
  status(options?: CallOptions): Promise<StatusReport>;
  /** Whether checkpoints can be made and restored, what changed, and whether the configured tests pass. */
  validate(options?: ValidateOptions & CallOptions): Promise<ValidationReport>;
  /** What happened in each day, ISO week (the default) or month, by UTC. */
  report(options?: { period?: Period }): Promise<ActivityReport & { warnings: string[] }>;
  /** The same as one HTML page, with the timeline, what changed, and the growth of the store; it needs no network and no scripts. */
  reportPage(options?: ReportPageOptions & CallOptions): Promise<ReportPage>;
  summary(): Promise<CheckpointSummary>;
  /** Takes a checkpoint at intervals when something changed, until the signal aborts, and then a last one. */
  watch(request: WatchRequest): Promise<WatchResult>;
  /** Writes checkpoints into one archive, which a plain `tar` unpacks; the same checkpoints give the same bytes. */
  exportArchive(ids: readonly string[], options: ArchiveOutput & CallOptions): Promise<ExportedArchive>;
  /** Takes in the checkpoints of an archive, also of another directory's; makes the store where there is none. */
  importArchive(input: ArchiveInput, options?: CallOptions): Promise<ImportedArchive>;
  /** What these checkpoints, or all, take on disk, and what of it each one alone; looks at every stored file of theirs. */
  sizes(ids?: readonly string[], options?: CallOptions): Promise<StoreSizes>;
  /** Runs a command as a step: checkpoint before, result recorded, rollback on failure when asked for. */
  run(request: RunRequest): Promise<StepOutcome>;
  /** Runs a function behind a checkpoint and rolls back when it throws; the error is rethrown. */
  withCheckpoint<Result>(
    request: CreateRequest & CallOptions,
    work: (before: CreatedCheckpoint) => Promise<Result> | Result,
  ): Promise<Result>;
}
