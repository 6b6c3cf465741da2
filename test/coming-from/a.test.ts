import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoints, STAGES } from "../../src/index.js";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { at, stepback, stepbackJson } from "./command-line.js";

// Task-and-stage checkpoints in git tags: each test is a row of the table in docs/workflows.md.

/** A task with its start, its implementation, and something broken since. */
async function broken(stages: readonly string[] = ["start", "implementation"]): Promise<TempChange> {
  const change = await tempChange({ "work.txt": "0" });
  for (const [number, stage] of stages.entries()) {
    change.edit({ "work.txt": stage });
    await stepback(change.directory, `create --task 7 --stage ${stage}`, at(`2026-01-01T00:00:0${number}Z`));
  }
  change.edit({ "work.txt": "broken" });
  return change;
}

test("four stages of a task", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  for (const stage of STAGES) await checkpoints.create({ taskId: "7", stage });
  expect(STAGES).toEqual(["start", "implementation", "pre-validation", "validated"]);
  expect((await checkpoints.tasks.options("7")).map(({ stage }) => stage)).toEqual(STAGES.toReversed());
  expect(await stepback(directory, "create --task 7 --stage done")).toMatchObject({ status: 2 });
});

test("a record has task, stage, hash, description, time and free metadata", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  await stepback(directory, ["create", "the gauge", "--task", "7", "--stage", "start", "--meta", "agent=ada"], at("2026-01-01T00:00:00Z"));
  expect(await checkpoints.find("latest")).toMatchObject({
    taskId: "7",
    stage: "start",
    gitCommit: null,
    notes: "the gauge",
    createdAt: "2026-01-01T00:00:00.000Z",
    metadata: { agent: "ada" },
  });
  const { entries } = await checkpoints.manifest("latest");
  expect(entries.at(-1)).toMatchObject({ path: "a.txt", sha256: "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b" });
});

test("records are stored atomically", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  const { storePath } = checkpoints;
  await checkpoints.create();
  const index = join(storePath, "state.json");
  const before = { text: readFileSync(index, "utf8"), inode: statSync(index).ino };
  await checkpoints.create();
  expect(statSync(index).ino).not.toBe(before.inode);
  expect(readFileSync(join(storePath, "state.json.previous"), "utf8")).toBe(before.text);
  expect(readdirSync(storePath).filter((name) => name.startsWith("tmp-"))).toEqual([]);
});

test("a missing store is an empty list", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  expect(await checkpoints.tasks.list()).toEqual([]);
  expect(await stepbackJson(directory, "tasks")).toMatchObject({ tasks: [] });
  expect(await stepback(directory, "list")).toMatchObject({ status: 10 });
});

test("saving takes what is not committed by itself", async () => {
  const { checkpoints, edit, files } = await tempChange({ "a.txt": "1" });
  edit({ "a.txt": "2", "new.txt": "not in git" });
  const { id } = await checkpoints.create({ taskId: "7", stage: "start" });
  edit({ "a.txt": null, "new.txt": null });
  await checkpoints.restore(id);
  expect(files()).toEqual({ "a.txt": "2", "new.txt": "not in git" });
});

test("a checkpoint is named by task and stage", async () => {
  const { checkpoints, directory } = await broken();
  expect(await checkpoints.find("task:7/start")).toMatchObject({ taskId: "7", stage: "start" });
  expect((await stepback(directory, "show task:7/implementation")).out).toContain("implementation");
});

test("saving the same pair again replaces it", async () => {
  const change = await broken(["start", "start"]);
  const [option, ...others] = await change.checkpoints.tasks.options("7");
  expect(others).toEqual([]);
  expect(option?.checkpoint).toMatchObject({ sequence: 2, stage: "start" });
  expect(await change.checkpoints.find("task:7/start")).toMatchObject({ sequence: 2 });
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(2);
});

test("going back to a pair that is absent", async () => {
  const { checkpoints, directory } = await broken(["start"]);
  await expect(checkpoints.restore("task:7/validated")).rejects.toMatchObject({ code: "CHECKPOINT_NOT_FOUND" });
  expect(await stepback(directory, "restore task:7/validated --yes")).toMatchObject({ status: 10 });
  expect(await checkpoints.recover({ taskId: "8", error: "implementation" })).toMatchObject({ recovered: false });
});

