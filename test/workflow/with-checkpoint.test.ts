import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireLock, readOwnIdentity } from "../../src/platform/index.js";
import { runWithoutCheckpoints } from "../../src/index.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";

test("work that succeeds keeps its changes; its checkpoint is marked as successful", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const request = { type: "pre_risky_operation", notes: "migrate" } as const;
  const result = await change.checkpoints.withCheckpoint(request, async (before) => {
    expect(before.notes).toBe("migrate");
    change.edit({ "a.txt": "two" });
    return 42;
  });
  expect(result).toBe(42);
  expect(change.files()).toEqual({ "a.txt": "two" });
  expect((await change.checkpoints.list()).checkpoints).toMatchObject([{ type: "pre_risky_operation", success: true }]);
});

test("work that throws has its changes undone, exactly; its own error comes back", async () => {
  const change = await tempChange({ "a.txt": "one", "sub/b.txt": "one" });
  await change.checkpoints.create();
  const before = change.picture();
  const failure = new TypeError("no such column");
  const work = change.checkpoints.withCheckpoint({}, () => {
    change.edit({ "a.txt": "two", sub: null, "c.txt": "new" });
    throw failure;
  });
  await expect(work).rejects.toBe(failure);
  expect(change.picture()).toEqual(before);
  expect((await change.checkpoints.list()).checkpoints).toMatchObject([{}, { success: false, rollbackCount: 1 }, { type: "backup" }]);
  await change.checkpoints.undo();
  expect(change.files()).toEqual({ "a.txt": "two", "c.txt": "new" });
});

test("work that throws without having changed anything takes no backup", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await expect(change.checkpoints.withCheckpoint({}, () => Promise.reject(new Error("at once")))).rejects.toThrow("at once");
  expect((await change.checkpoints.list()).checkpoints).toMatchObject([{ success: false, rollbackUsed: false }]);
});

test("when the checkpoint cannot be taken the work is not begun", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const checkpoints = await change.reopen({
    config: { durability: "none", limits: { maxEntries: 1, maxTotalBytes: 1, maxFileBytes: null } },
  });
  let isBegun = false;
  const work = checkpoints.withCheckpoint({}, () => {
    isBegun = true;
  });
  await expect(work).rejects.toMatchObject({ code: "TREE_TOO_LARGE" });
  expect(isBegun).toBe(false);
});

test("when the rollback fails as well, both errors come back", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const failure = new Error("the work");
  const work = change.checkpoints.withCheckpoint({}, ({ storedPath }) => {
    change.edit({ "a.txt": "two" });
    rmSync(join(storedPath, "a.txt"));
    throw failure;
  });
  await expect(work).rejects.toMatchObject({ errors: [failure, { code: "DAMAGED" }] });
  expect(change.files()).toEqual({ "a.txt": "two" });
});

test("may be nested; each takes back its own", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.withCheckpoint({}, async () => {
    change.edit({ "a.txt": "two" });
    const inner = change.checkpoints.withCheckpoint({}, () => {
      change.edit({ "a.txt": "three" });
      throw new Error("inner");
    });
    await expect(inner).rejects.toThrow("inner");
    expect(change.files()).toEqual({ "a.txt": "two" });
  });
  expect(change.files()).toEqual({ "a.txt": "two" });
});

test("the end of work that took long is recorded and rolled back though another writer holds the lock at that moment", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.withCheckpoint({}, () => holdLockShortly(change));
  expect((await change.checkpoints.find("latest")).success).toBe(true);
  const failing = change.checkpoints.withCheckpoint({}, async () => {
    change.edit({ "a.txt": "two" });
    await holdLockShortly(change);
    throw new Error("the work");
  });
  await expect(failing).rejects.toThrow("the work");
  expect(change.files()).toEqual({ "a.txt": "one" });
});

test("a step without checkpoints needs no directory and makes no store", async () => {
  const cwd = tempFolder();
  const outcome = await runWithoutCheckpoints({ command: ["sh", "-c", "exit 3"], cwd });
  expect(outcome).toMatchObject({ before: null, success: false, exitStatus: 3, exitCode: 3, rollback: null });
  await expect(runWithoutCheckpoints({ command: ["true"], cwd: join(cwd, "missing") })).rejects.toMatchObject({
    code: "DIRECTORY_NOT_FOUND",
  });
  await expect(runWithoutCheckpoints({ command: [""] })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

/** Holds the store's lock for a moment beyond the present one. */
async function holdLockShortly({ directory }: TempChange): Promise<void> {
  const request = { owner: readOwnIdentity(), command: "stepback create", waitMs: 0, now: () => new Date() };
  const lock = await acquireLock(join(directory, ".checkpoints/lock"), request);
  setTimeout(() => lock.release(), 50);
}
