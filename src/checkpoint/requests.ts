import type { RunState } from "./run-state.js";
import type { CheckpointRecord, CheckpointType, Phase, Stage, UncapturedPath } from "../formats/index.js";

/** What is being done, for progress bars; totals are null while they are unknown. */
export interface Progress {
  activity: "scan" | "capture" | "flush" | "stage" | "apply" | "verify" | "remove";
  doneEntries: number;
  totalEntries: number | null;
  doneBytes: number;
  totalBytes: number | null;
}

/** What every long call takes. */
export interface CallOptions {
  /** Stops the work between two files; everything is left as it was. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** What the caller says about a new checkpoint; all of it is optional. */
export interface CreateRequest {
  notes?: string | null;
  /** Defaults to `step` when a step is given, else to `manual`. */
  type?: CheckpointType;
  /** A whole number from 0 on. */
  step?: number | null;
  stepName?: string | null;
  phase?: Phase | null;
  taskId?: string | null;
  stage?: Stage | null;
  tags?: readonly string[];
  metadata?: Readonly<Record<string, string>>;
  success?: boolean | null;
}

/** A record with what only the present moment tells. */
export interface Checkpoint extends CheckpointRecord {
  /** The snapshot folder. */
  storedPath: string;
  /** How the wrapped step stands; `interrupted` when its runner was killed. */
  runState: RunState;
}

export interface CreatedCheckpoint extends Checkpoint {
  uncaptured: UncapturedPath[];
  warnings: string[];
}

/** Which checkpoints a list shows; all conditions must hold. */
export interface ListFilter {
  /** At most this many, the newest ones. */
  limit?: number;
  type?: CheckpointType;
  step?: number;
  taskId?: string;
  tag?: string;
  /** Created at or after this moment. */
  since?: Date;
}
