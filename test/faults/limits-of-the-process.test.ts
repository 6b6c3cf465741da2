import { join } from "node:path";
import { expect } from "vitest";
import { requires } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { runWithDescriptors, runWithFileSize } from "../support/crash/failing-runs.js";
import { assertFaultHandled } from "../support/crash/fault-sweep.js";
import type { WorkerEnd } from "../support/crash/run-worker.js";
import { jobAt, layOut, startOf, type Place, type Scene } from "../support/crash/scene.js";
import { createScene, restoreScene } from "../support/crash/scenes.js";

const { test } = requires("prlimit");
const workerPath = useWorker();

test("with few files that may be open a restore is done, or refused before anything is changed", async () => {
  const scene = await restoreScene();
  const ends = await runEach(scene, [0, 6, 10, 14, 18, 40], (place, count) =>
    runWithDescriptors(startOf(scene, workerPath()), jobAt(scene, place), count),
  );
  expect(new Set(ends)).toEqual(new Set(["STORE_UNUSABLE", "CONFIG_INVALID", "done"].filter((one) => ends.includes(one))));
  expect(ends[0]).not.toBe("done");
  expect(ends.at(-1)).toBe("done");
});

// The write that reaches the limit is a real short one: a part of the bytes is written.
test("short writes are gone on with, and the file that cannot grow is reported", async () => {
  const scene = await createScene();
  const sizes = [100, 5000, 700_000, 2_000_000];
  const ends = await runEach(scene, sizes, (place, bytes) => runWithFileSize(startOf(scene, workerPath()), jobAt(scene, place), bytes));
  expect(ends).toEqual(["STORE_UNUSABLE", "UNSUPPORTED", "UNSUPPORTED", "done"]);
});

async function runEach(
  scene: Scene,
  limits: readonly number[],
  run: (place: Place, limit: number) => Promise<WorkerEnd>,
): Promise<string[]> {
  const folder = tempFolder();
  const ends: string[] = [];
  for (const limit of limits) {
    const place = layOut(scene, join(folder, String(limit)));
    const end = await run(place, limit);
    await assertFaultHandled(scene, place, { end, error: "EMFILE", recovery: "repair" });
    ends.push(end.report !== null && "error" in end.report ? end.report.error.code : "done");
  }
  return ends;
}
