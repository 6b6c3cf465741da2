import { expect } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import { isFlush, isNamingCall, killPointsOf } from "../support/crash/kill-points.js";
import { randomRecovery, sweepKills } from "../support/crash/kill-sweep.js";
import { importScene } from "../support/crash/scenes.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { requires } from "../support/requirements.js";

// A sample; test/deep/kill-sweep.deep.test.ts does all of it.

const workerPath = useWorker();
const seed = chooseSeed();
const HANG_MS = 600_000;

requires("strace").test(
  "an import killed on the way leaves each checkpoint whole or not there, and never touches the directory",
  async () => {
    const scene = await importScene();
    const random = new SeededRandom(seed);
    const points = random.shuffle((await killPointsOf(scene, workerPath())).filter((point) => !isFlush(point)));
    const [naming, others] = [points.filter(isNamingCall).slice(0, 5), points.filter((point) => !isNamingCall(point)).slice(0, 1)];
    const cases = [...naming, ...others].map((point) => ({ scene, point, recovery: randomRecovery(random) }));
    const { killed } = await sweepKills({ workerPath: workerPath(), cases, seed });
    expect(killed, "kills that came before the end of the job").toBeGreaterThan(cases.length * 0.6);
  },
  HANG_MS,
);
