import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { TempChange } from "../support/temp-change.js";
import { tempChange } from "../support/temp-change.js";

/** A step that writes its name into a file, so that it shows how often it ran. */
const append = (word: string): string => `echo ${word} >> log.txt`;

const THREE = `
id: three
request: Do three things.
steps:
  - name: First
    run: ${append("first")}
    artifacts: [log.txt]
  - name: Second
    run: [sh, -c, "${append("second")}"]
    verify: grep -q second log.txt
    stage: implementation
    phase: implement
    task: 7
    type: pre_risky_operation
  - name: Third
    run: ${append("third")}
`;

/** Fails until the file beside the change directory is there. */
const FLAKY = `
id: flaky
steps:
  - name: First
    run: ${append("first")}
  - name: Flaky
    run: ${append("flaky")}; test -e ../fixed
  - name: Third
    run: ${append("third")}
`;

const logOf = (change: TempChange): string[] => (change.files()["log.txt"] ?? "").trim().split("\n").filter(Boolean);
const recordOf = (change: TempChange) =>
  JSON.parse(readFileSync(join(change.checkpoints.storePath, "workflow.json"), "utf8")) as Record<string, unknown>;
const fix = (change: TempChange): void => writeFileSync(join(change.directory, "../fixed"), "");

async function workflowChange(file: string, files: Record<string, string> = {}) {
  const change = await tempChange({ "stepback.workflow.yaml": file, ...files });
  return { ...change, workflow: change.checkpoints.workflow };
}

describe("a workflow that goes well", () => {
  test("runs each step once behind a checkpoint of its own, and is finished", async () => {
    const change = await workflowChange(THREE);
    const outcome = await change.workflow.run();
    expect(outcome).toMatchObject({ workflowId: "three", status: "finished", exitStatus: 0, wasFinished: false, warnings: [] });
    expect(outcome.steps.map(({ name, success }) => [name, success])).toEqual([
      ["First", true],
      ["Second", true],
      ["Third", true],
    ]);
    expect(logOf(change)).toEqual(["first", "second", "third"]);
    const { checkpoints } = await change.checkpoints.list({ workflowId: "three" });
    expect(checkpoints).toMatchObject([
      { stepNumber: 1, stepName: "First", type: "step", success: true, runState: "finished" },
      {
        stepNumber: 2,
        type: "pre_risky_operation",
        phase: "implement",
        stage: "implementation",
        taskId: "7",
        success: true,
        run: { verify: { exitCode: 0 } },
      },
      { stepNumber: 3, success: true, runState: "finished", run: { exitCode: 0 } },
    ]);
  });

  test("keeps a record that only its owner can read", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run();
    expect(recordOf(change)).toMatchObject({
      format_version: 1,
      workflow_id: "three",
      original_request: "Do three things.",
      file: "stepback.workflow.yaml",
      current: null,
      failure: null,
      runner: null,
      completed: [{ number: 1, attempts: 1, artifacts: ["log.txt"] }, { number: 2 }, { number: 3 }],
    });
    expect(statSync(join(change.checkpoints.storePath, "workflow.json")).mode & 0o777).toBe(0o600);
    expect((await change.checkpoints.verify()).foreign).toEqual([]);
  });

  test("says that it is finished when it is run or resumed again, and does nothing", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run();
    for (const again of [await change.workflow.run(), await change.workflow.resume()]) {
      expect(again).toMatchObject({
        status: "finished",
        exitStatus: 0,
        wasFinished: true,
        steps: [],
        plan: { percentage: 100, canResume: false },
      });
    }
    expect(logOf(change)).toEqual(["first", "second", "third"]);
  });

  test("begins anew with restart, and keeps the record of before", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run();
    expect(await change.workflow.run({ restart: true })).toMatchObject({
      status: "finished",
      steps: [{ number: 1 }, { number: 2 }, { number: 3 }],
    });
    expect(logOf(change)).toHaveLength(6);
    expect((await change.workflow.list()).map(({ id }) => id)).toEqual(["three", "three"]);
  });

  test("stops behind the step of to, and goes on from there", async () => {
    const change = await workflowChange(THREE);
    expect(await change.workflow.run({ to: 2 })).toMatchObject({
      status: "stopped",
      exitStatus: 0,
      plan: { percentage: 66, next: { number: 3 } },
    });
    expect(await change.workflow.run()).toMatchObject({ status: "finished", steps: [{ number: 3 }] });
  });

  test("without checkpoints it runs the same steps and keeps account of them", async () => {
    const change = await workflowChange(THREE);
    expect(await change.workflow.run({ checkpoints: false })).toMatchObject({ status: "finished" });
    expect((await change.checkpoints.list()).checkpoints).toEqual([]);
    expect(recordOf(change)).toMatchObject({ completed: [{ checkpoint_id: null }, {}, {}] });
  });

  test("a preview says what would be done, and makes no store", async () => {
    const change = await workflowChange(THREE);
    const preview = await change.workflow.preview({ to: 2 });
    expect(preview).toMatchObject({ restore: null, plan: { canResume: true, percentage: 0 }, steps: [{ number: 1 }, { number: 2 }] });
    expect(existsSync(change.checkpoints.storePath)).toBe(false);
  });
});

