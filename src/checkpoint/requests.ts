import type { RunState } from "./run-state.js";
import type { CheckpointId, CheckpointRecord, CheckpointType, Phase, Stage, StateSnapshot, UncapturedPath } from "../formats/index.js";

/** What is being done, for progress bars; totals are null while they are unknown. */
export interface Progress {
  activity: "scan" | "capture" | "flush" | "stage" | "apply" | "verify" | "remove" | "measure" | "compare" | "pack" | "unpack";
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
  /** Any text of 1 to 200 characters without control characters; the ids of sessions and workflows too. */
  taskId?: string | null;
  stage?: Stage | null;
  sessionId?: string | null;
  workflowId?: string | null;
  /** Counters that are left out are 0. */
  state?: Partial<Omit<StateSnapshot, "unknownKeys">> | null;
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
  /** The old checkpoints that went after it, where the configuration has `auto_clean` on. */
  removed: CheckpointId[];
  warnings: string[];
}

/** Which checkpoints a list shows; all conditions must hold. */
export interface ListFilter {
  /** At most this many, the newest ones. */
  limit?: number;
  type?: CheckpointType;
  step?: number;
  taskId?: string;
  stage?: Stage;
  phase?: Phase;
  sessionId?: string;
  workflowId?: string;
  /** Keys of the metadata with their values; null for any value. */
  metadata?: Readonly<Record<string, string | null>>;
  tag?: string;
  /** Created at or after this moment. */
  since?: Date;
}
