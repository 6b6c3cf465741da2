import type { Checkpoint, CallOptions } from "../checkpoint/index.js";
import type { CheckpointId, RelativePath, RestoreCounts, TreeEntry, UncapturedReason } from "../formats/index.js";

export interface RestoreOptions extends CallOptions {
  /** Relative to the change directory, or absolute inside it; empty for everything. */
  paths?: readonly string[];
  /** Leaves files that were added since the checkpoint. */
  keepAdded?: boolean;
}

/** One change to the live directory. `before` is what the plan saw there, null for nothing. */
export type RestoreOperation =
  | { kind: "create"; path: RelativePath; before: null; after: TreeEntry }
  | { kind: "replace"; path: RelativePath; before: TreeEntry; after: TreeEntry }
  | { kind: "remove"; path: RelativePath; before: TreeEntry; after: null }
  /** Same content, other mode, owner or times. */
  | { kind: "retouch"; path: RelativePath; before: TreeEntry; after: TreeEntry };

/** A path that the restore will not touch, and why. */
export interface LeftAlone {
  path: RelativePath;
  reason: UncapturedReason | "kept_added";
  detail: string;
}

/** What a restore would do; a pure value. */
export interface RestorePlan {
  target: CheckpointId;
  /** Ordered by path. */
  operations: RestoreOperation[];
  leftAlone: LeftAlone[];
  counts: RestoreCounts;
}

export interface RestoreResult {
  target: Checkpoint;
  /** Null when the directory already was as recorded and nothing was done. */
  backup: Checkpoint | null;
  plan: RestorePlan;
  warnings: string[];
}