describe("a step that fails", () => {
  test("ends the run with its own status; rolled back, fixed and resumed, all is there once", async () => {
    const change = await workflowChange(FLAKY);
    const failed = await change.workflow.run({ onFailure: "rollback" });
    expect(failed).toMatchObject({ status: "failed", exitStatus: 1, plan: { next: { name: "Flaky" }, percentage: 33 } });
    expect(failed.steps.at(-1)).toMatchObject({ success: false, isRolledBack: true, reason: "exit code 1" });
    expect(logOf(change)).toEqual(["first"]);
    expect(await change.workflow.status()).toMatchObject({
      steps: [{ status: "completed" }, { status: "failed", reason: "exit code 1" }, { status: "pending" }],
    });
    fix(change);
    expect(await change.workflow.resume()).toMatchObject({ status: "finished", steps: [{ number: 2 }, { number: 3 }] });
    expect(logOf(change)).toEqual(["first", "flaky", "third"]);
    expect(recordOf(change)).toMatchObject({ failure: null });
  });

  test("whose changes are kept is run on top of them, with what was fixed by hand", async () => {
    const change = await workflowChange(FLAKY);
    await change.workflow.run({ onFailure: "keep" });
    change.edit({ "fixed-by-hand.txt": "yes" });
    fix(change);
    await change.workflow.resume();
    expect(logOf(change)).toEqual(["first", "flaky", "flaky", "third"]);
    expect(change.files()["fixed-by-hand.txt"]).toBe("yes");
  });

  test("is tried again from its own checkpoint as often as it may be", async () => {
    const counted = `id: retried\nsteps:\n  - name: Third time\n    retries: 2\n    run: ${append("try")}; echo >> ../tries; test $(wc -l < ../tries) = 3\n`;
    const change = await workflowChange(counted);
    const outcome = await change.workflow.run();
    expect(outcome).toMatchObject({ status: "finished", steps: [{ attempts: 3, success: true }] });
    expect(logOf(change)).toEqual(["try"]);
    const { checkpoints } = await change.checkpoints.list({ workflowId: "retried" });
    expect(checkpoints.map(({ success }) => success)).toEqual([false, false, true]);
    expect(outcome.steps[0]?.checkpointId).toBe(checkpoints[0]?.id);
  });

  test("with keepPartial is tried again on top of what it did", async () => {
    const change = await workflowChange(
      `id: kept\nsteps:\n  - name: Again\n    retries: 1\n    run: ${append("try")}; test $(wc -l < log.txt) = 2\n`,
    );
    expect(await change.workflow.run({ keepPartial: true })).toMatchObject({ status: "finished" });
    expect(logOf(change)).toEqual(["try", "try"]);
  });

  test.each([
    ["artifacts: [missing.md, 'a/*.md']", "artifact missing missing.md, artifact missing a/*.md", 1],
    ["verify: exit 4", "verify exit code 4", 4],
  ])("by %s", async (what, reason, exitStatus) => {
    const change = await workflowChange(`id: failing\nsteps:\n  - name: Fails\n    run: ${append("ran")}\n    ${what}\n`);
    const outcome = await change.workflow.run({ onFailure: "rollback" });
    expect(outcome).toMatchObject({ status: "failed", exitStatus, steps: [{ reason }] });
    expect(logOf(change)).toEqual([]);
    expect((await change.checkpoints.list({ step: 1 })).checkpoints[0]).toMatchObject({ success: false });
  });

  test("a command that is not there fails the step as a shell would", async () => {
    const change = await workflowChange("id: none\nsteps:\n  - name: None\n    run: [no-such-command]\n");
    expect(await change.workflow.run()).toMatchObject({ status: "failed", exitStatus: 127 });
  });
});

