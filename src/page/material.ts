import type { Checkpoint, StoreSizes } from "../checkpoint/index.js";
import type { Change } from "../diff/index.js";
import type { CheckpointId, RestoreRecord } from "../formats/index.js";
import type { TaskView } from "../recovery/index.js";
import type { ActivityReport, CheckpointSummary, Session } from "../session/index.js";

/** All that a page is made of. */
export interface PageMaterial {
  changeId: string;
  /** When it was made. */
  now: Date;
  /** Oldest first. */
  checkpoints: readonly Checkpoint[];
  restores: readonly RestoreRecord[];
  /** Oldest first. */
  sessions: readonly Session[];
  /** The one that was worked on last at the end. */
  tasks: readonly TaskView[];
  report: ActivityReport;
  summary: CheckpointSummary;
  sizes: StoreSizes;
  growth: readonly GrowthPoint[];
  timeline: Timeline;
  changes: ReadonlyMap<Stretch, StretchChanges>;
  warnings: readonly string[];
}

/** What happened, oldest first, with the oldest left out where it is too much. */
export interface Timeline {
  items: readonly TimelineItem[];
  /** The checkpoints that are left out. */
  olderCheckpoints: number;
  olderRestores: number;
}

export type TimelineItem =
  | { kind: "checkpoint"; checkpoint: Checkpoint }
  | { kind: "restore"; restore: RestoreRecord; isTargetThere: boolean }
  | { kind: "stretch"; stretch: Stretch };

/** The time from one known state of the directory to the next one. */
export interface Stretch {
  /** Null where the state is not known any more, because the checkpoint that was restored is gone. */
  from: CheckpointId | null;
  /** Null for the directory as it is. */
  to: CheckpointId | null;
  /** The step that went on meanwhile. */
  step: Checkpoint | null;
  /** It begins with a restore. */
  isAfterRestore: boolean;
}

/** What became different in a stretch. */
export interface KnownChanges {
  added: number;
  changed: number;
  removed: number;
  renamed: number;
  /** The first ones, by path. */
  first: readonly Change[];
  /** The paths that cannot be told about. */
  notCompared: number;
}

/** Or why nobody can tell. */
export type StretchChanges = KnownChanges | { problem: string };

/** One place of the growth curves: a checkpoint, or some in a row where there are many. */
export interface GrowthPoint {
  first: Checkpoint;
  last: Checkpoint;
  checkpoints: number;
  /** The directory in the last one of them. */
  logicalBytes: number;
  /** What only one of them holds on disk, added up. */
  uniqueBytes: number;
  /** What all checkpoints up to here take on disk, hard links counted once. */
  occupiedBytes: number;
}
