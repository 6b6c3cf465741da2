import { expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { createScene, deleteScene, restoreScene } from "../support/crash/scenes.js";
import type { Scene } from "../support/crash/scene.js";
import { SmallDisk, type Limit } from "../support/crash/small-disk.js";

// A sample of what test/deep/faults.deep.test.ts does for every size.

testWith(["root", "tmpfs"], "on a disk with little room a job is done or refused, and either is true", async () => {
  const sizes: Limit[] = [{ pages: 1 }, { pages: 6 }, { pages: 30 }, { pages: 2000 }, { inodes: 1 }, { inodes: 12 }];
  for (const scene of [await restoreScene(), await deleteScene()]) {
    const outcomes = new Set<string>();
    const disk = new SmallDisk();
    for (const size of sizes) outcomes.add(await disk.run(scene, size));
    expect([...outcomes].sort(), scene.name).toEqual(["failed", "finished"]);
  }
});

testWith(["root", "tmpfs"], "a disk that fills up or turns read-only on the way leaves the old or the new state", async () => {
  expect(await countFailed(await createScene(), [{ pages: 1 }])).toBeGreaterThan(1);
  expect(await countFailed(await restoreScene(), [{ inodes: 1 }, "read-only"])).toBeGreaterThan(3);
});

/** From each of the job's looks at the clock on. */
async function countFailed(scene: Scene, limits: readonly Limit[]): Promise<number> {
  const disk = new SmallDisk();
  let failed = 0;
  for (const limit of limits) {
    for (let look = 1, outcome = ""; outcome !== "missed"; look += 1) {
      outcome = await disk.run(scene, limit, look);
      if (outcome === "failed") failed += 1;
    }
  }
  return failed;
}
