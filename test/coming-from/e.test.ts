import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKPOINT_TYPES, openCheckpoints } from "../../src/index.js";
import { BINARY } from "../end-to-end/command-line.js";
import { git } from "../git-head/git-folders.js";
import { testWith } from "../support/requirements.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { at, stepback, stepbackJson } from "./command-line.js";

// The session guide of a workflow command line: each test is a row of the table in docs/workflows.md.

/** A session that was left, with a checkpoint and a task in it. */
async function session(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "1" });
  await stepback(change.directory, ["session", "start", "the gauge"], at("2026-03-04T08:00:00Z"));
  await stepback(change.directory, "session task complete 7 --tokens 1200 --memory 512M", at("2026-03-04T08:30:00Z"));
  await stepback(change.directory, "session task fail 8", at("2026-03-04T08:40:00Z"));
  return change;
}

/** The changes root that a program of this design would have, in a repository of the real git. */
function repository() {
  const folder = tempFolder();
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "commit", "--quiet", "--allow-empty", "-m", "first");
  const directory = join(folder, "my-feature");
  mkdirSync(directory);
  writeFileSync(join(directory, "a.txt"), "1");
  return directory;
}

test("status", async () => {
  const { directory, checkpoints } = await session();
  expect(await checkpoints.status()).toMatchObject({ checkpoints: 2, session: { sessionId: "session-20260304-080000" } });
  expect((await stepback(directory, "status")).out).toContain("Checkpoints: 2");
});

test("list with a limit", async () => {
  const { directory, checkpoints } = await session();
  expect((await checkpoints.list({ limit: 1 })).checkpoints).toMatchObject([{ type: "task_complete" }]);
  expect((await stepback(directory, "list --limit 1")).out.match(/^checkpoint-/gm)).toHaveLength(1);
});

test("restore", async () => {
  const change = await session();
  change.edit({ "a.txt": "2", "added.txt": "3" });
  expect(await stepback(change.directory, "restore latest --yes")).toMatchObject({ status: 0 });
  expect(change.files()).toEqual({ "a.txt": "1" });
});

test("create with a description", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  expect(await stepback(directory, ["create", "before the refactor"])).toMatchObject({ status: 0 });
  expect(await checkpoints.find("latest")).toMatchObject({ notes: "before the refactor", type: "manual" });
});

/** Five checkpoints, one a day, the last of them on the 5th of January. */
async function aged(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "1" });
  for (let day = 1; day <= 5; day += 1) {
    const now = () => new Date(Date.UTC(2026, 0, day));
    await (await openCheckpoints(change.directory, { config: { durability: "none" }, now })).create();
  }
  return change;
}

test("clean by number and by age", async () => {
  const first = await aged();
  await stepback(first.directory, "clean --keep 2");
  expect((await first.checkpoints.list()).checkpoints).toHaveLength(2);
  const second = await aged();
  await stepback(second.directory, "clean --older-than 2d", at("2026-01-05T12:00:00Z"));
  expect((await second.checkpoints.list()).checkpoints.map(({ createdAt }) => createdAt.slice(8, 10))).toEqual(["04", "05"]);
});

test("a dry run of clean", async () => {
  const { directory, checkpoints } = await aged();
  const planned = (await stepbackJson(directory, "clean 2 --dry-run")) as { removed: unknown };
  expect((await checkpoints.list()).checkpoints).toHaveLength(5);
  const done = (await stepbackJson(directory, "clean 2")) as { removed: unknown };
  expect(done.removed).toEqual(planned.removed);
  expect((await checkpoints.list()).checkpoints).toHaveLength(2);
});

test("clean that verifies what stays", async () => {
  const { directory, checkpoints } = await aged();
  expect(await checkpoints.clean({ keepLast: 4 }, { verify: true })).toMatchObject({ verification: { isWhole: true } });
  expect(await stepback(directory, "clean 3 --verify")).toMatchObject({ status: 0 });
});

test("a report by period, with details", async () => {
  const { directory, checkpoints } = await session();
  expect(await checkpoints.report({ period: "day" })).toMatchObject({
    rows: [{ period: "2026-03-04", tasksCompleted: 1, tasksFailed: 1 }],
  });
  expect((await stepback(directory, "report --period month --detailed")).out).toMatch(/2026-03[^]*1 session_start, 1 task_complete/);
});

test("show", async () => {
  const { directory } = await session();
  const { out } = await stepback(directory, "show latest --files");
  expect(out).toMatch(/task_complete/);
  expect(out).toContain("a.txt");
});

