import { expect } from "vitest";
import { APPLIERS, roundTrip } from "../diff/patch-round-trip.js";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { requires } from "../support/requirements.js";

const BUDGET_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300);
const CASES_AT_ONCE = 100;

requires("git", "patch").test("patches between random trees, applied by git and by patch, make the one of the other", async () => {
  const deadline = Date.now() + (BUDGET_SECONDS / 8) * 1000;
  const seed = chooseSeed();
  let rounds = 0;
  for (; rounds < 2 || Date.now() < deadline; rounds += 1) {
    for (const by of Object.keys(APPLIERS) as (keyof typeof APPLIERS)[]) {
      const trip = await roundTrip(seed + rounds, CASES_AT_ONCE, by);
      expect(trip.said, `STEPBACK_CRASH_SEED=${seed + rounds}`).toBe("");
      expect([trip.applied, trip.appliedLive], `STEPBACK_CRASH_SEED=${seed + rounds}`).toEqual([trip.wanted, trip.wanted]);
    }
  }
  process.stderr.write(`${2 * rounds * CASES_AT_ONCE} pairs of trees patched; STEPBACK_CRASH_SEED=${seed}\n`);
});
