import { expect, test } from "vitest";
import { testWith } from "../support/requirements.js";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { workUnderExchange } from "../support/races/exchanged-folder.js";
import { sweepCreates, sweepRestores } from "../support/races/swap-sweeps.js";

const seed = chooseSeed();

test("a folder swapped for a symlink to outside, and back, around any call of a create: nothing from outside is captured", async () => {
  const { cases } = await sweepCreates({ seed, every: 80 });
  expect(cases).toBeGreaterThan(10);
});

test("a folder swapped for a symlink to outside, and back, around any call of a restore: nothing outside is touched", async () => {
  const { cases } = await sweepRestores({ seed, every: 200 });
  expect(cases).toBeGreaterThan(10);
});

testWith(
  ["python3"],
  "a folder that another process exchanges for a symlink to outside all the time: nothing goes out or comes in",
  async () => {
    const { done, refused } = await workUnderExchange({ rounds: 3 });
    expect(done + refused).toBe(6);
  },
);
