import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { BINARY } from "../end-to-end/command-line.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { isFlush, isNamingCall, killPointsOf } from "../support/crash/kill-points.js";
import { randomRecovery, sweepKills } from "../support/crash/kill-sweep.js";
import { importScene } from "../support/crash/scenes.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { requires } from "../support/requirements.js";
import { tempChange, tempFolder } from "../support/temp-change.js";

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

requires("strace").test("an export killed on the way leaves the file of that name as it was, or none", async () => {
  const change = await tempChange({ "a.txt": "x".repeat(100_000) });
  const { id } = await change.checkpoints.create();
  const folder = tempFolder();
  const output = join(folder, "one.tar");
  const exportKilledAt = (call: string) => {
    const program = [process.execPath, BINARY, "export", id, "-o", output];
    const trace = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL`];
    return spawnSync("strace", [...trace, ...program], { cwd: change.directory });
  };
  const visible = () => readdirSync(folder).filter((name) => !name.startsWith("."));
  for (const call of ["fsync", "rename"]) {
    expect(exportKilledAt(call).status).not.toBe(0);
    expect(visible(), `after a kill at ${call}`).toEqual([]);
  }
  await change.checkpoints.exportArchive([id], { output });
  const was = readFileSync(output);
  exportKilledAt("rename");
  expect(visible()).toEqual(["one.tar"]);
  expect(readFileSync(output).equals(was)).toBe(true);
});
