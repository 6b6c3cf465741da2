/** One of many processes that work on one store; handed over as JSON. */
export interface CrowdJob {
  directory: string;
  /** Every process appends to it what it does. */
  logPath: string;
  name: string;
  seed: number;
  operations: number;
  /** At one of its operations it is killed. */
  dies: boolean;
}

export type CrowdOperation = "create" | "edit" | "restore" | "undo" | "clean" | "delete" | "pin" | "too large";

/** A line of the log: an operation begins, or ends with what came of it; one that is killed never ends. */
export interface CrowdLine {
  worker: string;
  number: number;
  operation: CrowdOperation;
  phase: "begins" | "ends";
  /** For a deletion that begins, and for all that end. */
  ids: string[];
  /** The checkpoint that was made. */
  created?: { id: string; sequence: number; state: number | null };
  /** The state that was written, and how many restores there had been by then. */
  edited?: { state: number; restores: number };
  /** The code of the failure. */
  failed?: string;
}
