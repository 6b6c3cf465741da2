import { test } from "vitest";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { sweepCreates, sweepRestores } from "../support/races/swap-sweeps.js";

const seed = chooseSeed();

/** A share of the budget of all deep tests. */
const SHARE_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) / 15;

test.each([
  ["create", sweepCreates],
  ["restore", sweepRestores],
])("a folder swapped for a symlink to outside around every call of a %s lets nothing out or in", async (name, sweep) => {
  const { cases, done, refused } = await sweep({ seed, every: 1, deadline: Date.now() + SHARE_SECONDS * 1000 });
  process.stderr.write(`${name}: ${cases} cases, ${done} done, ${refused} refused; STEPBACK_CRASH_SEED=${seed}\n`);
});
