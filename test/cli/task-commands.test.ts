import { describe, expect, test } from "vitest";
import { runCli, type Io } from "../../src/cli/index.js";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { fakeIo } from "./fake-io.js";

async function run(change: TempChange, args: string[], parts: Partial<Io> & { answers?: string[] } = {}) {
  const io = fakeIo({ cwd: change.directory, ...parts });
  const status = await runCli([...args, "-c", "durability=none"], io);
  const shown = (text: string) => text.replaceAll(change.directory, "HERE").replace(/checkpoint-\d{8}-\d{6}/g, "checkpoint-MOMENT");
  return { status, out: shown(io.out()), err: shown(io.err()) };
}

async function task(): Promise<TempChange> {
  const change = await tempChange({ "work.txt": "start" }, { now: () => new Date("2026-01-31T12:00:00Z") });
  await change.checkpoints.create({ taskId: "7", stage: "start" });
  change.edit({ "work.txt": "implementation" });
  await change.checkpoints.create({ taskId: "7", stage: "implementation" });
  change.edit({ "work.txt": "broken" });
  return change;
}

describe("tasks", () => {
  test("shows how each stands and what it can go back to", async () => {
    const change = await task();
    await change.checkpoints.create({ taskId: "0" });
    await change.checkpoints.recover({ taskId: "7", error: "implementation" });
    expect((await run(change, ["tasks"])).out).toMatchInlineSnapshot(`
      "Tasks in 'my-feature':

      Task 7: – Not started
        Checkpoints: 2
        Recovered: 1 time
        Can go back to:
          implementation  checkpoint-MOMENT-manual-2  (2026-01-31 12:00:00, left behind by a recovery)
          start           checkpoint-MOMENT-manual  (2026-01-31 12:00:00)

      Task 0: … In progress
        Checkpoints: 1
        Can go back to:
          (no stage)      checkpoint-MOMENT-manual-3  (2026-01-31 12:00:00)

      "
    `);
    expect((await run(change, ["tasks", "0"])).out).not.toContain("Task 7");
  });

  test("--json has the tasks with their options", async () => {
    const { out } = await run(await task(), ["tasks", "7", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      change_id: "my-feature",
      tasks: [
        {
          task: "7",
          state: "in_progress",
          options: [{ stage: "implementation", is_abandoned: false }, { stage: "start" }],
          recoveries: [],
        },
      ],
    });
  });

  test("no tasks are no failure", async () => {
    const change = await tempChange();
    expect(await run(change, ["tasks"])).toEqual({ status: 0, out: "No tasks in 'my-feature' yet.\n", err: "" });
    expect(await run(change, ["tasks", "9"])).toEqual({ status: 0, out: "No checkpoints of task 9 in 'my-feature'.\n", err: "" });
  });
});

describe("recover", () => {
  test("says what it chose and what it did", async () => {
    const change = await task();
    const { status, out } = await run(change, ["recover", "--task", "7", "--error", "validation", "--yes"]);
    expect(status).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "Task 7 failed (validation): back to its implementation
        checkpoint-MOMENT-manual-2
      ✓ Reset the task
      ✓ Created backup: checkpoint-MOMENT-backup-3
      ✓ Restored 1 file
      ✓ Rollback complete!

      You can now:
        - Review restored files
        - Undo this with \`stepback undo\`
      "
    `);
    expect(change.files()).toEqual({ "work.txt": "implementation" });
  });

  test("asks on a terminal, and takes no for an answer", async () => {
    const change = await task();
    const no = await run(change, ["recover", "--task", "7", "--error", "implementation"], { isTerminal: true, answers: ["n"] });
    expect(no).toMatchObject({ status: 0, out: "Cancelled; nothing was changed.\n" });
    expect(no.err).toMatchInlineSnapshot(`
      "Task 7 failed (implementation): back to its start
        checkpoint-MOMENT-manual
      Rollback to checkpoint 'checkpoint-MOMENT-manual'?
        Type: manual
        Created: 2026-01-31 12:00:00
        Files: work.txt
        Changes: 1 file to restore, 0 to remove

      This will:
        1. Create backup of current state
        2. Restore all files from checkpoint
        3. You can rollback to the backup if needed
        4. Reset the task


      "
    `);
    expect(change.files()).toEqual({ "work.txt": "broken" });
    expect(await run(change, ["recover", "--task", "7", "--error", "implementation"], { answers: ["y"] })).toMatchObject({ status: 0 });
    expect(change.files()).toEqual({ "work.txt": "start" });
  });

  test("without a terminal it refuses, unless with --yes", async () => {
    const change = await task();
    expect(await run(change, ["recover", "--task", "7", "--error", "other"])).toMatchObject({ status: 15, out: "" });
    expect(change.files()).toEqual({ "work.txt": "broken" });
  });

  test("--dry-run shows every operation and changes nothing", async () => {
    const change = await task();
    const { status, out } = await run(change, ["recover", "--task", "7", "--message", "x", "--dry-run"]);
    expect({ status, hasPath: out.includes("work.txt") }).toEqual({ status: 0, hasPath: true });
    expect(change.files()).toEqual({ "work.txt": "broken" });
  });

  test("nothing to go back to is a plain no: 10, with a document on stdout", async () => {
    const change = await task();
    expect(await run(change, ["recover", "--task", "8", "--error", "other", "--yes"])).toEqual({
      status: 10,
      out: "✗ Nothing was recovered: task 8 has no checkpoint to go back to.\n",
      err: "",
    });
    const { status, out } = await run(change, ["recover", "--task", "8", "--error", "other", "--yes", "--json"]);
    expect({ status, document: JSON.parse(out) as unknown }).toMatchObject({
      status: 10,
      document: { recovered: false, outcome: "no_checkpoint", task: "8", error_kind: "other", target: null },
    });
    const fresh = await tempChange();
    expect(await run(fresh, ["recover", "--task", "8", "--error", "other", "--yes"])).toMatchObject({ status: 10 });
  });

  test("too often is a plain no as well: 15", async () => {
    const change = await task();
    const args = ["recover", "--task", "7", "--message", "3 is not 4", "--code", "E1", "--yes", "-c", "recovery.max_rollbacks=1"];
    expect((await run(change, args)).status).toBe(0);
    expect(await run(change, args)).toMatchObject({
      status: 15,
      out: expect.stringContaining("'E1: 3 is not 4' was rolled back 1 time already") as unknown,
    });
    expect((await run(change, [...args, "--force"])).status).toBe(0);
  });

  test("rules tell the kind from message and code", async () => {
    const change = await task();
    const rules = '[{"code":"2","match":"gauge","error":"implementation"},{"match":"assert","error":"validation"}]';
    const stageFor = async (...args: string[]) => {
      const { out } = await run(change, ["recover", "--task", "7", ...args, "--dry-run", "--json"], {
        env: { STEPBACK_RECOVERY_RULES: rules },
      });
      return (JSON.parse(out) as { stage: string | null }).stage;
    };
    expect(await stageFor("--message", "the gauge broke", "--code", "2")).toBe("start");
    expect(await stageFor("--message", "AssertionError: x")).toBe("implementation");
    expect(await stageFor("--code", "2")).toBeNull();
  });

  test.each([
    [["recover"]],
    [["recover", "--task", "7"]],
    [["recover", "--task", "7", "--error", "unheard-of"]],
    [["recover", "--task", "", "--error", "other"]],
  ])("%j is wrong usage", async (args) => {
    expect((await run(await tempChange(), [...args, "--yes"])).status).toBe(2);
  });
});