test("a hard rollback discards later work", async () => {
  const change = await broken(["start"]);
  change.edit({ "added.txt": "later" });
  expect(await stepback(change.directory, "restore task:7/start --yes")).toMatchObject({ status: 0 });
  expect(change.files()).toEqual({ "work.txt": "start" });
  await change.checkpoints.undo();
  expect(change.files()).toEqual({ "work.txt": "broken", "added.txt": "later" });
});

test("a soft rollback keeps later work", async () => {
  const change = await broken(["start"]);
  change.edit({ "added.txt": "later" });
  expect((await stepback(change.directory, "restore task:7/start --dry-run")).out).toContain("work.txt");
  expect(change.files()).toMatchObject({ "work.txt": "broken" });
  await change.checkpoints.restore("task:7/start", { keepAdded: true });
  expect(change.files()).toEqual({ "work.txt": "start", "added.txt": "later" });
});

test("a rollback loses none of the tool's own records", async () => {
  const { checkpoints } = await broken(["start", "implementation"]);
  await checkpoints.log.append("half way");
  await checkpoints.restore("task:7/start");
  expect((await checkpoints.list()).checkpoints.map(({ stage, type }) => stage ?? type)).toEqual(["start", "implementation", "backup"]);
  expect(await checkpoints.log.read()).toHaveLength(1);
});

test("the options of a task", async () => {
  const { checkpoints, directory } = await broken();
  expect((await checkpoints.tasks.options("7")).map(({ stage }) => stage)).toEqual(["implementation", "start"]);
  expect((await stepback(directory, "tasks 7")).out).toMatch(/implementation[^]*start/);
});

test("the latest checkpoint of a task, or nothing", async () => {
  const { checkpoints, directory } = await broken();
  expect(await checkpoints.tasks.latest("7")).toMatchObject({ stage: "implementation" });
  expect(await checkpoints.tasks.latest("8")).toBeNull();
  expect((await stepback(directory, "show task:7")).status).toBe(0);
  expect((await stepback(directory, "show task:8")).status).toBe(10);
});

test("the form of a line of the progress file", async () => {
  const { directory, checkpoints } = await tempChange();
  await stepback(directory, ["log", "tests are green", "--task", "7"], at("2026-01-31T12:00:00Z"));
  expect(readFileSync(join(checkpoints.storePath, "progress.log"), "utf8")).toBe("[2026-01-31 12:00:00 UTC] [Task 7] tests are green\n");
});

test("the progress file is appended to", async () => {
  const { checkpoints } = await tempChange();
  for (const message of ["one", "two", "three"]) await checkpoints.log.append(message);
  expect((await checkpoints.log.read()).map(({ message }) => message)).toEqual(["one", "two", "three"]);
});

test("the recent 20 lines of the progress", async () => {
  const { checkpoints, directory } = await tempChange();
  for (let number = 1; number <= 25; number += 1) await checkpoints.log.append(`line ${number}.`);
  expect((await checkpoints.log.read({ recent: 20 })).map(({ message }) => message)).toHaveLength(20);
  const { out } = await stepback(directory, "log --recent 20");
  expect(out).toContain("line 6.");
  expect(out).not.toContain("line 5.");
});

test("the progress of one task", async () => {
  const { checkpoints, directory } = await tempChange();
  await checkpoints.log.append("mine", { taskId: "7" });
  await checkpoints.log.append("other", { taskId: "8" });
  expect((await checkpoints.log.read({ taskId: "7" })).map(({ message }) => message)).toEqual(["mine"]);
  expect((await stepback(directory, "log --task 8")).out).toContain("other");
});

test("a missing progress file is empty", async () => {
  const { checkpoints, directory } = await tempChange();
  expect(await checkpoints.log.read()).toEqual([]);
  expect(await stepback(directory, "log")).toMatchObject({ status: 0 });
});

test("task 0 is a task, and the marker counts only in front", async () => {
  const { checkpoints } = await tempChange();
  await checkpoints.log.append("mentions [Task 0] only", { taskId: "7" });
  await checkpoints.log.append("[Task 0] in a message without a task");
  await checkpoints.log.append("of task 0", { taskId: "0" });
  expect((await checkpoints.log.read({ taskId: "0" })).map(({ message }) => message)).toContain("of task 0");
  expect((await checkpoints.log.read({ taskId: "0" })).map(({ message }) => message)).not.toContain("mentions [Task 0] only");
  await checkpoints.create({ taskId: "0" });
  expect(await checkpoints.tasks.latest("0")).toMatchObject({ taskId: "0" });
});

