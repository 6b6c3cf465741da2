import { expect } from "vitest";
import { requires } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { cutRestoreScene } from "../support/crash/cut-restore-scenes.js";
import { faultsOf, isLasting } from "../support/crash/faults.js";
import { sweepFaults, type FaultCase } from "../support/crash/fault-sweep.js";
import type { Scene } from "../support/crash/scene.js";
import { createScene, damagedScene, deleteScene, legacyScene, restoreScene } from "../support/crash/scenes.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";

// A sample of what test/deep/faults.deep.test.ts does in full.

const { test } = requires("strace");
const workerPath = useWorker();
const seed = chooseSeed();
const HANG_MS = 600_000;

test(
  "a call that the system refuses, once or for good, leads to success or to a clear error, and to no half state",
  () => sweepSamples(),
  HANG_MS,
);

async function sweepSamples(): Promise<void> {
  const random = new SeededRandom(seed);
  const cases = [
    ...(await chooseFaults(await restoreScene(), { once: 4, lasting: 4 }, random)),
    ...(await chooseFaults(await createScene(), { once: 3, lasting: 2 }, random)),
    ...(await chooseFaults(await cutRestoreScene(workerPath()), { once: 2, lasting: 1 }, random)),
    ...(await chooseFaults(await legacyScene(), { once: 2, lasting: 1 }, random)),
    ...(await chooseFaults(await deleteScene(), { once: 1, lasting: 1 }, random)),
    ...(await chooseFaults(await damagedScene(), { once: 2, lasting: 0 }, random)),
  ];
  const { failed } = await sweepFaults({ workerPath: workerPath(), cases, seed });
  expect(failed, "jobs that the refusal stopped").toBeGreaterThan(cases.length / 3);
}

async function chooseFaults(scene: Scene, size: { once: number; lasting: number }, random: SeededRandom): Promise<FaultCase[]> {
  const faults = random.shuffle(await faultsOf(scene, workerPath()));
  const chosen = [...faults.filter((fault) => !isLasting(fault)).slice(0, size.once), ...faults.filter(isLasting).slice(0, size.lasting)];
  return chosen.map((fault) => ({ scene, fault, recovery: random.pick(["repair", "next create"]) }));
}