test("help", async () => {
  const { directory } = await tempChange();
  expect(await stepback(directory, "--help")).toMatchObject({ status: 0, out: expect.stringContaining("Usage: stepback") as string });
  expect((await stepback(directory, "session --help")).out).toContain("stepback session start");
});

testWith(["git"], "what a checkpoint knows of its session and its commit", async () => {
  const directory = repository();
  await stepback(directory, "session start", at("2026-03-04T08:00:00Z"));
  expect(await stepbackJson(directory, ["create", "half way"], at("2026-03-04T08:10:00Z"))).toMatchObject({
    checkpoint_id: "checkpoint-20260304-081000-manual",
    type: "manual",
    timestamp: "2026-03-04T08:10:00.000Z",
    session_id: "session-20260304-080000",
    notes: "half way",
    git_commit: git(directory, "rev-parse", "HEAD"),
    git_branch: "main",
  });
});

test("the tasks completed and the sprint of a checkpoint", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  await stepback(directory, "create --state tasks_completed=4 --meta sprint=3");
  expect(await checkpoints.find("latest")).toMatchObject({ state: { tasksCompleted: 4 }, metadata: { sprint: "3" } });
  expect((await checkpoints.list({ metadata: { sprint: "3" } })).checkpoints).toHaveLength(1);
});

testWith(["git"], "a commit that is another one is told before anything happens", async () => {
  const directory = repository();
  await stepback(directory, "create");
  git(directory, "commit", "--quiet", "--allow-empty", "-m", "second");
  writeFileSync(join(directory, "a.txt"), "2");
  const { err, out } = await stepback(directory, "restore latest", { answers: ["n"] });
  expect(err + out).toMatch(/Note: [^]*commit[^]*This will:/);
  expect(readFileSync(join(directory, "a.txt"), "utf8")).toBe("2");
});

test("seven types", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  const types = ["session_start", "task_complete", "sprint_complete", "auto", "manual", "error_recovery", "session_end"] as const;
  expect(CHECKPOINT_TYPES).toEqual(expect.arrayContaining([...types]));
  for (const type of types) await stepback(directory, `create --type ${type}`);
  expect((await checkpoints.summary()).byType).toEqual(Object.fromEntries(types.map((type) => [type, 1])));
});

test("a checkpoint when a session starts", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  expect(await checkpoints.sessions.start()).toMatchObject({ checkpoint: { type: "session_start" } });
});

test("a checkpoint when a task is complete", async () => {
  const change = await session();
  expect((await change.checkpoints.list({ type: "task_complete" })).checkpoints).toMatchObject([{ taskId: "7", success: true }]);
  const quiet = await change.reopen({ config: { durability: "none", checkpointOn: ["interval"] } });
  expect(await quiet.sessions.task("9")).toMatchObject({ checkpoint: null, session: { metrics: { tasksCompleted: 2 } } });
});

test("a checkpoint when a sprint is complete", async () => {
  const { directory, checkpoints } = await session();
  expect((await stepback(directory, ["session", "sprint", "Sprint 3"])).out).toMatch(/^✓ Completed Sprint 3 in session-[^]*Checkpoint: /);
  expect((await checkpoints.list({ type: "sprint_complete" })).checkpoints).toMatchObject([{ metadata: { sprint: "Sprint 3" } }]);
  const off = await stepbackJson(directory, ["session", "sprint", "Sprint 4", "-c", "checkpoint_on=task_complete"]);
  expect(off).toMatchObject({ checkpoint: null });
  const active = await checkpoints.sessions.active();
  expect(active?.events.filter(({ kind }) => kind === "sprint")).toMatchObject([{ name: "Sprint 3" }, { name: "Sprint 4" }]);
});

