import { expect } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { runHammered, runTornReads, type Disk } from "../support/races/run-racy.js";
import { testWith, type Requirement } from "../support/requirements.js";

const seed = chooseSeed();
const workerPath = useWorker(new URL("../support/races/racy-worker.ts", import.meta.url));

const DISKS: [Disk, Requirement[]][] = [
  ["temporary folder", ["python3"]],
  ["ext4-seconds", ["python3", "loop-mount"]],
];

for (const [disk, needs] of DISKS) {
  testWith(needs, `what is captured of files that are hammered on was there at one moment, or is named (${disk})`, async () => {
    const { looked, wrong } = await runHammered(workerPath(), disk, { rounds: 12, seed });
    expect({ isEnough: looked > 12, wrong }).toEqual({ isEnough: true, wrong: [] });
  });
}

testWith(
  ["loop-mount"],
  "a file that is overwritten while it is read, within one tick of its times, is old or new, never both",
  async () => {
    const { looked, wrong } = await runTornReads(workerPath(), "ext4-seconds", { rounds: 4, seed });
    expect({ looked, wrong }).toEqual({ looked: 4, wrong: [] });
  },
);
