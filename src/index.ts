/**
 * stepback's public API: everything that the command line does is a method here; commands only parse and print.
 * Promises: nothing is loaded before it is called; every expected failure is a StepbackError with a code and a next step.
 * Must never: print, prompt, or read the command line.
 */
export * from "./errors/index.js";
export {
  CHECKPOINT_OCCASIONS,
  CHECKPOINT_TYPES,
  FAILURE_KINDS,
  formatManifestText,
  formatSha256Sums,
  PHASES,
  STAGES,
  STATE_COUNTERS,
  toJsonForm,
  type CalendarPeriod,
  type CheckpointId,
  type CheckpointOccasion,
  type CheckpointRecord,
  type CheckpointType,
  type Config,
  type DirectoryEntry,
  type FailureKind,
  type FileEntry,
  type ImportOrigin,
  type Manifest,
  type Phase,
  type RecoveryRule,
  type RelativePath,
  type RestoreCounts,
  type RestoreRecord,
  type RunRecord,
  type SessionId,
  type SessionMetrics,
  type SessionOwner,
  type SessionRecord,
  type Sha256,
  type Stage,
  type StateSnapshot,
  type SymlinkEntry,
  type TreeEntry,
  type UncapturedPath,
  type UncapturedReason,
  type WorkflowRecord,
  type WorkflowStepName,
} from "./formats/index.js";
export {
  findChangeOfCheckpoint,
  parseByteSize,
  parseCalendarPeriod,
  parseDuration,
  loadConfig,
  resolveChangeDirectory,
  type ConfigSources,
  type DirectoryRequest,
  type LoadedConfig,
  type SettingOrigin,
  type SettingReport,
  type SettingsReport,
} from "./config/index.js";
export { byteSize, durationText, encodePathBytes, printablePath, utcTime } from "./platform/index.js";
export type {
  CallOptions,
  Checkpoint,
  CheckpointSize,
  CreatedCheckpoint,
  CreateRequest,
  ListFilter,
  Progress,
  RunState,
  StoreSizes,
} from "./checkpoint/index.js";
export type {
  Change,
  ContentKind,
  Diff,
  DiffOptions,
  DiffSide,
  FilePatch,
  FileVersion,
  FoundPath,
  FoundPaths,
  NotCompared,
  PatchOptions,
  SeenIn,
  VersionHistory,
} from "./diff/index.js";
export { quotePath } from "./diff/index.js";
export type { LeftAlone, RestoreOperation, RestoreOptions, RestorePlan, RestoreResult } from "./restore/index.js";
export type { CleanResult, KeepReason, Protection, RetentionDecision, RetentionPolicy } from "./retention/index.js";
export type {
  CheckpointVerification,
  Damage,
  Healed,
  RepairReport,
  StatusReport,
  TestRun,
  ValidationReport,
  VerifyReport,
} from "./health/index.js";
export type { ArchiveInput, ArchiveOutput, ExportedArchive, ImportedArchive } from "./archive/index.js";
export {
  describeOwner,
  PERIODS,
  type ActivityReport,
  type CheckpointSummary,
  type Period,
  type ReportRow,
  type WatchLook,
  type WatchRequest,
  type WatchResult,
  explain as explainSession,
  type EndedSession,
  type EndSessionRequest,
  type LogEntry,
  type LogFilter,
  type RecordedTask,
  type Recovery,
  type Session,
  type SessionReview,
  type SessionState,
  type StartedSession,
  type StartSessionRequest,
  type TaskRequest,
  type Usage,
} from "./session/index.js";
export type {
  ResumableWorkflow,
  ResumeContext,
  ResumePlan,
  RunRequest,
  StepCompletion,
  StepDefinition,
  StepOutcome,
  StepReport,
  WorkflowDefinition,
  WorkflowEvent,
  WorkflowOutcome,
  WorkflowPreview,
  WorkflowResumeOptions,
  WorkflowRunOptions,
  WorkflowStartRequest,
  WorkflowStatus,
  WorkflowStepStatus,
} from "./workflow/index.js";
export type { ReportPage, ReportPageOptions } from "./page/index.js";
export type { GitHead } from "./git-head/index.js";
export type { RecoverRequest, RecoverResult, SettledRecovery, TaskOption, TaskState, TaskView } from "./recovery/index.js";
export type { TaskMethods } from "./api/index.js";
export { describeDays, describePeriod, describePolicy } from "./retention/index.js";
export type { InitializedDirectory, InitializedFile } from "./setup/index.js";
export {
  findWorkflows,
  initDirectory,
  openCheckpoints,
  runWithoutCheckpoints,
  type Checkpoints,
  type OpenOptions,
  type ProgressLog,
  type Sessions,
  type Workflows,
} from "./api/index.js";