test("a checkpoint before a risky operation", async () => {
  const change = await session();
  const { directory, checkpoints } = change;
  await stepback(directory, ["session", "before", "the migration"]);
  change.edit({ "a.txt": "migrated" });
  await checkpoints.restore("latest");
  expect(change.files()).toEqual({ "a.txt": "1" });
  const quiet = await change.reopen({ config: { durability: "none", checkpointOn: [] } });
  expect(await quiet.sessions.before("another")).toMatchObject({ checkpoint: null });
  const failing = quiet.withCheckpoint({ type: "pre_risky_operation" }, () => {
    change.edit({ "a.txt": "broken" });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(change.files()).toEqual({ "a.txt": "1" });
});

test("a checkpoint at intervals", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const ended = new AbortController();
  ended.abort();
  const { checkpoints } = await change.checkpoints.watch({ signal: ended.signal });
  expect(checkpoints).toMatchObject([{ type: "auto" }]);
  const { out } = await stepback(change.directory, "watch --interval 15m", { signal: ended.signal });
  expect(out).toContain("0 checkpoints");
});

test("a checkpoint when the work is interrupted", async () => {
  const change = await tempChange({ "a.txt": "1" });
  await change.checkpoints.sessions.start();
  const ended = new AbortController();
  change.edit({ "a.txt": "half" });
  const onLook = () => ended.abort();
  await change.checkpoints.watch({ signal: ended.signal, onLook });
  const events = (await change.checkpoints.sessions.active())?.events.map(({ kind }) => kind);
  expect(events?.slice(-2)).toEqual(["checkpoint", "interrupted"]);
});

/** A session that was left long ago. */
async function left(): Promise<TempChange> {
  const change = await session();
  change.edit({ "a.txt": "2" });
  return change;
}

test("what is looked at when a session starts", async () => {
  const { directory, checkpoints } = await left();
  expect(await checkpoints.sessions.review()).toMatchObject({
    session: { sessionId: "session-20260304-080000", state: "expired", isIncomplete: true },
    recentCheckpoints: [{ type: "session_start" }, { type: "task_complete" }],
    git: { commit: null },
    gitMismatch: null,
  });
  expect((await stepback(directory, "session start --recover review")).out).toContain("Recent checkpoints:");
});

test("going on with the session that was left", async () => {
  const { directory } = await left();
  expect((await stepback(directory, "session start --recover continue")).out).toContain("✓ Continued session-20260304-080000");
});

test("a fresh session instead of the one that was left", async () => {
  const { directory } = await left();
  const { out } = await stepback(directory, "session start --recover fresh");
  expect(out).toMatch(/✓ Closed session-20260304-080000 \(expired\)\n✓ Started session-/);
});

test("a look at the session that was left", async () => {
  const { directory, checkpoints } = await left();
  expect((await stepback(directory, "session start --recover review")).out).toMatch(/incomplete: expired[^]*About: the gauge/);
  expect((await checkpoints.sessions.list()).sessions).toHaveLength(1);
});

test("auto_checkpoint", async () => {
  const change = await session();
  const off = await change.reopen({ config: { durability: "none", autoCheckpoint: false } });
  expect(await off.sessions.task("9")).toMatchObject({ checkpoint: null });
  await expect(off.watch({ signal: new AbortController().signal })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  expect((await stepback(change.directory, "config auto_checkpoint")).out).toBe("true\n");
});

test("interval_minutes is 15", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  expect(checkpoints.config.intervalMinutes).toBe(15);
  expect((await stepback(directory, "config interval_minutes")).out).toBe("15\n");
});

test("max_checkpoints", async () => {
  const { directory } = await aged();
  writeFileSync(join(directory, ".stepback.yaml"), "max_checkpoints: 3\n");
  await stepback(directory, "clean");
  expect((await stepback(directory, "list")).out.match(/^checkpoint-/gm)).toHaveLength(3);
});

test("checkpoint_on has four names", async () => {
  const { directory } = await tempChange();
  const names = "task_complete, sprint_complete, before_risky_operation, interval";
  expect((await stepback(directory, "config checkpoint_on")).out).toBe(`${names}\n`);
  expect(await stepback(directory, "config -c checkpoint_on=task_completed")).toMatchObject({ status: 2 });
});

test("time, tasks and their share of success", async () => {
  const { directory, checkpoints } = await session();
  await stepback(directory, "session end", at("2026-03-04T09:00:00Z"));
  const { metrics } = await checkpoints.sessions.get("session-20260304-080000");
  expect(metrics).toMatchObject({ durationMs: 3_600_000, tasksCompleted: 1, tasksFailed: 1, successRatio: 0.5 });
});

test("tokens where they are known", async () => {
  const { checkpoints } = await session();
  expect((await checkpoints.sessions.active())?.metrics.tokens).toBe(1200);
  const other = await tempChange({ "a.txt": "1" });
  expect((await other.checkpoints.sessions.start()).session.metrics.tokens).toBeNull();
});

test("memory", async () => {
  const { checkpoints } = await session();
  expect((await checkpoints.sessions.active())?.metrics.peakMemoryBytes).toBe(512 * 1024 ** 2);
});

test("the final report of a session", async () => {
  const { directory } = await session();
  const { out } = await stepback(directory, "session end --success true", at("2026-03-04T09:00:00Z"));
  expect(out).toMatch(
    /✓ Ended session-20260304-080000[^]*Result: ✓ Success[^]*Time: 1 h 0 min[^]*Tasks: 1 completed, 1 failed \(50 % success\)/,
  );
});

test("one session at a time", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  await checkpoints.sessions.start();
  await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code: "SESSION_ACTIVE" });
  expect((await checkpoints.sessions.list()).sessions).toHaveLength(1);
});

