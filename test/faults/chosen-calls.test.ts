import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { requires } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { cutRestoreScene, editedRestoreScene } from "../support/crash/cut-restore-scenes.js";
import { faultsOf, isLasting } from "../support/crash/faults.js";
import { assertFaultHandled, runRefused } from "../support/crash/fault-sweep.js";
import { layOut, openPlace, type Scene } from "../support/crash/scene.js";
import { createScene, deleteScene } from "../support/crash/scenes.js";

// Refusals that once had a worse end than an error.

const { test } = requires("strace");
const workerPath = useWorker();

test("a file that cannot be read to its end leaves nothing of itself in the checkpoint", async () => {
  const { scene, place, end } = await runWith(await createScene(), "EIO", /^pread64\(\d+<.*\/large\.bin>, .* 655360\)/);
  const unreadable = { path: "large.bin", reason: "unreadable", detail: "EIO" };
  expect(end.report).toMatchObject({ result: { uncaptured: expect.arrayContaining([unreadable]) as unknown } });
  await assertFaultHandled(scene, place, { end, error: "EIO", recovery: "repair" });
});

test("a deletion that the index cannot be told of deletes nothing", async () => {
  const { scene, place, end } = await runWith(await deleteScene(), "ENOSPC", /^rename\(".*\/state\.json\.tmp-\w+", ".*\/state\.json"\)/);
  expect(end.report).toMatchObject({ error: { code: "NO_SPACE", exitStatus: 17 } });
  const checkpoints = await openPlace(place);
  expect((await checkpoints.find(scene.job.id ?? "")).id).toBe(scene.job.id);
  expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
  await checkpoints.repair();
  expect((await checkpoints.find(scene.job.id ?? "")).id).toBe(scene.job.id);
});

test("what a repair cannot look at or read for a moment is neither taken for none nor moved away", async () => {
  const scene = await cutRestoreScene(workerPath());
  const refuse = await refusalsOf(scene);
  const hidden = await refuse("EIO", /^(statx|access)\(.*\/restore-\w+\/journal\.json"/);
  const shortage = await refuse("EMFILE", /^openat\(.*\/journal\.json", O_RDONLY/);
  for (const { place, end } of [hidden, shortage]) {
    expect(end.report).toMatchObject({ error: { code: "STORE_UNUSABLE" } });
    expect((await (await openPlace(place)).status()).unfinishedRestore).not.toBeNull();
    await assertFaultHandled(scene, place, { end, error: "EIO", recovery: "repair" });
  }
  const { place, end } = await refuse("EIO", /^openat\(.*\/state\.json", O_RDONLY/);
  expect(end.report).toMatchObject({ result: { isUndone: false } });
  expect(existsSync(join(place.storePath, "state.json.broken"))).toBe(false);
});

test("a restore whose end cannot be made durable has not ended", async () => {
  const scene = await editedRestoreScene(workerPath());
  const { place, end } = await runWith(scene, "EIO", /^openat\(.*\/restore-\w+", O_RDONLY\|O_CLOEXEC\|O_DIRECTORY/, "last");
  expect(end.report).toMatchObject({ error: { code: "RESTORE_UNFINISHED", exitStatus: 12 } });
  expect((await (await openPlace(place)).status()).unfinishedRestore).not.toBeNull();
  await assertFaultHandled(scene, place, { end, error: "EIO", recovery: "next create" });
});

test("a full quota is no space", async () => {
  const { scene, place, end } = await runWith(await createScene(), "EDQUOT", /^rename\(".*\/snapshot"/);
  expect(end.report).toMatchObject({ error: { code: "NO_SPACE", exitStatus: 17 } });
  await assertFaultHandled(scene, place, { end, error: "EDQUOT", recovery: "next create" });
});

async function runWith(scene: Scene, error: string, call: RegExp, which: "first" | "last" = "first") {
  return { scene, ...(await (await refusalsOf(scene))(error, call, which)) };
}

/** Gives what refuses the first or last call of a scene's job that looks so, once. */
async function refusalsOf(scene: Scene) {
  const faults = (await faultsOf(scene, workerPath())).filter((fault) => !isLasting(fault));
  return async (error: string, call: RegExp, which: "first" | "last" = "first") => {
    const like = faults.filter((one) => one.error === error && call.test(one.point.detail));
    const fault = which === "first" ? like[0] : like.at(-1);
    if (fault === undefined) throw new Error(`no such call: ${call.source}`);
    // Which of many like calls it is may differ from run to run, by a wait more or less.
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const place = layOut(scene, join(tempFolder(), "refused"));
      const end = await runRefused(scene, place, { fault, workerPath: workerPath(), looks: call });
      if (end !== null) return { place, end };
    }
    throw new Error("the call did not come");
  };
}
