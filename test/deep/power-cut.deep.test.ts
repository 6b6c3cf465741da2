import { testWith } from "../support/requirements.js";
import { plainScenes } from "../support/crash/all-scenes.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { killPointsOf } from "../support/crash/kill-points.js";
import { lossesOf, testedFileSystems, type FileSystem } from "../support/crash/power-cut.js";
import { sweepPowerCuts, type PowerCutCase } from "../support/crash/power-cut-sweep.js";
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
  const places: PowerCutCase[] = [];
  for (const scene of await plainScenes(workerPath())) {
    const points = await killPointsOf(scene, workerPath());
    for (const fileSystem of fileSystems) {
      for (const loss of lossesOf(fileSystem)) places.push(...points.map((point) => ({ scene, point, fileSystem, loss })));
    }
  }
  return places;
}
