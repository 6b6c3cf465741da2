import { testWith } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { cutRestoreScene, editedRestoreScene } from "../support/crash/cut-restore-scenes.js";
import { killPointsOf } from "../support/crash/kill-points.js";
import { lossesOf, testedFileSystems, type FileSystem } from "../support/crash/power-cut.js";
import { sweepPowerCuts, type PowerCutCase } from "../support/crash/power-cut-sweep.js";
import type { Scene } from "../support/crash/scene.js";
import {
  brokenIndexScene,
  cleanScene,
  createScene,
  deleteScene,
  firstCreateScene,
  legacyScene,
  restoreScene,
  undoScene,
} from "../support/crash/scenes.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";

const BUDGET_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300);

const workerPath = useWorker();

testWith(["strace", "root", "loop-mount"], "a power cut at whichever call leaves the old or the new state", async () => {
  const deadline = Date.now() + BUDGET_SECONDS * 1000;
  const seed = chooseSeed();
  const random = new SeededRandom(seed);
  const places = await findPlaces(testedFileSystems());
  const cases = (function* chooseCases(): Generator<PowerCutCase> {
    for (;;) yield* random.shuffle(places);
  })();
  const { killed, finished } = await sweepPowerCuts({ workerPath: workerPath(), cases, seed, deadline });
  process.stderr.write(`${killed + finished} power cuts, of ${places.length} different ones; STEPBACK_CRASH_SEED=${seed}\n`);
});

async function findPlaces(fileSystems: readonly FileSystem[]): Promise<PowerCutCase[]> {
  const scenes: Scene[] = [
    await restoreScene(),
    await undoScene(),
    await cutRestoreScene(workerPath()),
    await editedRestoreScene(workerPath()),
    await brokenIndexScene(),
    await createScene(),
    await firstCreateScene(),
    await cleanScene(),
    await deleteScene(),
    await legacyScene(),
  ];
  const places: PowerCutCase[] = [];
  for (const scene of scenes) {
    const points = await killPointsOf(scene, workerPath());
    for (const fileSystem of fileSystems) {
      for (const loss of lossesOf(fileSystem)) places.push(...points.map((point) => ({ scene, point, fileSystem, loss })));
    }
  }
  return places;
}
