import { requires } from "../support/requirements.js";
import { allScenes } from "../support/crash/all-scenes.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { isFlush, isNamingCall, killPointsOf } from "../support/crash/kill-points.js";
import { randomRecovery, sweepKills, type KillCase } from "../support/crash/kill-sweep.js";
import type { KillPoint } from "../support/crash/job.js";
import type { Scene } from "../support/crash/scene.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";

const BUDGET_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300);

const workerPath = useWorker();

requires("strace", "root", "setpriv").test("whatever is killed at whichever call leaves the old or the new state", async () => {
  const deadline = Date.now() + BUDGET_SECONDS * 1000;
  const seed = chooseSeed();
  const random = new SeededRandom(seed);
  const places = await findPlaces();
  const { killed, finished } = await sweepKills({ workerPath: workerPath(), cases: chooseCases(places, random), seed, deadline });
  process.stderr.write(
    `${killed + finished} cases, ${killed} of them killed, at ${places.length} different calls; STEPBACK_CRASH_SEED=${seed}\n`,
  );
});

interface KillPlace {
  scene: Scene;
  point: KillPoint;
}

async function findPlaces(): Promise<KillPlace[]> {
  const places: KillPlace[] = [];
  for (const scene of await allScenes(workerPath())) {
    const points = (await killPointsOf(scene, workerPath())).filter((point) => !isFlush(point));
    places.push(...points.map((point) => ({ scene, point })));
  }
  return places;
}

/**
 * First every call of a restore that makes, moves or removes a name, so that each run has them; then every call once, and again and
 * again, each time put right in another way.
 */
function* chooseCases(places: readonly KillPlace[], random: SeededRandom): Generator<KillCase> {
  const first = places.filter(({ scene, point }) => scene.name === "restore" && isNamingCall(point));
  for (const place of first) yield { ...place, recovery: randomRecovery(random) };
  for (;;) for (const place of random.shuffle(places)) yield { ...place, recovery: randomRecovery(random) };
}
