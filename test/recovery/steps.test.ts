import { describe, expect, test } from "vitest";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** A workflow whose caller runs the steps: the first is done, the second was begun, its implementation saved, and then broken. */
async function underWay(): Promise<TempChange> {
  const change = await tempChange({ "work.txt": "0" });
  const { checkpoints } = change;
  await checkpoints.workflow.start({ id: "release", steps: ["plan", "build", "check"] });
  await checkpoints.create({ step: 1, workflowId: "release" });
  change.edit({ "work.txt": "planned" });
  await checkpoints.workflow.complete(1);
  await checkpoints.create({ step: 2, workflowId: "release" });
  change.edit({ "work.txt": "built" });
  await checkpoints.create({ step: 2, workflowId: "release", stage: "implementation" });
  change.edit({ "work.txt": "broken" });
  return change;
}

const stepsOf = async ({ checkpoints }: TempChange) => (await checkpoints.workflow.status()).steps.map(({ status }) => status);

describe("recover for a step of a workflow", () => {
  test("an implementation error goes back to before the step, which is to be done again", async () => {
    const change = await underWay();
    await change.checkpoints.workflow.fail(2, { reason: "exit code 2" });
    expect(await stepsOf(change)).toEqual(["completed", "failed", "pending"]);
    const result = await change.checkpoints.recover({ step: 2, error: "implementation" });
    expect(result).toMatchObject({ recovered: true, taskId: null, workflowId: "release", stepNumber: 2, isFallback: false });
    expect(change.files()).toEqual({ "work.txt": "planned" });
    expect(await stepsOf(change)).toEqual(["completed", "pending", "pending"]);
    expect((await change.checkpoints.workflow.resume()).plan).toMatchObject({ next: { number: 2 }, canResume: true });
    expect(change.files()).toEqual({ "work.txt": "planned" });
  });

  test("a validation error goes back to its implementation, any other to its most recent checkpoint", async () => {
    const change = await underWay();
    await change.checkpoints.recover({ workflowId: "release", step: "build", error: "validation" });
    expect(change.files()).toEqual({ "work.txt": "built" });
    change.edit({ "work.txt": "better" });
    await change.checkpoints.create({ step: 2, workflowId: "release" });
    change.edit({ "work.txt": "broken" });
    expect(await change.checkpoints.recover({ workflowId: "release", error: new Error("x") })).toMatchObject({
      stepNumber: 2,
      errorKind: "other",
    });
    expect(change.files()).toEqual({ "work.txt": "better" });
  });

  test("a step that was done is reset together with all behind it", async () => {
    const change = await underWay();
    await change.checkpoints.workflow.complete(2);
    expect(await stepsOf(change)).toEqual(["completed", "completed", "pending"]);
    await change.checkpoints.recover({ step: "plan", error: "implementation" });
    expect(change.files()).toEqual({ "work.txt": "0" });
    expect(await stepsOf(change)).toEqual(["pending", "pending", "pending"]);
  });

  test("a step that was never begun has nothing to go back to; a dry run changes nothing", async () => {
    const change = await underWay();
    expect(await change.checkpoints.recover({ step: 3, error: "other" })).toMatchObject({ recovered: false, outcome: "no_checkpoint" });
    expect(await change.checkpoints.recover({ step: 2, error: "other", dryRun: true })).toMatchObject({ outcome: "planned" });
    expect(change.files()).toEqual({ "work.txt": "broken" });
    expect(await stepsOf(change)).toEqual(["completed", "pending", "pending"]);
  });

  test("the same failure is rolled back so often and no more, for each step by itself", async () => {
    const change = await underWay();
    const checkpoints = await change.reopen({ config: { durability: "none", recovery: { rules: [], maxRollbacks: 1 } } });
    const fail = async (step: number) => {
      change.edit({ "work.txt": "broken" });
      return (await checkpoints.recover({ step, error: "implementation" })).outcome;
    };
    expect([await fail(2), await fail(2), await fail(1)]).toEqual(["recovered", "too_many_rollbacks", "recovered"]);
  });

  test.each([
    [{}, "USAGE"],
    [{ taskId: "7", step: 2 }, "USAGE"],
    [{ step: 9 }, "STEP_NOT_FOUND"],
    [{ workflowId: "other", step: 2 }, "WORKFLOW_NOT_FOUND"],
  ])("%j is refused with %s", async (named, code) => {
    const change = await underWay();
    await expect(change.checkpoints.recover({ ...named, error: "other" })).rejects.toMatchObject({ code });
    expect(change.files()).toEqual({ "work.txt": "broken" });
  });

  test("without a workflow it says so", async () => {
    const { checkpoints } = await tempChange({ "a.txt": "1" });
    await checkpoints.create({ step: 2 });
    await expect(checkpoints.recover({ step: 2, error: "other" })).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND", exitStatus: 10 });
  });
});
