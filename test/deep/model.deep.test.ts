import { expect, test } from "vitest";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { runModel } from "../support/model/run-model.js";

const BUDGET_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300);
const SEQUENCES_PER_ROUND = 250;

/** At least 2,000 sequences with the default budget, however slow the machine; then more until a fifth of it is used up. */
test("whatever is done to a directory and its store, all is as in a plain model of it", async () => {
  const deadline = Date.now() + (BUDGET_SECONDS / 5) * 1000;
  const rounds = Math.ceil((BUDGET_SECONDS / 300) * 8);
  const seed = chooseSeed();
  const total = { sequences: 0, steps: 0 };
  for (let round = 0; round < rounds || Date.now() < deadline; round += 1) {
    const { sequences, steps } = await runModel({ seed: seed + round, sequences: SEQUENCES_PER_ROUND, maxCommands: 24 });
    total.sequences += sequences;
    total.steps += steps;
  }
  process.stderr.write(`${total.sequences} sequences with ${total.steps} steps against the model; STEPBACK_CRASH_SEED=${seed}\n`);
  expect(total.sequences).toBeGreaterThanOrEqual(rounds * SEQUENCES_PER_ROUND);
});
