import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { BINARY } from "../end-to-end/command-line.js";
import { testWith } from "../support/requirements.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

const FILE = `id: release
steps:
  - { name: plan, run: echo planned > work.txt }
  - { name: build, run: test -e ok && echo built > work.txt }
`;

/** A workflow whose second step has failed and left something broken. */
async function failed(kind: "caller" | "file"): Promise<TempChange> {
  const change = await tempChange({ "work.txt": "0" });
  const { workflow } = change.checkpoints;
  if (kind === "file") {
    change.edit({ "stepback.workflow.yaml": FILE });
    expect(await workflow.run()).toMatchObject({ status: "failed" });
  } else {
    await workflow.start({ id: "release", steps: ["plan", "build"] });
    await workflow.complete(1);
    change.edit({ "work.txt": "planned\n" });
    await change.checkpoints.create({ step: 2, workflowId: "release" });
    await workflow.fail(2);
  }
  change.edit({ "work.txt": "broken" });
  return change;
}

/** Kills a recovery of the second step at its Nth rename; false when it had fewer. */
function recoverKilledAt(change: TempChange, number: number): boolean {
  const inject = `inject=rename:signal=SIGKILL:when=${number}`;
  const recover = ["recover", "--step", "2", "--error", "implementation", "--yes", "--quiet"];
  const strace = ["-f", "-o", "/dev/null", "-e", "trace=rename", "-e", inject, process.execPath, BINARY, ...recover];
  const ran = spawnSync("strace", strace, { cwd: change.directory, env: { ...process.env, STEPBACK_DURABILITY: "none" } });
  return ran.signal === "SIGKILL" || ran.status !== 0;
}

/** How the failed step stands: a recovery that was begun has reset it. */
async function secondStep({ checkpoints }: TempChange): Promise<string | undefined> {
  return (await checkpoints.workflow.status()).steps[1]?.status;
}

testWith(
  ["strace"],
  "a killed recovery of a step is finished by resume, or was never begun",
  async () => {
    const seen = new Set<string>();
    for (const number of [1, 2, 3, 4, 6, 9]) {
      const change = await failed("caller");
      recoverKilledAt(change, number);
      const isBegun = (await secondStep(change)) !== "failed";
      const outcome = await change.checkpoints.workflow.resume();
      expect(outcome, `rename ${number}`).toMatchObject({ status: "waiting", plan: { next: { number: 2 }, canResume: true } });
      expect(change.files(), `rename ${number}`).toEqual({ "work.txt": isBegun ? "planned\n" : "broken" });
      seen.add(isBegun ? "begun" : "not begun");
    }
    expect(seen).toEqual(new Set(["begun", "not begun"]));
  },
  60_000,
);

/** Kills a recovery as soon as the record says that it was begun, when no file is back yet. */
async function cutOff(change: TempChange): Promise<void> {
  for (let number = 1; (await secondStep(change)) === "failed"; number += 1) recoverKilledAt(change, number);
  expect(change.files()["work.txt"]).toBe("broken");
}

testWith(["strace"], "a workflow of a file goes on from before the step whose recovery was killed", async () => {
  const change = await failed("file");
  await cutOff(change);
  change.edit({ "stepback.workflow.yaml": FILE.replace("test -e ok &&", "cp work.txt seen.txt;") });
  expect(await change.checkpoints.workflow.resume()).toMatchObject({ status: "finished" });
  expect(change.files()).toMatchObject({ "work.txt": "built\n", "seen.txt": "planned\n" });
});

testWith(["strace"], "what the step left can be kept instead, for good", async () => {
  const change = await failed("caller");
  await cutOff(change);
  for (const options of [{ keepPartial: true }, {}]) {
    expect(await change.checkpoints.workflow.resume(options)).toMatchObject({ status: "waiting" });
    expect(change.files()).toEqual({ "work.txt": "broken" });
  }
});