test("recovery without checkpoints is false", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  expect(await checkpoints.recover({ taskId: "7", error: "implementation" })).toMatchObject({ recovered: false, outcome: "no_checkpoint" });
  expect(await stepback(directory, "recover --task 7 --error implementation --yes")).toMatchObject({ status: 10 });
});

test("an implementation error goes back to the start", async () => {
  const change = await broken();
  expect(await stepback(change.directory, "recover --task 7 --error implementation --yes")).toMatchObject({ status: 0 });
  expect(change.files()).toEqual({ "work.txt": "start" });
});

test("a validation error goes back to the implementation", async () => {
  const change = await broken(["start", "implementation", "pre-validation"]);
  await change.checkpoints.recover({ taskId: "7", error: "validation" });
  expect(change.files()).toEqual({ "work.txt": "implementation" });
});

test("any other error goes back to the most recent", async () => {
  const change = await broken(["start", "implementation", "pre-validation"]);
  await change.checkpoints.recover({ taskId: "7", error: new Error("who knows") });
  expect(change.files()).toEqual({ "work.txt": "pre-validation" });
});

test("a missing stage falls back to the most recent", async () => {
  const change = await broken(["implementation", "pre-validation"]);
  expect(await change.checkpoints.recover({ taskId: "7", error: "implementation" })).toMatchObject({ recovered: true, isFallback: true });
  expect(change.files()).toEqual({ "work.txt": "pre-validation" });
});

test("recovery is hard", async () => {
  const change = await broken(["start"]);
  change.edit({ "added.txt": "later" });
  const { backup } = await change.checkpoints.recover({ taskId: "7", error: "implementation" });
  expect(change.files()).toEqual({ "work.txt": "start" });
  await change.checkpoints.restore(backup?.id ?? "");
  expect(change.files()).toEqual({ "work.txt": "broken", "added.txt": "later" });
});

test("recovery resets the task", async () => {
  const { checkpoints } = await broken(["start", "validated"]);
  expect(await checkpoints.tasks.find("7")).toMatchObject({ state: "validated" });
  await checkpoints.recover({ taskId: "7", error: "implementation" });
  expect(await checkpoints.tasks.find("7")).toMatchObject({ state: "not_started" });
});

/** Three tasks, each with seven checkpoints, a day apart and 40 days old at first. */
async function aged(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "1" });
  for (let number = 0; number < 21; number += 1) {
    const now = new Date(Date.UTC(2026, 0, 1 + Math.floor(number / 3)));
    const checkpoints = await openCheckpoints(change.directory, { config: { durability: "none" }, now: () => now });
    await checkpoints.create({ taskId: String(number % 3) });
  }
  return change;
}

test("cleanup leaves at most 5 of each task", async () => {
  const { checkpoints } = await aged();
  const { decision } = await checkpoints.clean({ perTask: 5 });
  expect(decision.expired).toHaveLength(6);
  for (const task of ["0", "1", "2"]) expect((await checkpoints.list({ taskId: task })).checkpoints).toHaveLength(5);
});

test("cleanup removes what is older than 30 days", async () => {
  const { directory, checkpoints } = await aged();
  await stepback(directory, "clean --older-than 30d --quiet", at("2026-02-02T12:00:00Z"));
  const left = (await checkpoints.list()).checkpoints.map(({ createdAt }) => createdAt.slice(0, 10));
  expect([...new Set(left)]).toEqual(["2026-01-04", "2026-01-05", "2026-01-06", "2026-01-07"]);
});

test("checkpoints are grouped by task", async () => {
  const { checkpoints, directory } = await aged();
  expect((await checkpoints.tasks.list()).map(({ taskId, checkpointCount }) => [taskId, checkpointCount])).toEqual([
    ["0", 7],
    ["1", 7],
    ["2", 7],
  ]);
  expect((await stepback(directory, "tasks")).out).toMatch(/0[^]*1[^]*2/);
});

test("cleanup tells the number that was really removed", async () => {
  const { directory, checkpoints } = await aged();
  expect((await stepback(directory, "clean --per-task 5 --keep-last 1")).out).toContain("✓ Removed 6 old checkpoints");
  expect((await stepback(directory, "clean --per-task 5 --keep-last 1")).out).toContain("Nothing to remove.");
  expect((await checkpoints.list()).checkpoints).toHaveLength(15);
  expect(readdirSync(checkpoints.storePath).filter((name) => name.startsWith("checkpoint-"))).toHaveLength(15);
});
