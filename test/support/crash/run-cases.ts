import { availableParallelism } from "node:os";
import type { Outcome } from "./run-worker.js";

/** How a sweep went; a job that was over before its kill point came counts as finished. */
export type SweepResult = Record<Outcome, number>;

export interface CaseRun {
  /** What the choice of cases came from, to repeat it. */
  seed: number;
  /** No case is begun after this moment, in milliseconds since the epoch. */
  deadline?: number;
}

interface CaseMethods<Case> extends CaseRun {
  /** The number is another one for each case. */
  run: (one: Case, number: number) => Promise<Outcome>;
  describe: (one: Case) => string;
}

const SHOWN_FAILURES = 5;

/**
 * Runs cases, as many at once as there are processors, to the end even when some fail.
 * @throws Error that tells of the first failures, with the seed
 */
export async function runCases<Case>(
  cases: Iterable<Case>,
  { seed, deadline = Infinity, run, describe }: CaseMethods<Case>,
): Promise<SweepResult> {
  const result: SweepResult = { killed: 0, finished: 0, failed: 0, missed: 0 };
  const failures: string[] = [];
  const queue = cases[Symbol.iterator]();
  let begun = 0;
  const work = async (): Promise<void> => {
    while (Date.now() < deadline) {
      const next = queue.next();
      if (next.done === true) return;
      try {
        result[await run(next.value, begun++)] += 1;
      } catch (error) {
        failures.push(`${describe(next.value)}\n${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (failures.length === 0) return result;
  const shown = failures.slice(0, SHOWN_FAILURES).join("\n\n");
  throw new Error(`${failures.length} of ${begun} cases broke a promise (STEPBACK_CRASH_SEED=${seed}):\n\n${shown}`);
}
