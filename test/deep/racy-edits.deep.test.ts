import { expect } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { runSameSizeEdits, type Disk } from "../support/races/run-racy.js";
import { testWith, type Requirement } from "../support/requirements.js";

/** Of four tests, each; together a tenth of the budget of the deep tests. */
const SHARE_MS = (Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) * 1000) / 40;

const seed = chooseSeed();
const workerPath = useWorker(new URL("../support/races/racy-worker.ts", import.meta.url));

const CASES: { disk: Disk; needs: Requirement[]; restoresTimes?: boolean; isStoreElsewhere?: boolean }[] = [
  { disk: "ext4-seconds", needs: ["loop-mount"] },
  { disk: "exfat", needs: ["exfat"] },
  { disk: "exfat", needs: ["exfat"], isStoreElsewhere: true },
  { disk: "ext4-seconds", needs: ["loop-mount"], restoresTimes: true },
];

for (const { needs, disk, ...edits } of CASES) {
  const how = `${edits.restoresTimes === true ? ", with the time put back," : ""} on ${disk}${edits.isStoreElsewhere === true ? ", the store elsewhere" : ""}`;
  testWith(needs, `no edit of the same size within one tick is missed${how}`, async () => {
    const { looked, wrong } = await runSameSizeEdits(workerPath(), disk, { ...edits, rounds: 1e9, deadline: Date.now() + SHARE_MS, seed });
    expect(wrong).toEqual([]);
    process.stderr.write(`${looked} edits${how}; STEPBACK_CRASH_SEED=${seed}\n`);
  });
}
