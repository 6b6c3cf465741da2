import { expect, test } from "vitest";
import { requires } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { cutRestoreScene, editedRestoreScene } from "../support/crash/cut-restore-scenes.js";
import { isFlush, isNamingCall, killPointsOf } from "../support/crash/kill-points.js";
import type { Scene } from "../support/crash/scene.js";
import {
  brokenIndexScene,
  cleanScene,
  createScene,
  deleteScene,
  firstCreateScene,
  legacyScene,
  preparedCreateScene,
  restoreAcrossScene,
  restoreScene,
  undoScene,
} from "../support/crash/scenes.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { randomRecovery, sweepKills } from "../support/crash/kill-sweep.js";

// A sample of what test/deep/kill-sweep.deep.test.ts does in full.

const { test: testWithStrace } = requires("strace");
const workerPath = useWorker();
const seed = chooseSeed();
/** Only a hang is cut off: a kill takes a third of a second on an idle core. */
const HANG_MS = 600_000;

testWithStrace(
  "a restore killed on the way leaves the old or the new directory",
  async () => sweepSample(await restoreScene(), { naming: 36, others: 8 }),
  HANG_MS,
);

testWithStrace(
  "an undo killed on the way leaves the old or the new directory",
  async () => sweepSample(await undoScene(), { naming: 6, others: 2 }),
  HANG_MS,
);

testWithStrace(
  "a restore whose store is on another file system leaves the old or the new directory when killed",
  async () => sweepSample(await restoreAcrossScene(), { naming: 10, others: 4 }),
  HANG_MS,
);

testWithStrace(
  "a repair killed on the way can be repeated",
  async () => {
    await sweepSample(await cutRestoreScene(workerPath()), { naming: 10, others: 2 });
    await sweepSample(await editedRestoreScene(workerPath()), { naming: 8, others: 2 });
    await sweepSample(await brokenIndexScene(), { naming: 4, others: 2 });
  },
  HANG_MS,
);

testWithStrace(
  "a create killed on the way leaves a whole checkpoint or none, and never touches the directory",
  async () => {
    await sweepSample(await createScene(), { naming: 15, others: 5 });
    await sweepSample(await preparedCreateScene(), { naming: 12, others: 2 });
    await sweepSample(await firstCreateScene(), { naming: 10, others: 2 });
  },
  HANG_MS,
);

testWithStrace(
  "a cleanup or deletion killed on the way leaves each checkpoint whole or gone",
  async () => {
    await sweepSample(await cleanScene(), { naming: 8, others: 1 });
    await sweepSample(await deleteScene(), { naming: 6, others: 1 });
  },
  HANG_MS,
);

testWithStrace(
  "the adoption of a legacy store killed on the way loses nothing and keeps the original index",
  async () => sweepSample(await legacyScene(), { naming: 6, others: 6 }),
  HANG_MS,
);

test("the same seed makes the same choices", () => {
  const choose = (): number[] => new SeededRandom(7).shuffle([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(choose()).toEqual(choose());
  expect(choose()).not.toEqual(new SeededRandom(8).shuffle([1, 2, 3, 4, 5, 6, 7, 8]));
});

/** Kills at a random choice of a scene's calls, each with a random way of putting things right. */
async function sweepSample(scene: Scene | undefined, size: { naming: number; others: number }): Promise<void> {
  if (scene === undefined) return;
  const random = new SeededRandom(seed);
  const points = random.shuffle((await killPointsOf(scene, workerPath())).filter((point) => !isFlush(point)));
  const naming = points.filter(isNamingCall).slice(0, size.naming);
  const others = points.filter((point) => !isNamingCall(point)).slice(0, size.others);
  const cases = [...naming, ...others].map((point) => ({ scene, point, recovery: randomRecovery(random) }));
  const { killed } = await sweepKills({ workerPath: workerPath(), cases, seed });
  // Counts of plain writes differ a little from run to run, all others do not.
  expect(killed, "kills that came before the end of the job").toBeGreaterThan(cases.length * 0.9);
}
