import { test } from "vitest";
import { testWith } from "../support/requirements.js";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { workUnderExchange } from "../support/races/exchanged-folder.js";
import { sweepCreates, sweepRestores } from "../support/races/swap-sweeps.js";

const seed = chooseSeed();

/** A share of the budget of all deep tests. */
const SHARE_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) / 25;

test.each([
  ["create", sweepCreates],
  ["restore", sweepRestores],
])("a folder swapped for a symlink to outside around every call of a %s lets nothing out or in", async (name, sweep) => {
  const { cases, done, refused } = await sweep({ seed, every: 1, deadline: Date.now() + SHARE_SECONDS * 1000 });
  process.stderr.write(`${name}: ${cases} cases, ${done} done, ${refused} refused; STEPBACK_CRASH_SEED=${seed}\n`);
});

testWith(["python3"], "a folder that another process exchanges for a symlink to outside all the time lets nothing out or in", async () => {
  const { done, refused } = await workUnderExchange({ rounds: 1e9, deadline: Date.now() + SHARE_SECONDS * 1000 });
  process.stderr.write(`under exchange: ${done} done, ${refused} refused\n`);
});