test("stale after 24 hours", async () => {
  const { directory } = await session();
  expect(await stepback(directory, "session start", at("2026-03-05T08:39:00Z"))).toMatchObject({ status: 11 });
  expect(await stepback(directory, "session start", at("2026-03-05T08:41:00Z"))).toMatchObject({ status: 0 });
});

test("taking over by force", async () => {
  const { directory } = await session();
  const { status, out } = await stepback(directory, "session start --force", at("2026-03-04T08:41:00Z"));
  expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining("(taken over)") as string });
});

testWith(["git"], "the message: the state is another one", async () => {
  const directory = repository();
  await stepback(directory, "session start");
  git(directory, "commit", "--quiet", "--allow-empty", "-m", "second");
  expect((await stepback(directory, "status")).out).toMatch(/⚠ .*commit/);
  expect((await stepback(directory, "session start --recover review")).out).toMatch(/⚠ the repository was at/);
});

test("the message: a session is active already", async () => {
  const { directory } = await tempChange({ "a.txt": "1" });
  await stepback(directory, "session start --owner agent-1");
  expect(await stepback(directory, "session start")).toMatchObject({
    status: 11,
    err: expect.stringMatching(/session-.*agent-1/) as string,
  });
});

test("the message: the data of a checkpoint is invalid", async () => {
  const { directory, checkpoints } = await session();
  const { id } = await checkpoints.find("latest");
  writeFileSync(join(checkpoints.storePath, "manifests", `${id}.json`), "{}");
  expect(await stepback(directory, `restore ${id} --yes`)).toMatchObject({ status: 12, err: expect.stringContaining(id) as string });
  writeFileSync(join(checkpoints.storePath, "state.json"), "{}");
  expect(await stepback(directory, "list")).toMatchObject({ status: 12, err: expect.stringContaining("state.json") as string });
});

test("the message: too many checkpoints", async () => {
  const { directory } = await aged();
  const few = ["-c", "max_checkpoints=3"];
  const said = { status: 0, err: expect.stringMatching(/too many checkpoints: \d+, and at most 3/) as string };
  expect(await stepback(directory, ["create", ...few])).toMatchObject(said);
  expect(await stepback(directory, ["session", "start", ...few])).toMatchObject(said);
  const ended = new AbortController();
  ended.abort();
  writeFileSync(join(directory, "a.txt"), "2");
  expect(await stepback(directory, ["watch", ...few], { signal: ended.signal })).toMatchObject(said);
  expect((await stepback(directory, ["validate", ...few])).out).toContain("too many checkpoints");
});

test("status | grep -q incomplete", async () => {
  const { directory } = await tempChange({ "a.txt": "1" });
  const grep = () => spawnSync("sh", ["-c", `"$0" "$1" status | grep -q incomplete`, process.execPath, BINARY], { cwd: directory }).status;
  await stepback(directory, "session start");
  expect(grep()).toBe(0);
  expect((await stepback(directory, "status --check")).status).toBe(3);
  await stepback(directory, "session end");
  expect(grep()).toBe(1);
  expect((await stepback(directory, "status --check")).status).toBe(0);
});

test("putting the store away as an archive, and cleaning up", async () => {
  const { directory, checkpoints } = await aged();
  const ids = (await stepback(directory, "list --format {id}")).out.trim().split("\n");
  const archive = join(tempFolder(), "store.tar.gz");
  expect(await stepback(directory, ["export", ...ids, "--output", archive])).toMatchObject({ status: 0 });
  expect(await stepback(directory, "clean 1")).toMatchObject({ status: 0 });
  expect(await stepback(directory, ["import", archive])).toMatchObject({ status: 0 });
  expect((await checkpoints.list()).checkpoints.length).toBeGreaterThanOrEqual(5);
});

test("a dry run of restore restores nothing, and restore restores files", async () => {
  const change = await session();
  change.edit({ "a.txt": "2" });
  expect((await stepback(change.directory, "restore latest --dry-run")).out).toContain("a.txt");
  expect(change.files()).toEqual({ "a.txt": "2" });
  await change.checkpoints.restore("latest");
  expect(change.files()).toEqual({ "a.txt": "1" });
});
