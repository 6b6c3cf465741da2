import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli, type Io } from "../../src/cli/index.js";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { fakeIo } from "./fake-io.js";

async function run(change: TempChange, line: string[], parts: Partial<Io> = {}) {
  const io = fakeIo({ cwd: change.directory, env: { STEPBACK_DURABILITY: "none" }, ...parts });
  const status = await runCli(line, io);
  return { status, out: io.out(), err: io.err() };
}

/** A change with some history, whose clock stands at 2026-03-04. */
async function worked(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "one" }, { now: () => new Date("2026-03-04T08:00:00Z") });
  await change.checkpoints.sessions.start();
  await change.checkpoints.create({ step: 1, success: true });
  await change.checkpoints.sessions.task("7");
  change.edit({ "a.txt": "longer than before" });
  await change.checkpoints.restore("step:1");
  await change.checkpoints.sessions.end();
  return change;
}

test("report shows what was done, as text, as Markdown and as JSON", async () => {
  const change = await worked();
  expect((await run(change, ["report", "--detailed"])).out).toMatchInlineSnapshot(`
    "Report for 'my-feature' by week (UTC):

    Period    Checkpoints  Restores  Sessions  Tasks  Steps  Success  Growth    Types
    2026-W10  5            1         1         1      1      100 %    +0 bytes  1 backup, 1 session_end, 1 session_start, 1 step, 1 task_complete
    total     5            1         1         1      1      100 %    +0 bytes  1 backup, 1 session_end, 1 session_start, 1 step, 1 task_complete
    "
  `);
  expect((await run(change, ["report", "--period", "month", "--markdown"])).out).toMatchInlineSnapshot(`
    "# Report for my-feature

    By month, UTC.

    | Period | Checkpoints | Restores | Sessions | Tasks | Steps | Success | Growth |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    | 2026-03 | 5 | 1 | 1 | 1 | 1 | 100 % | +0 bytes |
    | total | 5 | 1 | 1 | 1 | 1 | 100 % | +0 bytes |
    "
  `);
  const json = await run(change, ["report", "--period", "day", "--json"]);
  expect(JSON.parse(json.out)).toMatchObject({
    period: "day",
    time_zone: "UTC",
    rows: [{ period: "2026-03-04", tasks_completed: 1, restores: 1 }],
  });
  expect(await run(change, ["report", "--period", "year"])).toMatchObject({ status: 2 });
  expect(await run(change, ["report", "--markdown", "--json"])).toMatchObject({ status: 2 });
});

test("summary shows the checkpoints in numbers", async () => {
  const change = await worked();
  expect((await run(change, ["summary"])).out).toMatchInlineSnapshot(`
    "Change: my-feature
    Checkpoints: 5
      backup: 1
      session_end: 1
      session_start: 1
      step: 1
      task_complete: 1
    Used for rollback: 1 (1 restores)
    Successful: 2
    Failed: 0
    Latest: checkpoint-20260304-080000-session_end (2026-03-04 08:00:00)
    "
  `);
  expect(JSON.parse((await run(change, ["summary", "--json"])).out)).toMatchObject({
    total: 5,
    by_type: { session_start: 1 },
    used_for_rollback: 1,
  });
});

