import type { CheckpointRecord } from "./record.js";
import type { RelativePath, Sha256 } from "./names.js";

interface EntryBase {
  path: RelativePath;
  /** Permission bits, 0 to 0o7777. */
  mode: number;
  uid: number;
  gid: number;
  /** Nanoseconds since the epoch. */
  mtimeNs: bigint;
  /** With `ino`, `size`, `mode` and `mtimeNs`: the stat identity. Both are 0 where it is unknown, and match nothing then. */
  ctimeNs: bigint;
  ino: bigint;
}
export interface DirectoryEntry extends EntryBase {
  type: "directory";
}
export interface FileEntry extends EntryBase {
  type: "file";
  /** Bytes. */
  size: number;
  sha256: Sha256;
}
export interface SymlinkEntry extends EntryBase {
  type: "symlink";
  target: string;
}
export type TreeEntry = DirectoryEntry | FileEntry | SymlinkEntry;

/** Why a path was left out. `unreadable` and `unstable` make a checkpoint incomplete; the others are by rule. */
export const UNCAPTURED_REASONS = ["store", "git", "ignored", "special", "over_limit", "outside_scope", "unreadable", "unstable"] as const;
export type UncapturedReason = (typeof UNCAPTURED_REASONS)[number];

/** A path that was left out; for a directory all below it was left out too. */
export interface UncapturedPath {
  path: RelativePath;
  reason: UncapturedReason;
  /** What it is or why it failed: `fifo`, `EACCES`, the rule … */
  detail: string;
}

/**
 * What a checkpoint speaks for: the whole tree; or the top-level files only (legacy checkpoints, where a
 * missing sub-folder says nothing).
 */
export type CaptureScope = "tree" | "top_level_files";

/** What tells a folder from a copy of it: of a store that was unpacked again nothing may be on the disk yet. */
export interface FolderIdentity {
  ino: bigint;
  /** Nanoseconds since the epoch; 0 where the file system does not tell. */
  birthtimeNs: bigint;
}

/** The complete, immutable list of one checkpoint. */
export interface Manifest {
  /** The record as it was when the checkpoint was published. */
  checkpoint: CheckpointRecord;
  changeId: string;
  scope: CaptureScope;
  /** When the scan started by the clock of the file system, ns since the epoch; 0 when unknown. */
  scanStartedNs: bigint;
  /** The snapshot folder, if all of the checkpoint was made durable before it got its name; null when it was not, or when that is unknown. */
  durableFolder: FolderIdentity | null;
  /** The ignore rules in force, in gitignore syntax. */
  ignoreRules: string[];
  uncaptured: UncapturedPath[];
  /** The directory itself first (path ""), parents before children. */
  entries: TreeEntry[];
}

/** The entries of a manifest by path. */
export function entriesByPath(manifest: { entries: readonly TreeEntry[] }): Map<RelativePath, TreeEntry> {
  return new Map(manifest.entries.map((entry) => [entry.path, entry]));
}

/** Tells whether a left-out path makes its checkpoint incomplete. */
export function isFailure(uncaptured: UncapturedPath): boolean {
  return uncaptured.reason === "unreadable" || uncaptured.reason === "unstable";
}