describe("going back with from", () => {
  test("brings the files back to before that step and runs it and those behind it", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run();
    change.edit({ "mine.txt": "added afterwards" });
    const restored: string[] = [];
    const outcome = await change.workflow.run({
      from: 2,
      to: 2,
      onEvent: (event) => event.kind === "restored" && restored.push(event.result.target.id),
    });
    expect(outcome).toMatchObject({ status: "stopped", steps: [{ number: 2 }], plan: { completed: [{ number: 1 }, { number: 2 }] } });
    expect(logOf(change)).toEqual(["first", "second"]);
    expect(change.files()).not.toHaveProperty("mine.txt");
    expect(restored).toHaveLength(1);
    await change.workflow.resume();
    expect(logOf(change)).toEqual(["first", "second", "third"]);
  });

  test("skips what was never done before it", async () => {
    const change = await workflowChange(THREE);
    expect(await change.workflow.run({ from: 3 })).toMatchObject({ status: "finished", steps: [{ number: 3 }] });
    expect((await change.workflow.status()).steps.map(({ status }) => status)).toEqual(["skipped", "skipped", "completed"]);
  });

  test("is refused where the checkpoint is gone", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run();
    await change.checkpoints.delete(["step02"]);
    await expect(change.workflow.run({ from: 2 })).rejects.toMatchObject({ code: "WORKFLOW_NOT_RESUMABLE", exitStatus: 15 });
    await expect(change.workflow.run({ from: 9 })).rejects.toMatchObject({ code: "STEP_NOT_FOUND", exitStatus: 10 });
    expect(logOf(change)).toEqual(["first", "second", "third"]);
  });
});

