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
  /** Against the latest checkpoint; null when there is none. */
  changes: { added: number; changed: number; removed: number } | null;
  /** Bytes on disk of the store, hard links counted once. */
  storeBytes: number;
  /** What `clean` would do now; null where it would refuse. */
  cleanable: { checkpoints: number; freedBytes: number } | null;
  git: { commit: string; branch: string | null } | null;
  warnings: string[];
}
