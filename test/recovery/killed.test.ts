import { join } from "node:path";
import { expect } from "vitest";
import { requires } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { isFlush, isNamingCall, killPointsOf } from "../support/crash/kill-points.js";
import type { KillPoint } from "../support/crash/job.js";
import { RECOVERED_TASK } from "../support/crash/operations.js";
import { runKilled } from "../support/crash/run-worker.js";
import { jobAt, layOut, lookAt, openPlace, startOf, type Scene } from "../support/crash/scene.js";
import { recoverScene } from "../support/crash/scenes.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { tempFolder } from "../support/temp-change.js";

const { test: testWithStrace } = requires("strace");
const workerPath = useWorker();
const seed = chooseSeed();

testWithStrace(
  "a recovery killed on the way is on record as what it was: done with the files of the target, or not with those of before",
  async () => {
    const scene = await recoverScene();
    const random = new SeededRandom(seed);
    const points = (await killPointsOf(scene, workerPath())).filter((point) => !isFlush(point));
    // The first ones put the intention in place, the last ones the restore's record and the end.
    const renames = points.filter(({ call }) => call.startsWith("rename"));
    const chosen = [...renames.slice(0, 3), ...renames.slice(-5), ...random.shuffle(points.filter(isNamingCall)).slice(0, 2)];
    const seen = new Set<boolean>();
    for (const [number, point] of chosen.entries()) {
      seen.add(await killAndLook(scene, point, { folder: join(tempFolder(), String(number)), random }));
    }
    expect(seen.size, "both ends are reached").toBe(2);
  },
  120_000,
);

/** Gives whether the recovery was done in the end. */
async function killAndLook(scene: Scene, point: KillPoint, { folder, random }: { folder: string; random: SeededRandom }): Promise<boolean> {
  const place = layOut(scene, folder);
  await runKilled(startOf(scene, workerPath()), jobAt(scene, place), point);
  const checkpoints = await openPlace(place);
  await (random.next() < 0.5 ? checkpoints.repair() : checkpoints.create());
  const isDone = JSON.stringify(lookAt(scene, place)) === JSON.stringify(scene.after);
  const why = `seed ${seed}, killed before ${point.detail}`;
  if (!isDone) expect(lookAt(scene, place), why).toEqual(scene.before);
  const task = await checkpoints.tasks.find(RECOVERED_TASK);
  const results = task?.recoveries.map(({ result }) => result);
  if (isDone) expect({ results, state: task?.state }, why).toEqual({ results: ["restored"], state: "not_started" });
  else expect([[], ["failed"]], why).toContainEqual(results);
  // Whatever was left open, the next one goes through, and counts what was really done.
  const again = await checkpoints.recover({ taskId: RECOVERED_TASK, error: "implementation" });
  expect(again, why).toMatchObject({ recovered: true, rollbacks: isDone ? 2 : 1 });
  expect(lookAt(scene, place), why).toEqual(scene.after);
  return isDone;
}
