import { join } from "node:path";
import { expect } from "vitest";
import { requires } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { runWithFailedFlushes } from "../support/crash/failing-runs.js";
import { assertFaultHandled } from "../support/crash/fault-sweep.js";
import { jobAt, layOut, lookAt, openPlace, startOf, type Scene } from "../support/crash/scene.js";
import { largerCreateScene, restoreScene } from "../support/crash/scenes.js";

const { test } = requires("strace");
const workerPath = useWorker();

test("a create whose flush fails makes no checkpoint", async () => {
  const { scene, place, end, checkpoints } = await runFailing(await largerCreateScene(), [1]);
  expect(end.report).toMatchObject({ error: { code: "STORE_UNUSABLE" } });
  expect((await checkpoints.list()).checkpoints.map(({ id }) => id)).toEqual(scene.keeps);
  await assertFaultHandled(scene, place, { end, error: "EIO", recovery: "repair" });
});

test("a restore whose backup cannot be flushed changes nothing", async () => {
  const { scene, place, end } = await runFailing(await restoreScene(), [1]);
  expect(end.report).toMatchObject({ error: { code: "STORE_UNUSABLE" } });
  expect(lookAt(scene, place)).toEqual(scene.before);
  await assertFaultHandled(scene, place, { end, error: "EIO", recovery: "repair" });
});

// The system tells of a failed write once: the next flush succeeds though the bytes were never written.
test("a restore whose last flush fails is undone, and never taken for done by a later flush", async () => {
  const { scene, place, end, checkpoints } = await runFailing(await restoreScene(), [2]);
  expect(end.report).toMatchObject({ error: { code: "STORE_UNUSABLE" } });
  expect(lookAt(scene, place)).toEqual(scene.before);
  expect(await checkpoints.status()).toMatchObject({ unfinishedRestore: null });
  await assertFaultHandled({ ...scene, allowed: [scene.before] }, place, { end, error: "EIO", recovery: "repair" });
});

test("a restore that can neither be flushed nor undone says so, and the next command undoes it", async () => {
  const { scene, place, end, checkpoints } = await runFailing(await restoreScene(), [2, 3]);
  expect(end.report).toMatchObject({ error: { code: "RESTORE_UNFINISHED", exitStatus: 12 } });
  expect(await checkpoints.repair()).toMatchObject({ finishedRestores: [{ target: scene.job.id, result: "rolled_back" }] });
  expect(lookAt(scene, place)).toEqual(scene.before);
});

async function runFailing(scene: Scene, flushes: readonly number[]) {
  const place = layOut(scene, join(tempFolder(), "failing"));
  const end = await runWithFailedFlushes(startOf(scene, workerPath()), jobAt(scene, place), flushes);
  return { scene, place, end, checkpoints: await openPlace(place) };
}
