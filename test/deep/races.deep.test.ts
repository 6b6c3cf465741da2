import { expect, test } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { breakLocks } from "../support/races/break-locks.js";
import { runCrowd } from "../support/races/crowd.js";
import { runHammered, type Disk } from "../support/races/run-racy.js";
import { testWith, type Requirement } from "../support/requirements.js";

/** All of the races take about a third of the budget of the deep tests. */
const BUDGET_MS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) * 1000;

const seed = chooseSeed();
const crowdPath = useWorker(new URL("../support/races/crowd-worker.ts", import.meta.url));

const breakerPath = useWorker(new URL("../support/races/breaker.ts", import.meta.url));
const racyPath = useWorker(new URL("../support/races/racy-worker.ts", import.meta.url));

const DISKS: [Disk, Requirement[]][] = [
  ["temporary folder", ["python3"]],
  ["ext4-seconds", ["python3", "loop-mount"]],
];

test("fifty processes do everything to one store at once, a third of them killed on the way, and all is explained", async () => {
  const random = new SeededRandom(seed);
  const deadline = Date.now() + BUDGET_MS / 15;
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

test("of two, and of twenty breakers of one stale lock exactly one wins, each time", async () => {
  for (const breakers of [2, 20]) {
    const { rounds, wrong } = await breakLocks(breakerPath(), { breakers, rounds: Infinity, deadline: Date.now() + BUDGET_MS / 100 });
    expect(wrong).toEqual([]);
    process.stderr.write(`${breakers} breakers: ${rounds} rounds\n`);
  }
});

for (const [disk, needs] of DISKS) {
  testWith(needs, `what is captured of files that are hammered on was there at one moment, or is named (${disk})`, async () => {
    const length = { rounds: 1e9, deadline: Date.now() + BUDGET_MS / 60, seed };
    const { looked, unstable, wrong } = await runHammered(racyPath(), disk, length);
    expect(wrong).toEqual([]);
    process.stderr.write(`${disk}: ${looked} files captured under the hammer, ${unstable} named as unstable\n`);
  });
}
