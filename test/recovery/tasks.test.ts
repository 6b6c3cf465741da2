import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoints, Stage, TaskState } from "../../src/index.js";
import { tempChange } from "../support/temp-change.js";

/** Saves a stage of a task with a file that says which. */
async function save(change: Awaited<ReturnType<typeof tempChange>>, taskId: string, stage: Stage, text: string = stage) {
  change.edit({ "work.txt": text });
  return change.checkpoints.create({ taskId, stage });
}

describe("tasks", () => {
  test("a directory without a store has none, and nothing to recover", async () => {
    const { checkpoints } = await tempChange({ "a.txt": "1" });
    expect(await checkpoints.tasks.list()).toEqual([]);
    expect(await checkpoints.tasks.options("7")).toEqual([]);
    expect(await checkpoints.tasks.latest("7")).toBeNull();
    expect(await checkpoints.tasks.find("7")).toBeNull();
    expect(await checkpoints.recover({ taskId: "7", error: "other" })).toMatchObject({ recovered: false, outcome: "no_checkpoint" });
  });

  test("saving the same pair again takes the earlier one's place in the view; the earlier checkpoint stays", async () => {
    const change = await tempChange();
    const first = await save(change, "7", "start", "one");
    const implementation = await save(change, "7", "implementation");
    const second = await save(change, "7", "start", "two");
    await save(change, "0", "start", "another task's");
    const options = await change.checkpoints.tasks.options("7");
    expect(options.map(({ stage, checkpoint }) => [stage, checkpoint.id])).toEqual([
      ["start", second.id],
      ["implementation", implementation.id],
    ]);
    expect((await change.checkpoints.tasks.latest("7"))?.id).toBe(second.id);
    expect((await change.checkpoints.find("task:7/start")).id).toBe(second.id);
    expect((await change.checkpoints.list({ taskId: "7", stage: "start" })).checkpoints.map(({ id }) => id)).toEqual([first.id, second.id]);
    await change.checkpoints.restore(first.id);
    expect(change.files()).toEqual({ "work.txt": "one" });
    expect((await change.checkpoints.tasks.list()).map(({ taskId, checkpointCount }) => [taskId, checkpointCount])).toEqual([
      ["7", 3],
      ["0", 1],
    ]);
  });

  test("a checkpoint whose folder was deleted is no option any more", async () => {
    const change = await tempChange();
    const start = await save(change, "7", "start");
    await save(change, "7", "implementation");
    await change.checkpoints.delete([start.id]);
    expect((await change.checkpoints.tasks.options("7")).map(({ stage }) => stage)).toEqual(["implementation"]);
  });

  test.each<[TaskState, (checkpoints: Checkpoints) => Promise<unknown>]>([
    ["in_progress", async (checkpoints) => checkpoints.create({ taskId: "7", stage: "start" })],
    ["in_progress", async (checkpoints) => checkpoints.create({ taskId: "7" })],
    ["in_progress", async (checkpoints) => checkpoints.create({ taskId: "7", stage: "implementation" })],
    ["complete", async (checkpoints) => checkpoints.create({ taskId: "7", stage: "pre-validation" })],
    ["complete", async (checkpoints) => checkpoints.create({ taskId: "7", type: "task_complete" })],
    ["validated", async (checkpoints) => checkpoints.create({ taskId: "7", stage: "validated" })],
    ["error", async (checkpoints) => checkpoints.create({ taskId: "7", stage: "implementation", success: false })],
  ])("a task is %s by its newest stage (%#)", async (state, last) => {
    const { checkpoints } = await tempChange({ "a.txt": "1" });
    await checkpoints.create({ taskId: "7", stage: "validated" });
    await checkpoints.create({ taskId: "7", stage: "start" });
    await last(checkpoints);
    expect((await checkpoints.tasks.find("7"))?.state).toBe(state);
  });
});

