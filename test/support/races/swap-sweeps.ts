import { expect } from "vitest";
import { StepbackError } from "../../../src/index.js";
import { pictureOf } from "../temp-change.js";
import { betweenCalls } from "./between-calls.js";
import { marksBelow, swappedChange, type SwappedChange } from "./swapped-folder.js";
import { SeededRandom } from "../crash/seeded-random.js";

export interface Sweep {
  seed: number;
  /** One call in so many, from a random one on. */
  every: number;
  deadline?: number;
}

/** How a sweep went. */
export interface SwapCounts {
  cases: number;
  done: number;
  refused: number;
}

/** How many calls a folder stays swapped; 0 for good. */
const STAYS = [1, 2, 3, 5, 8, 0];

/** Swaps the folder at each call of a create in turn, and holds what was captured against what ever stood in the directory. */
export function sweepCreates(sweep: Sweep): Promise<SwapCounts> {
  return sweepSwaps(sweep, {
    prepare: () => undefined,
    work: async ({ change }) => void (await change.checkpoints.create()),
    check: async ({ change }) => {
      const { checkpoints } = await change.checkpoints.list();
      for (const { id } of checkpoints) {
        const { entries, uncaptured } = await change.checkpoints.manifest(id);
        const outside = [
          ...entries.filter((entry) => entry.type === "file" && entry.size !== "inside".length),
          ...uncaptured.filter(({ reason }) => reason === "special" || reason === "over_limit"),
        ];
        expect(outside, "what only stands outside").toEqual([]);
      }
    },
  });
}

/** Swaps the folder at each call of a restore in turn; what is in and outside is theirs who put it there. */
export function sweepRestores(sweep: Sweep): Promise<SwapCounts> {
  return sweepSwaps(sweep, {
    prepare: ({ change }) =>
      change.edit({ "sub/file.txt": "edited", "sub/deep/link": null, "sub/plain": null, "sub/new/file.txt": "added", "z.txt": "edited" }),
    work: async ({ change }) => void (await change.checkpoints.restore("latest")),
    check: async ({ change }) => {
      await change.checkpoints.repair();
      expect(marksBelow(change.directory), "what came in from outside").toEqual([]);
      for (const [path, text] of Object.entries(change.files())) expect(["inside", "-> inside", "edited", "added"], path).toContain(text);
      // What can be undone was not lost.
      const { checkpoints } = await change.checkpoints.list({ type: "backup" });
      for (const { id } of checkpoints) await change.checkpoints.restore(id);
    },
  });
}

interface SweptWork {
  prepare: (swapped: SwappedChange) => void;
  work: (swapped: SwappedChange) => Promise<void>;
  /** Called when the folder is itself again. */
  check: (swapped: SwappedChange) => Promise<void>;
}

async function sweepSwaps({ seed, every, deadline = Infinity }: Sweep, swept: SweptWork): Promise<SwapCounts> {
  const random = new SeededRandom(seed);
  const counts: SwapCounts = { cases: 0, done: 0, refused: 0 };
  const calls = await countCalls(swept);
  const cases = STAYS.flatMap((stays) => {
    const first = 1 + Math.floor(random.next() * every);
    return Array.from({ length: Math.max(0, Math.ceil((calls - first + 1) / every)) }, (_, number) => ({
      at: first + number * every,
      stays,
    }));
  });
  // In random order, so that what the deadline leaves of them is a sample of all.
  for (const { at, stays } of random.shuffle(cases)) {
    if (Date.now() >= deadline) break;
    const failure = await swapOnce({ at, stays, seed, swept });
    counts.cases += 1;
    counts[failure === null ? "done" : "refused"] += 1;
  }
  return counts;
}

async function countCalls({ prepare, work }: SweptWork): Promise<number> {
  const swapped = await swappedChange();
  prepare(swapped);
  return betweenCalls(
    () => work(swapped),
    () => undefined,
  );
}

interface SwapCase {
  at: number;
  stays: number;
  seed: number;
  swept: SweptWork;
}

/** Gives what the work failed with, null when it was done. */
async function swapOnce({ at, stays, seed, swept }: SwapCase): Promise<unknown> {
  const where = `swapped at call ${at} for ${stays === 0 ? "good" : `${stays} calls`} (STEPBACK_CRASH_SEED=${seed})`;
  const swapped = await swappedChange();
  swept.prepare(swapped);
  const before = pictureOf(swapped.outside);
  let failure: unknown = null;
  let isSwapped = false;
  await betweenCalls(
    () => swept.work(swapped).catch((error: unknown) => (failure = error)),
    ({ number }) => {
      if (number !== at && !(isSwapped && number === at + stays)) return;
      isSwapped = !isSwapped;
      swapped[isSwapped ? "swap" : "swapBack"]();
    },
  );
  try {
    if (failure !== null) expect(failure).toBeInstanceOf(StepbackError);
    expect(marksBelow(swapped.change.checkpoints.storePath), "what was captured from outside").toEqual([]);
    expect(pictureOf(swapped.outside), "what is outside").toEqual(before);
    if (isSwapped) swapped.swapBack();
    await swept.check(swapped);
    expect((await swapped.change.checkpoints.verify()).isWhole).toBe(true);
    return failure;
  } catch (error) {
    throw new Error(where, { cause: error });
  } finally {
    swapped.remove();
  }
}
