import { expect, test } from "vitest";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { runRandomStore } from "../support/retention/random-store.js";

const STORES = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) >= 300 ? 500 : 50;

const seed = chooseSeed();

test(`clean --dry-run is what clean does, in ${STORES} random stores`, async () => {
  const random = new SeededRandom(seed);
  for (let store = 0; store < STORES; store += 1) await runRandomStore(random, `STEPBACK_CRASH_SEED=${seed} store ${store}`);
  process.stderr.write(`cleaned: ${STORES} stores; STEPBACK_CRASH_SEED=${seed}\n`);
  expect(STORES).toBeGreaterThan(0);
});
