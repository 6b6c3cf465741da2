export type Operation = "create" | "restore" | "undo" | "clean" | "delete" | "repair";

/** The note on the checkpoints that the worker makes. */
export const WORKER_NOTE = "made by the worker";

/** What the worker is to do; handed over as JSON. */
export interface Job {
  operation: Operation;
  directory: string;
  storePath?: string;
  /** The checkpoint to restore or delete. */
  id?: string;
  /** How far its clock is ahead, in milliseconds. */
  clockAheadMs?: number;
}

/** One call of the operating system at which a worker is killed: the call itself is not carried out any more. */
export interface KillPoint {
  call: string;
  /** Counts from 1 within the main thread. */
  occurrence: number;
  /** The call as it was in the counting run, for people. */
  detail: string;
}
