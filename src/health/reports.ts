import type { CheckpointId, RelativePath } from "../formats/index.js";

/** One thing that is not as the manifest says. */
export interface Damage {
  path: RelativePath;
  problem: "missing" | "content" | "type" | "target" | "unexpected" | "unreadable";
  detail: string;
  /** The other checkpoints that hold the very same stored file; they are damaged with it. */
  sharedWith: CheckpointId[];
}

export interface CheckpointVerification {
  id: CheckpointId;
  /** `unverifiable`: the manifest itself is missing or unusable. */
  status: "whole" | "damaged" | "unverifiable";
  damages: Damage[];
  problem: string | null;
  checkedFiles: number;
  checkedBytes: number;
}

export interface VerifyReport {
  checkpoints: CheckpointVerification[];
  /** Things in the store that no checkpoint accounts for; never removed by stepback. */
  foreign: string[];
  isWhole: boolean;
  warnings: string[];
}

/** A stored entry that was put right. */
export interface Healed {
  id: CheckpointId;
  path: RelativePath;
  /** Where the content was taken from: a checkpoint, the directory itself, or, for folders and symlinks, the manifest. */
  from: CheckpointId | "directory" | "manifest";
}

/** What a repair found and did, as sentences with the thing's name. */
export interface RepairReport {
  indexRebuilt: boolean;
  finishedRestores: { target: CheckpointId; result: "recovered" | "rolled_back" }[];
  adopted: CheckpointId[];
  forgotten: CheckpointId[];
  /** Left-over work folders that were removed. */
  removedLeftovers: string[];
  /** Where the replaced index was kept, null when it was not replaced. */
  keptIndexAs: string | null;
  healed: Healed[];
  /** The checkpoints that are still not whole. */
  damaged: CheckpointVerification[];
  warnings: string[];
}

/** The session that was not ended, as far as health has to know. */
export interface OpenSession {
  sessionId: string;
  /** `active`, `expired` or `abandoned`. */
  state: string;
  startedAt: string;
  lastActivityAt: string;
}

/** The workflow that is not finished, as far as health has to know. */
export interface OpenWorkflow {
  workflowId: string;
  nextStep: number;
  nextStepName: string;
}

/** Whether a directory and its store are fit for work. */
export interface ValidationReport {
  /** False when there are errors. */
  isValid: boolean;
  /** What keeps checkpoints from being made or restored. */
  errors: string[];
  warnings: string[];
  /** All of it in a sentence. */
  statusText: string;
  /** Against the latest checkpoint; null when there is none, or it cannot be told. */
  hasChanges: boolean | null;
  changes: StatusReport["changes"];
  /** Null when no test command is configured, or it was not to be run. */
  testsPassing: boolean | null;
  tests: TestRun | null;
}

/** What came of the configured test command. */
export interface TestRun {
  command: string;
  exitCode: number | null;
  signal: string | null;
  durationMs: number;
  /** The end of what it printed. */
  output: string;
}

/** The state of a directory and its store at a glance. */
export interface StatusReport {
  changeId: string;
  directory: string;
  storePath: string;
  checkpoints: number;
  pinned: number;
  backups: number;
  latest: { id: CheckpointId; createdAt: string } | null;
  lastSuccessfulStep: number | null;
  /** Steps whose runner was killed. */
  interrupted: CheckpointId[];
  running: CheckpointId[];
  /** A restore that a crash left unfinished; the next writing command or `repair` finishes it. */
  unfinishedRestore: { target: CheckpointId; startedAt: string } | null;
  lock: { description: string; ageSeconds: number | null } | null;
  /** Says that HEAD is not the commit of the latest checkpoint; null when it is, or one of the two is not known. */
  gitMismatch: string | null;
  /** The session that was not ended. */
  session: OpenSession | null;
  /** The workflow that is not finished. */
  workflow: OpenWorkflow | null;
  /** What is incomplete, as sentences: an open session, an unfinished workflow, the step of the latest checkpoint, an unfinished restore. */
  incomplete: string[];
  /** Against the latest checkpoint; null when there is none. */
  changes: { added: number; changed: number; removed: number } | null;
  /** Bytes on disk of the store, hard links counted once. */
  storeBytes: number;
  /** What `clean` would do now; null where it would refuse. */
  cleanable: { checkpoints: number; freedBytes: number } | null;
  git: { commit: string; branch: string | null } | null;
  warnings: string[];
}
