import type { UncapturedPath } from "../../../src/index.js";

export type Operation =
  "create" | "prepare-and-create" | "restore" | "recover" | "undo" | "clean" | "delete" | "repair" | "verify" | "import" | "workflow";

/** The note on the checkpoints that the worker makes. */
export const WORKER_NOTE = "made by the worker";

/** What the worker is to do; handed over as JSON. */
export interface Job {
  operation: Operation;
  directory: string;
  storePath?: string;
  /** The checkpoint to restore or delete, or the archive to import. */
  id?: string;
  /** How far its clock is ahead, in milliseconds. */
  clockAheadMs?: number;
  /** How many more files it may open at the same time. */
  spareDescriptors?: number;
}

/** What the worker says of its job; nothing when it was killed, or failed in a way that is a fault of stepback's own. */
export type WorkerReport = { result: WorkerResult } | { error: { code: string; exitStatus: number; message: string; hint: string } };

/** Of what an operation gives, what a test looks at. */
export interface WorkerResult {
  /** Of a create. */
  id?: string;
  uncaptured?: UncapturedPath[];
  /** Of a verify. */
  isWhole?: boolean;
  /** Of a repair: whether it undid a restore. */
  isUndone?: boolean;
}

/** One call of the operating system at which a worker is killed: the call itself is not carried out any more. */
export interface KillPoint {
  call: string;
  /** Counts from 1 within the main thread. */
  occurrence: number;
  /** The call as it was in the counting run, for people. */
  detail: string;
}
