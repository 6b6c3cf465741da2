/** What the worker for racing edits is to do, in a directory of its own; handed over as JSON. */
export type RacyJob = {
  /** Where the change directory is made; a file outside of it comes beside it. */
  folder: string;
  /** Stops after so many rounds, or at this time, whatever comes first. */
  rounds: number;
  deadline?: number;
  seed: number;
} & (
  | { kind: "torn reads" | "edits under a restore" }
  | { kind: "hammered captures"; hammerPath: string }
  | { kind: "same-size edits"; storePath?: string; restoresTimes: boolean }
);

/** What came of it. */
export interface RacyResult {
  /** Files that were captured while they were changed, or edits that a checkpoint had to see. */
  looked: number;
  /** Paths that a checkpoint names as unstable. */
  unstable: number;
  /** Whatever must not be: contents that never were, missed edits. */
  wrong: string[];
}