describe("recover", () => {
  test("an implementation error goes back to the start: exactly, with a backup, and the task is reset", async () => {
    const change = await tempChange({ "kept.txt": "k" });
    const start = await save(change, "7", "start");
    await save(change, "7", "implementation");
    change.edit({ "work.txt": "broken", "added.txt": "later work", "kept.txt": null });
    const result = await change.checkpoints.recover({ taskId: "7", error: "implementation" });
    expect(result).toMatchObject({ recovered: true, stage: "start", isFallback: false, rollbacks: 1, target: { id: start.id } });
    expect(change.files()).toEqual({ "work.txt": "start", "kept.txt": "k" });
    const task = await change.checkpoints.tasks.find("7");
    expect(task).toMatchObject({ state: "not_started", recoveries: [{ error: "implementation", result: "restored", target: start.id }] });
    expect(task?.options.map(({ stage, isAbandoned }) => [stage, isAbandoned])).toEqual([
      ["implementation", true],
      ["start", false],
    ]);
    expect(await change.checkpoints.find(start.id)).toMatchObject({ rollbackUsed: true, rollbackCount: 1 });
    expect(await change.checkpoints.history()).toMatchObject([{ target: start.id, backup: result.backup?.id }]);
    await change.checkpoints.undo();
    expect(change.files()).toEqual({ "work.txt": "broken", "added.txt": "later work" });
  });

  test("a validation error goes back to the implementation, any other to the most recent; a missing stage too", async () => {
    const change = await tempChange();
    await save(change, "7", "start");
    await save(change, "7", "implementation");
    await save(change, "7", "pre-validation");
    change.edit({ "work.txt": "broken" });
    await change.checkpoints.recover({ taskId: "7", error: "other" });
    expect(change.files()).toEqual({ "work.txt": "pre-validation" });
    await change.checkpoints.recover({ taskId: "7", error: "validation" });
    expect(change.files()).toEqual({ "work.txt": "implementation" });
    change.edit({ "work.txt": "broken" });
    expect(await change.checkpoints.recover({ taskId: "7", error: "other" })).toMatchObject({ target: { stage: "implementation" } });
    const other = await tempChange();
    await save(other, "8", "pre-validation");
    other.edit({ "work.txt": "broken" });
    expect(await other.checkpoints.recover({ taskId: "8", error: "implementation" })).toMatchObject({ recovered: true, isFallback: true });
    expect(other.files()).toEqual({ "work.txt": "pre-validation" });
  });

  test("the work goes on after a recovery, and the new implementation is what a validation error goes back to", async () => {
    const change = await tempChange();
    await save(change, "7", "start");
    await save(change, "7", "implementation", "first try");
    await change.checkpoints.recover({ taskId: "7", error: "implementation" });
    expect(await change.checkpoints.recover({ taskId: "7", error: "validation" })).toMatchObject({
      target: { stage: "start" },
      isFallback: true,
    });
    await save(change, "7", "implementation", "second try");
    expect((await change.checkpoints.tasks.find("7"))?.state).toBe("in_progress");
    change.edit({ "work.txt": "broken" });
    await change.checkpoints.recover({ taskId: "7", error: "validation" });
    expect(change.files()).toEqual({ "work.txt": "second try" });
  });

  test("the same failure is rolled back three times; then it is a no, until it is forced or the task is validated", async () => {
    const change = await tempChange();
    await save(change, "7", "start");
    const fail = async (request: { message?: string; force?: boolean } = {}) => {
      change.edit({ "work.txt": "broken" });
      const { message = "3 is not 4", ...rest } = request;
      return (await change.checkpoints.recover({ taskId: "7", error: new Error(message), ...rest })).outcome;
    };
    expect([await fail(), await fail(), await fail(), await fail()]).toEqual(["recovered", "recovered", "recovered", "too_many_rollbacks"]);
    expect(change.files()).toEqual({ "work.txt": "broken" });
    expect(await fail({ message: "5 is not 6" })).toBe("recovered");
    expect(await fail({ force: true })).toBe("recovered");
    expect(await fail()).toBe("too_many_rollbacks");
    await save(change, "7", "validated");
    expect(await fail()).toBe("recovered");
  });

  test("the rules of the configuration tell the kind of an error object", async () => {
    const change = await tempChange({
      ".stepback.yaml":
        "recovery: { max_rollbacks: 1, rules: [{ match: AssertionError, error: validation }, { code: 2, error: implementation }] }\n",
    });
    const checkpoints = await change.reopen();
    await save(change, "7", "start");
    await save(change, "7", "implementation");
    const failed = Object.assign(new Error("1 is not 2"), { name: "AssertionError" });
    const dryRun = await checkpoints.recover({ taskId: "7", error: failed, dryRun: true });
    expect(dryRun).toMatchObject({ recovered: false, outcome: "planned", errorKind: "validation", target: { stage: "implementation" } });
    expect(await checkpoints.recover({ taskId: "7", error: { exitCode: 2 }, dryRun: true })).toMatchObject({ target: { stage: "start" } });
    expect((await checkpoints.tasks.find("7"))?.recoveries).toEqual([]);
    await checkpoints.recover({ taskId: "7", error: failed });
    expect(await checkpoints.recover({ taskId: "7", error: failed })).toMatchObject({ outcome: "too_many_rollbacks", maxRollbacks: 1 });
  });

  test("a recovery that is refused leaves the task failed, and is not counted", async () => {
    const change = await tempChange();
    const { storedPath } = await save(change, "7", "start");
    change.edit({ "work.txt": "broken" });
    const damage = (bytes: string): void => {
      chmodSync(join(storedPath, "work.txt"), 0o644);
      writeFileSync(join(storedPath, "work.txt"), bytes);
    };
    damage("stort");
    await expect(change.checkpoints.recover({ taskId: "7", error: "other" })).rejects.toMatchObject({ code: "DAMAGED" });
    expect(await change.checkpoints.tasks.find("7")).toMatchObject({ state: "error", recoveries: [{ result: "failed" }] });
    damage("start");
    expect(await change.checkpoints.recover({ taskId: "7", error: "other" })).toMatchObject({ recovered: true, rollbacks: 1 });
    expect(change.files()).toEqual({ "work.txt": "start" });
  });

  test("an interrupted recovery did not happen", async () => {
    const change = await tempChange();
    await save(change, "7", "start");
    change.edit({ "work.txt": "broken" });
    const recovering = change.checkpoints.recover({ taskId: "7", error: "other", signal: AbortSignal.abort() });
    await expect(recovering).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await change.checkpoints.tasks.find("7"))?.recoveries).toEqual([]);
  });

  test.each([
    ["", "other"],
    ["7\n", "other"],
    ["7", "unheard-of"],
    ["7", 5],
  ])("task %j with error %j is a wrong argument", async (taskId, error) => {
    const { checkpoints } = await tempChange();
    await expect(checkpoints.recover({ taskId, error: error as never })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
