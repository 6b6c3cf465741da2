import { expect, test } from "vitest";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { sweepCreates, sweepRestores } from "../support/races/swap-sweeps.js";

const seed = chooseSeed();

test("a folder swapped for a symlink to outside, and back, around any call of a create: nothing from outside is captured", async () => {
  const { cases } = await sweepCreates({ seed, every: 40 });
  expect(cases).toBeGreaterThan(20);
});

test("a folder swapped for a symlink to outside, and back, around any call of a restore: nothing outside is touched", async () => {
  const { cases } = await sweepRestores({ seed, every: 90 });
  expect(cases).toBeGreaterThan(20);
});