describe("what going on builds on is looked at first", () => {
  test("a missing artifact is named, and nothing is done", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run({ to: 1 });
    change.edit({ "log.txt": null });
    await expect(change.workflow.resume()).rejects.toMatchObject({
      code: "WORKFLOW_NOT_RESUMABLE",
      message: expect.stringContaining("artifact missing log.txt") as string,
    });
    expect(await change.workflow.status()).toMatchObject({ plan: { valid: false, canResume: false }, context: { artifacts: [] } });
    expect(logOf(change)).toEqual([]);
  });

  test("a missing checkpoint of a completed step is a warning that names it", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run({ to: 2 });
    const [first] = await change.checkpoints.delete(["step01"]).then(({ deleted }) => deleted);
    const { plan, warnings } = await change.workflow.status();
    expect({ valid: plan.valid, warnings }).toEqual({ valid: true, warnings: [`checkpoint missing ${first?.id} (before step 1)`] });
  });

  test("a damaged checkpoint is a warning that names it", async () => {
    const change = await workflowChange(THREE, { "big.txt": "0123456789" });
    await change.workflow.run({ to: 1 });
    const { id } = await change.checkpoints.find("step01");
    const stored = join(change.checkpoints.storePath, id, "big.txt");
    const { chmodSync } = await import("node:fs");
    chmodSync(stored, 0o600);
    writeFileSync(stored, "0123456780");
    expect((await change.workflow.status()).warnings.join()).toContain(`checkpoint damaged ${id}`);
  });

  test("a file whose completed steps have other names no longer fits", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run({ to: 1 });
    change.edit({ "stepback.workflow.yaml": THREE.replace("name: First", "name: Another") });
    await expect(change.workflow.run()).rejects.toMatchObject({
      code: "WORKFLOW_NOT_RESUMABLE",
      message: expect.stringContaining("'First', and is now 'Another'") as string,
    });
    change.edit({ "stepback.workflow.yaml": THREE.replace("name: Third", "name: Another") });
    expect(await change.workflow.run()).toMatchObject({ status: "finished" });
  });

  test.each([
    ["torn", '{"format_version": 1, "workflow_id": "three", "steps": [{"number"'],
    ["of somebody else", '{"jobs": []}'],
    ["of a later version", '{"format_version": 2}'],
  ])("a record that is %s is refused and left alone", async (_, text) => {
    const change = await workflowChange(THREE);
    await change.checkpoints.create();
    const path = join(change.checkpoints.storePath, "workflow.json");
    writeFileSync(path, text);
    for (const act of [
      () => change.workflow.run(),
      () => change.workflow.run({ restart: true, force: true }),
      () => change.workflow.resume(),
      () => change.workflow.status(),
      () => change.workflow.start({ steps: ["a"], force: true }),
      () => change.workflow.complete(1),
    ]) {
      await expect(act()).rejects.toMatchObject({ exitStatus: 12 });
    }
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(logOf(change)).toEqual([]);
  });
});

describe("several workflows in one store", () => {
  test("an unfinished one gives way only by force, and can be come back to", async () => {
    const change = await workflowChange(THREE, { "other.yaml": "id: other\nsteps: [{ name: Other, run: 'echo other >> log.txt' }]\n" });
    await change.workflow.run({ to: 1 });
    await expect(change.workflow.run({ file: "other.yaml" })).rejects.toMatchObject({ code: "WORKFLOW_UNFINISHED", exitStatus: 15 });
    expect(logOf(change)).toEqual(["first"]);
    expect(await change.workflow.run({ file: "other.yaml", force: true })).toMatchObject({ workflowId: "other", status: "finished" });
    expect(readdirSync(join(change.checkpoints.storePath, "workflows"))).toEqual(["three.json"]);
    expect(await change.workflow.status("three")).toMatchObject({ workflowId: "three", plan: { percentage: 33 } });
    expect(await change.workflow.resume({ id: "three" })).toMatchObject({
      workflowId: "three",
      status: "finished",
      steps: [{ number: 2 }, { number: 3 }],
    });
    expect(logOf(change)).toEqual(["first", "other", "second", "third"]);
    await expect(change.workflow.status("none")).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
  });

  test("forgetting one removes its records and no checkpoint, as often as one likes", async () => {
    const change = await workflowChange(THREE);
    await change.workflow.run();
    expect([await change.workflow.forget("three"), await change.workflow.forget("three")]).toEqual([true, false]);
    expect((await change.checkpoints.list()).checkpoints).toHaveLength(3);
    await expect(change.workflow.status()).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND", exitStatus: 10 });
  });

  test("a command of a step may use stepback, and may not run the workflow beside itself", async () => {
    const change = await workflowChange(
      `id: nested\nsteps:\n  - name: Note\n    run: test -s .checkpoints/workflow.json\n  - name: Next\n    run: ${append("next")}\n`,
    );
    let refused: unknown = null;
    const again = async (): Promise<void> => void (await change.checkpoints.workflow.run().catch((error: unknown) => (refused = error)));
    let nested: Promise<void> = Promise.resolve();
    await change.workflow.run({
      onEvent: ({ kind }) => {
        if (kind === "step-start") nested = again();
      },
    });
    await nested;
    expect(refused).toMatchObject({ code: "WORKFLOW_RUNNING", exitStatus: 11 });
    expect(logOf(change)).toEqual(["next"]);
  });
});
