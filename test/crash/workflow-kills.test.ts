import { expect, test } from "vitest";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { useWorker } from "../support/crash/bundle-worker.js";
import { workerCommand } from "../support/crash/run-worker.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { sweepWorkflowKills, workflowKillPoints } from "../support/crash/workflow-kills.js";
import { requires } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

// A sample of what test/deep/workflow-kills.deep.test.ts does in full.

const CASES = 4;
const HANG_MS = 600_000;

const workerPath = useWorker();
const seed = chooseSeed();

requires("strace").test(
  "a workflow whose runner is killed anywhere is completed by the next run, each step's effects exactly once",
  async () => {
    const random = new SeededRandom(seed);
    const points = random.shuffle(await workflowKillPoints(workerPath()));
    expect(points.length).toBeGreaterThan(200);
    // Between a command's effects and the record of them.
    const isOfRecord = ({ call, detail }: (typeof points)[number]): boolean => call === "rename" && detail.includes("workflow.json.tmp-");
    const renames = points.filter(isOfRecord).slice(0, CASES / 2);
    const others = points.filter((point) => !isOfRecord(point)).slice(0, CASES / 2);
    const { killed } = await sweepWorkflowKills({ workerPath: workerPath(), cases: [...renames, ...others].map((point) => [point]), seed });
    expect(killed).toBeGreaterThanOrEqual(CASES / 2);
  },
  HANG_MS,
);

/** The command kills its runner, lives on until it is let go, and then writes once more. */
const ORPHAN = `id: orphan
steps:
  - name: Kills
    run: |
      echo early >> log.txt
      test -e ../go && exit 0
      kill -9 $PPID
      touch ../orphaned
      while test ! -e ../go; do sleep 0.02; done
      echo late >> log.txt
  - name: Next
    run: echo next >> log.txt
`;

async function orphaned() {
  const change = await tempChange({ "stepback.workflow.yaml": ORPHAN });
  const [program, ...args] = workerCommand({ workerPath: workerPath() }, { operation: "workflow", directory: change.directory });
  const child = spawn(program, args, { stdio: "ignore" });
  const [, signal] = (await once(child, "exit")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  while (!existsSync(join(change.directory, "../orphaned"))) await sleep(5);
  return { ...change, letGo: () => change.edit({ "../go": "" }) };
}

test("a command that outlived its killed runner is not run beside, and what it writes late is rolled back too", async () => {
  const change = await orphaned();
  const { workflow } = change.checkpoints;
  try {
    expect((await workflow.status()).steps[0]).toMatchObject({ status: "interrupted" });
    for (const act of [
      () => workflow.resume(),
      () => workflow.run({ keepPartial: true }),
      () => workflow.run({ from: 1 }),
      () => workflow.run({ restart: true }),
      () => change.checkpoints.recover({ step: 1, error: "implementation" }),
    ]) {
      await expect(act()).rejects.toMatchObject({
        code: "WORKFLOW_RUNNING",
        exitStatus: 11,
        message: expect.stringContaining("still runs") as string,
      });
    }
    expect(change.files()["log.txt"]).toBe("early\n");
  } finally {
    change.letGo();
  }
  expect(await workflow.resume({ waitMs: 30_000 })).toMatchObject({ status: "finished" });
  expect(change.files()["log.txt"]).toBe("early\nnext\n");
});

test("what an interrupted step had changed is kept with keepPartial, for good", async () => {
  const change = await orphaned();
  change.letGo();
  const { workflow } = change.checkpoints;
  expect(await workflow.resume({ waitMs: 30_000, keepPartial: true })).toMatchObject({ status: "finished" });
  expect(change.files()["log.txt"]).toBe("early\nlate\nearly\nnext\n");
});

test("a workflow file that was edited after the crash stays as it is", async () => {
  const change = await orphaned();
  change.letGo();
  const edited = `${ORPHAN}# edited\n`;
  change.edit({ "stepback.workflow.yaml": edited });
  expect(await change.checkpoints.workflow.resume({ waitMs: 30_000 })).toMatchObject({ status: "finished" });
  expect(change.files()).toMatchObject({ "log.txt": "early\nnext\n", "stepback.workflow.yaml": edited });
});
