import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { assertAftermath, assertCutState } from "../support/crash/aftermath.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { WORKER_NOTE } from "../support/crash/job.js";
import { killPointsOf } from "../support/crash/kill-points.js";
import { BOOT_MS, cutPower, lossesOf, testedFileSystems } from "../support/crash/power-cut.js";
import { sweepPowerCuts } from "../support/crash/power-cut-sweep.js";
import { openPlace, type Place, type Scene } from "../support/crash/scene.js";
import { cleanScene, createScene, deleteScene, firstCreateScene, legacyScene, restoreScene, undoScene } from "../support/crash/scenes.js";
import { tempChange } from "../support/temp-change.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";

const ROOT = new URL("../../", import.meta.url);
const workerPath = useWorker();
const seed = chooseSeed();

/** These show what is missing; the others only what is wrong with them in particular. */
const STRICT: ReadonlySet<string> = new Set(["ext4-plain", "xfs"]);

/** Of files that are old enough the first time to be told to be unchanged later. */
const THRICE = 'sleep 2.1 && "$@" create one -c durability=none && "$@" create two && exec "$@" create three';

/** Only a hang is cut off: each power cut takes half a second on an idle core. */
const HANG_MS = 600_000;

for (const fileSystem of testedFileSystems()) {
  testWith(
    ["root", "loop-mount"],
    `a checkpoint survives a power cut at the moment of exit 0 (${fileSystem})`,
    async () => {
      for (const scene of [await createScene(), await firstCreateScene(), await legacyScene()]) {
        for (const cut of await cutAtExit(scene, ["create", WORKER_NOTE], { isSynced: true })) {
          const { checkpoints } = await (await openPlace(cut)).list();
          expect(checkpoints.map(({ notes }) => notes)).toContain(WORKER_NOTE);
        }
      }
    },
    HANG_MS,
  );

  testWith(
    ["root", "loop-mount"],
    `a checkpoint survives a power cut whatever became of those before it, whose files it shares (${fileSystem})`,
    async () => {
      const scene = await createScene();
      for (const loss of lossesOf(fileSystem)) {
        const command = (place: Place): string[] => stepback(place, ["create", WORKER_NOTE]);
        const { cut } = await cutPower(scene, { fileSystem, loss, isSynced: false, command });
        const checkpoints = await openPlace(cut);
        const { id, notes } = await checkpoints.find("latest");
        expect(notes).toBe(WORKER_NOTE);
        expect(await checkpoints.verify([id])).toMatchObject({ isWhole: true });
      }
    },
    HANG_MS,
  );

  testWith(
    ["root", "loop-mount"],
    `a checkpoint survives a power cut whether what it links to was flushed before or not, at the moment of exit 0 (${fileSystem})`,
    async () => {
      const { directory } = await tempChange({ "a.txt": "a".repeat(5000), "folder/b.txt": "b" });
      const scene = { ...(await firstCreateScene()), template: dirname(directory) };
      for (const loss of lossesOf(fileSystem)) {
        const command = (place: Place): string[] => ["sh", "-c", THRICE, "sh", ...stepback(place, [])];
        const { cut } = await cutPower(scene, { fileSystem, loss, isSynced: false, command });
        const checkpoints = await openPlace(cut);
        const newest = (await checkpoints.list()).checkpoints.slice(-2);
        expect(newest.map(({ notes }) => notes)).toEqual(["two", "three"]);
        expect(await checkpoints.verify(newest.map(({ id }) => id))).toMatchObject({ isWhole: true });
      }
    },
    HANG_MS,
  );

  testWith(
    ["root", "loop-mount"],
    `a restored directory survives a power cut at the moment of exit 0 (${fileSystem})`,
    async () => {
      const restore = await restoreScene();
      await cutAtExit(restore, ["restore", "--yes", restore.job.id ?? ""]);
      await cutAtExit(await undoScene(), ["undo", "--yes"]);
    },
    HANG_MS,
  );

  testWith(
    ["root", "loop-mount"],
    `what was deleted stays away after a power cut at the moment of exit 0 (${fileSystem})`,
    async () => {
      const deletion = await deleteScene();
      await cutAtExit(deletion, ["delete", deletion.job.id ?? "", "--yes"], { isSynced: true });
      await cutAtExit(await cleanScene(), ["clean", "1"], { isSynced: true });
    },
    HANG_MS,
  );

  testWith(
    ["root", "loop-mount", "strace"],
    `a power cut on the way leaves the old or the new state (${fileSystem})`,
    async () => {
      for (const scene of [await createScene(), await restoreScene(), await legacyScene()]) {
        const points = new SeededRandom(seed).shuffle(await killPointsOf(scene, workerPath())).slice(0, STRICT.has(fileSystem) ? 4 : 1);
        const cases = points.map((point, number) => ({
          scene,
          point,
          fileSystem,
          loss: lossesOf(fileSystem)[number % 2] ?? lossesOf(fileSystem)[0],
        }));
        await sweepPowerCuts({ workerPath: workerPath(), cases, seed });
      }
    },
    HANG_MS,
  );

  /** Cuts the power when the installed command line has done its work. Unless told otherwise nothing but that command flushes. */
  async function cutAtExit(scene: Scene, args: readonly string[], { isSynced = false } = {}): Promise<Place[]> {
    const cuts: Place[] = [];
    for (const loss of lossesOf(fileSystem)) {
      const { cut } = await cutPower(scene, { fileSystem, loss, isSynced, command: (place) => stepback(place, args) });
      const checkpoints = await openPlace(cut, { now: () => new Date(Date.now() + BOOT_MS) });
      expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
      await assertCutState(scene, cut, "finished");
      await checkpoints.repair();
      await assertAftermath(scene, cut, "finished");
      cuts.push(cut);
    }
    return cuts;
  }
}

/** The command line as it is installed. */
function stepback({ directory }: Place, args: readonly string[]): string[] {
  const { bin } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8")) as { bin: { stepback: string } };
  return [process.execPath, fileURLToPath(new URL(bin.stepback, ROOT)), "--dir", directory, ...args];
}