describe("status", () => {
  test("has the word incomplete while a session is, and --check makes it exit status 3", async () => {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    expect((await run(change, ["status", "--check"])).status).toBe(0);
    expect((await run(change, ["status"])).out).not.toContain("incomplete");
    await run(change, ["session", "start"]);
    const open = await run(change, ["status"]);
    expect(open.status).toBe(0);
    expect(open.out).toContain("⚠ incomplete: session-20251020-150000 is active and was not ended\n");
    expect((await run(change, ["status", "--check"])).status).toBe(3);
    expect(JSON.parse((await run(change, ["status", "--json"])).out)).toMatchObject({
      session: { state: "active" },
      incomplete: [expect.any(String)],
    });
    await run(change, ["session", "end"]);
    expect((await run(change, ["status", "--check"])).status).toBe(0);
    expect((await run(change, ["status"])).out).not.toContain("incomplete");
  });

  test("has the word incomplete while a workflow has steps to do", async () => {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    await change.checkpoints.workflow.start({ steps: [{ number: 1, name: "only" }] });
    expect((await run(change, ["status", "--check"])).out).toMatch(/⚠ incomplete: \S+ goes on with step 1 \(only\)/);
    await change.checkpoints.workflow.complete(1);
    expect((await run(change, ["status", "--check"])).status).toBe(0);
  });

  test("tells of a record that cannot be used, and of a repository that stands elsewhere", async () => {
    const change = await tempChange({ "a.txt": "one", ".git/HEAD": `${"a".repeat(40)}\n`, ".git/objects/": "", ".git/refs/": "" });
    await change.checkpoints.create();
    writeFileSync(join(change.directory, ".git/HEAD"), `${"b".repeat(40)}\n`);
    mkdirSync(join(change.checkpoints.storePath, "sessions"));
    writeFileSync(join(change.checkpoints.storePath, "sessions/active.json"), "torn");
    const { out, err } = await run(change, ["status"]);
    expect(out).toMatch(/⚠ state mismatch: checkpoint-\S+ was taken at commit aaaaaaaaa, and HEAD is at bbbbbbbbb\n/);
    expect(err).toContain("active.json: is not JSON");
  });
});

describe("validate", () => {
  test("is valid, says what changed, and exits with 0", async () => {
    const change = await tempChange({ "a.txt": "one" });
    expect((await run(change, ["validate"])).out).toContain("✓ Valid, no checkpoints\n");
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": "two", "b.txt": "new" });
    expect(await run(change, ["validate"])).toEqual({ status: 0, out: `✓ Valid, 2 changes since ${id}\n`, err: "" });
    const json = JSON.parse((await run(change, ["validate", "--json"])).out) as unknown;
    expect(json).toMatchObject({ is_valid: true, errors: [], has_changes: true, changes: { added: 1, changed: 1 }, tests_passing: null });
  });

  test("runs the configured tests: their output is passed on, and their failure is exit status 3", async () => {
    const change = await tempChange({ "a.txt": "one", ".stepback.yaml": "test_command: echo so far; grep -q one a.txt\n" });
    await change.checkpoints.create();
    const passed = await run(change, ["validate"]);
    expect(passed).toMatchObject({ status: 0, err: "so far\n" });
    expect(passed.out).toContain("no changes since");
    expect(passed.out).toContain("tests pass\n");
    change.edit({ "a.txt": "two" });
    const failed = await run(change, ["validate", "--json"]);
    expect({ status: failed.status, err: failed.err }).toEqual({ status: 3, err: "" });
    expect(JSON.parse(failed.out)).toMatchObject({ is_valid: true, tests_passing: false, tests: { exit_code: 1, output: "so far\n" } });
    expect(await run(change, ["validate", "--no-tests", "--quiet"])).toMatchObject({ status: 0, err: "" });
  });

  test("names what keeps checkpoints from being made, and exits with 13", async () => {
    const change = await tempChange({ "a.txt": "one", "b.txt": "two" });
    await change.checkpoints.create();
    change.edit({ ".stepback.yaml": "limits:\n  max_entries: 2\n" });
    const tooLarge = await run(change, ["validate"]);
    expect(tooLarge.status).toBe(13);
    expect(tooLarge.out).toMatch(/✗ Not valid: 1 error.*\n✗ .*2/);
    change.edit({ ".stepback.yaml": null });
    writeFileSync(join(change.checkpoints.storePath, "state.json"), "torn");
    const torn = await run(change, ["validate", "--json"]);
    expect(torn.status).toBe(13);
    expect(JSON.parse(torn.out)).toMatchObject({ is_valid: false, errors: [expect.stringContaining("state.json")] });
  });

  test("warns of too many checkpoints, and of a session that was left", async () => {
    const change = await tempChange(
      { "a.txt": "one", ".stepback.yaml": "max_checkpoints: 2\n" },
      { now: () => new Date("2025-10-18T00:00:00Z") },
    );
    await change.checkpoints.sessions.start();
    await change.checkpoints.create();
    await change.checkpoints.create();
    const { status, out } = await run(change, ["validate"]);
    expect(status).toBe(0);
    expect(out).toContain("⚠ too many checkpoints: 3, and at most 2 are wanted");
    expect(out).toContain("⚠ session-20251018-000000 was left incomplete (expired)");
  });
});
