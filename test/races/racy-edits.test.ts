import { expect } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { runEditsUnderRestore, runSameSizeEdits } from "../support/races/run-racy.js";
import { testWith } from "../support/requirements.js";

const seed = chooseSeed();
const workerPath = useWorker(new URL("../support/races/racy-worker.ts", import.meta.url));

testWith(["loop-mount"], "edits of the same size are seen where time stamps hold whole seconds", async () => {
  const { looked, wrong } = await runSameSizeEdits(workerPath(), "ext4-seconds", { rounds: 25, seed });
  expect({ isEnough: looked > 150, wrong }).toEqual({ isEnough: true, wrong: [] });
});

testWith(["loop-mount"], "edits of the same size that put the time back are seen by the change time", async () => {
  const { looked, wrong } = await runSameSizeEdits(workerPath(), "temporary folder", { rounds: 15, seed, restoresTimes: true });
  expect({ isEnough: looked > 150, wrong }).toEqual({ isEnough: true, wrong: [] });
});

testWith(["exfat"], "edits of the same size are seen on FUSE with whole seconds and without change times", async () => {
  const { looked, wrong } = await runSameSizeEdits(workerPath(), "exfat", { rounds: 12, seed });
  expect({ isEnough: looked > 120, wrong }).toEqual({ isEnough: true, wrong: [] });
});

testWith(
  ["loop-mount"],
  "an edit of the same size between a restore's plan and its work is a conflict where time stamps hold whole seconds",
  async () => {
    const { looked, wrong } = await runEditsUnderRestore(workerPath(), "ext4-seconds", { rounds: 5, seed });
    expect({ looked, wrong }).toEqual({ looked: 5, wrong: [] });
  },
);
