import { describe, expect } from "vitest";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { requires } from "../support/requirements.js";
import { roundTrip } from "./patch-round-trip.js";

const CASES_AT_ONCE = 80;
const ROUNDS = 2;

describe.each(["git", "patch"] as const)("a patch applied by %s", (by) => {
  requires(by).test("makes the one tree of the other, whatever they hold", async () => {
    const seed = chooseSeed();
    for (let round = 0; round < ROUNDS; round += 1) {
      const trip = await roundTrip(seed + round, CASES_AT_ONCE, by);
      expect(trip.said, `STEPBACK_CRASH_SEED=${seed + round}`).toBe("");
      expect(trip.applied, `STEPBACK_CRASH_SEED=${seed + round}`).toEqual(trip.wanted);
      expect(trip.appliedLive, `STEPBACK_CRASH_SEED=${seed + round}`).toEqual(trip.wanted);
    }
  });
});
