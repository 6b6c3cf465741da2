import type { CallOptions } from "../checkpoint/index.js";
import type { CheckpointId, RelativePath, Sha256, TreeEntry, UncapturedReason } from "../formats/index.js";

/** One of the two trees of a comparison; `nothing` stands before the first checkpoint. */
export type DiffSide = { kind: "checkpoint"; id: CheckpointId } | { kind: "live" } | { kind: "nothing" };

export interface DiffOptions extends CallOptions {
  /**
   * Files, folders and patterns (`specs/*.md`), relative to the change directory or absolute inside it; empty for everything. A pattern
   * without a slash matches names at any depth. What stands there under the very text is meant, even if it looks like a pattern.
   */
  paths?: readonly string[];
  /** False shows a renamed file as deleted and added; true by default. */
  renames?: boolean;
}

/** One path that differs. Times and owners are not compared. */
export interface Change {
  /** `retyped`: a file became a symlink or a folder, or the like. A folder is named only where no file in it tells of it. */
  kind: "added" | "deleted" | "modified" | "renamed" | "retyped";
  /** The path afterwards; of a deleted one, before. */
  path: RelativePath;
  /** Where a renamed file was; null for all others. */
  oldPath: RelativePath | null;
  before: TreeEntry | null;
  after: TreeEntry | null;
}

/** A path that one side does not speak of, so that it is not known whether it differs. */
export interface NotCompared {
  path: RelativePath;
  side: "from" | "to";
  reason: UncapturedReason;
  detail: string;
}

export interface Diff {
  from: DiffSide;
  to: DiffSide;
  /** In a stable order, by path. */
  changes: Change[];
  notCompared: NotCompared[];
}

export interface PatchOptions {
  signal?: AbortSignal;
  /** Writes binary files in git's own form, which only `git apply` takes; otherwise they are only said to differ. */
  binary?: boolean;
}

/** What can be said of a changed content: in lines, or not at all. */
export type ContentKind = "text" | "binary" | "too_large" | "unchanged" | "folder" | "unavailable";

/** The change of one path as a piece of a patch. */
export interface FilePatch {
  change: Change;
  content: ContentKind;
  /** Lines; 0 where the content is not text. */
  insertions: number;
  deletions: number;
  /** What git and patch take, in bytes; empty where a patch cannot tell of the change. */
  patch: Uint8Array;
  /** What of the change this piece does not bring about when it is applied; empty when it is all there. */
  missing: string[];
}

/** When a version was first or last seen. */
export interface SeenIn {
  id: CheckpointId;
  sequence: number;
  createdAt: string;
}

/** One content that a path had. */
export interface FileVersion {
  type: "file" | "symlink";
  /** Null for a symlink. */
  sha256: Sha256 | null;
  /** Bytes; null for a symlink. */
  size: number | null;
  /** Null for a file. */
  target: string | null;
  /** As in the newest checkpoint that has it. */
  mode: number;
  first: SeenIn;
  last: SeenIn;
  /** The number of checkpoints that have it. */
  checkpointCount: number;
  /** The directory has it now. */
  isLive: boolean;
}

/** The history of one path over all checkpoints. */
export interface VersionHistory {
  path: RelativePath;
  /** Each distinct content once, by its first appearance. */
  versions: FileVersion[];
  /** The checkpoints in which it was gone for the first time after it had been there. */
  deletions: SeenIn[];
  /** What stands there now: one of the versions, a content that no checkpoint has, nothing, or something that cannot be told. */
  live: "stored" | "unstored" | "absent" | "unreadable";
  warnings: string[];
}

/** A path that matches, and the checkpoints that have it. */
export interface FoundPath {
  path: RelativePath;
  /** As in the newest checkpoint that has it. */
  type: TreeEntry["type"];
  /** Newest first. */
  checkpoints: CheckpointId[];
}

export interface FoundPaths {
  /** By path. */
  paths: FoundPath[];
  warnings: string[];
}
