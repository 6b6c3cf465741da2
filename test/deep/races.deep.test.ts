import { expect, test } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { runCrowd } from "../support/races/crowd.js";

/** All of the races take about a third of the budget of the deep tests. */
const BUDGET_MS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) * 1000;

const seed = chooseSeed();
const crowdPath = useWorker(new URL("../support/races/crowd-worker.ts", import.meta.url));

test("fifty processes do everything to one store at once, a third of them killed on the way, and all is explained", async () => {
  const random = new SeededRandom(seed);
  const deadline = Date.now() + BUDGET_MS / 10;
  const total = { crowds: 0, done: 0, refused: 0, killed: 0 };
  for (let crowdSeed = seed; total.crowds === 0 || Date.now() < deadline; crowdSeed = 1 + Math.floor(random.next() * 1e9)) {
    const counts = await runCrowd(crowdPath(), { seed: crowdSeed, processes: 50, operations: 5 }).catch((error: unknown) => {
      throw new Error(`STEPBACK_CRASH_SEED=${crowdSeed}`, { cause: error });
    });
    total.crowds += 1;
    for (const kind of ["done", "refused", "killed"] as const) total[kind] += counts[kind];
  }
  process.stderr.write(`crowds: ${JSON.stringify(total)}; STEPBACK_CRASH_SEED=${seed}\n`);
  expect(total.killed).toBeGreaterThan(0);
});
