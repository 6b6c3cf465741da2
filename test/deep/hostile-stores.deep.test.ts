import { expect } from "vitest";
import { requires } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { COMMANDS } from "../support/hostile/commands.js";
import { HOSTILITIES } from "../support/hostile/hostilities.js";
import { runHostileCases } from "../support/hostile/run-hostile-cases.js";
import { randomForgery } from "../support/hostile/random-forgery.js";

/** A fifth of the time: half for the known ways, half for ways that nobody has thought of. */
const PART_MS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) * 100;

const workerPath = useWorker(new URL("../support/hostile/worker.ts", import.meta.url));
const seed = chooseSeed();

requires("root", "access-times", "strace").test(
  "every command on every hostile store does no harm, and opens nothing outside",
  async () => {
    const all = HOSTILITIES.flatMap((hostility) => COMMANDS.map((command) => ({ hostility, command })));
    const cases = new SeededRandom(seed).shuffle(all);
    const { harm, ran } = await runHostileCases(cases, { workerPath: workerPath(), isTraced: true, deadline: Date.now() + PART_MS });
    process.stderr.write(`${ran} of ${all.length} commands on hostile stores; STEPBACK_CRASH_SEED=${seed}\n`);
    expect(harm, `STEPBACK_CRASH_SEED=${seed}`).toEqual([]);
  },
);

requires("root", "access-times").test("documents in which anything became anything else do no harm", async () => {
  const random = new SeededRandom(seed);
  const cases = (function* chooseCases() {
    for (let number = 1; ; number += 1)
      yield { hostility: randomForgery(random, number), command: random.pick([...COMMANDS] as [(typeof COMMANDS)[0]]) };
  })();
  const { harm, ran } = await runHostileCases(cases, { workerPath: workerPath(), deadline: Date.now() + PART_MS });
  process.stderr.write(`${ran} commands on stores with a forged document; STEPBACK_CRASH_SEED=${seed}\n`);
  expect(harm, `STEPBACK_CRASH_SEED=${seed}`).toEqual([]);
});
