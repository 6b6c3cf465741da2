import { expect, test } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { runCrowd } from "../support/races/crowd.js";

const seed = chooseSeed();
const workerPath = useWorker(new URL("../support/races/crowd-worker.ts", import.meta.url));

test(`many processes do everything to one store at once, some killed on the way, and all is explained (seed ${seed})`, async () => {
  const { done } = await runCrowd(workerPath(), { seed, processes: 10, operations: 3 });
  expect(done).toBeGreaterThan(0);
});
