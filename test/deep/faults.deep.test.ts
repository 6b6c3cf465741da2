import { join } from "node:path";
import { requires, testWith } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";
import { allScenes } from "../support/crash/all-scenes.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { cutRestoreScene } from "../support/crash/cut-restore-scenes.js";
import { runWithDescriptors } from "../support/crash/failing-runs.js";
import { faultsOf } from "../support/crash/faults.js";
import { assertFaultHandled, sweepFaults, type CodeCounts, type FaultCase } from "../support/crash/fault-sweep.js";
import { clearAway, jobAt, layOut, startOf } from "../support/crash/scene.js";
import {
  cleanScene,
  createScene,
  damagedScene,
  firstCreateScene,
  legacyScene,
  restoreScene,
  undoScene,
  verifyScene,
} from "../support/crash/scenes.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { SmallDisk, type Limit } from "../support/crash/small-disk.js";

const BUDGET_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300);

const workerPath = useWorker();
const seed = chooseSeed();

requires("strace", "root", "setpriv").test(
  "whatever call is refused, once or for good, leaves the old or the new state and a true report",
  async () => {
    const deadline = deadlineIn(0.27);
    const random = new SeededRandom(seed);
    const faults = await findFaults();
    const codes: CodeCounts = new Map();
    const cases = (function* chooseCases(): Generator<FaultCase> {
      for (;;) for (const one of random.shuffle(faults)) yield { ...one, recovery: random.pick(["repair", "next create"]) };
    })();
    const result = await sweepFaults({ workerPath: workerPath(), cases, seed, deadline, codes });
    const told = [...codes].map(([code, times]) => `${code} ${times}`).sort((one, other) => one.localeCompare(other));
    say(
      `${result.failed + result.finished} refused calls of ${faults.length}, ${result.failed} of them stopped the job; ${told.join(", ")}`,
    );
  },
);

testWith(
  ["root", "tmpfs"],
  "disks of every size and number of inodes, and those that fill up on the way, lead to no half state",
  async () => {
    const deadline = deadlineIn(0.08);
    const random = new SeededRandom(seed);
    const scenes = [
      await createScene(),
      await firstCreateScene(),
      await restoreScene(),
      await undoScene(),
      await cleanScene(),
      await legacyScene(),
    ];
    const cases = scenes.flatMap((scene) => limits().map((limit) => ({ scene, limit })));
    const disk = new SmallDisk();
    const counts = { killed: 0, finished: 0, failed: 0, missed: 0 };
    for (const { scene, limit } of random.shuffle(cases)) {
      if (Date.now() > deadline) break;
      for (const look of [0, 1 + Math.floor(random.next() * 6)]) counts[await disk.run(scene, limit, look)] += 1;
    }
    say(`${counts.failed + counts.finished} small disks, ${counts.failed} of them too small`);
  },
);

requires("prlimit").test("with however few open files a job is done or refused, and leaves no half state", async () => {
  const deadline = deadlineIn(0.05);
  const random = new SeededRandom(seed);
  const scenes = [await createScene(), await restoreScene(), await undoScene(), await cutRestoreScene(workerPath()), await cleanScene()];
  const cases = scenes.flatMap((scene) => Array.from({ length: 28 }, (_, count) => ({ scene, count })));
  const folder = tempFolder();
  let done = 0;
  for (const { scene, count } of random.shuffle(cases)) {
    if (Date.now() > deadline) break;
    const place = layOut(scene, join(folder, String((done += 1))));
    const end = await runWithDescriptors(startOf(scene, workerPath()), jobAt(scene, place), count);
    await assertFaultHandled(scene, place, { end, error: "EMFILE", recovery: "repair" });
    clearAway(place);
  }
  say(`${done} jobs with few open files`);
});

/** In room for a share of the time that all deep tests are given. */
function deadlineIn(share: number): number {
  return Date.now() + BUDGET_SECONDS * share * 1000;
}

async function findFaults(): Promise<Omit<FaultCase, "recovery">[]> {
  const scenes = [...(await allScenes(workerPath())), await verifyScene(), await damagedScene()];
  const faults: Omit<FaultCase, "recovery">[] = [];
  for (const scene of scenes) {
    for (const fault of await faultsOf(scene, workerPath())) faults.push({ scene, fault });
  }
  return faults;
}

function limits(): Limit[] {
  const pages = [...Array.from({ length: 40 }, (_, count) => count), ...Array.from({ length: 40 }, (_, count) => 40 + count * 16)];
  return ["read-only", ...pages.map((count) => ({ pages: count })), ...Array.from({ length: 70 }, (_, count) => ({ inodes: count }))];
}

function say(line: string): void {
  process.stderr.write(`${line}; STEPBACK_CRASH_SEED=${seed}\n`);
}
