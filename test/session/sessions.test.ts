import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoints } from "../../src/index.js";
import { schemaProblems } from "../formats/schemas.js";
import { tempChange, tempFolder } from "../support/temp-change.js";

const HOUR = 3_600_000;
const START = Date.parse("2026-03-04T08:00:00Z");

/** A change directory whose clock stands where it is set. */
async function changeWithClock(files: Record<string, string> = { "a.txt": "one" }) {
  const clock = { ms: START };
  const change = await tempChange(files, { now: () => new Date(clock.ms) });
  return { ...change, clock, path: (name: string) => join(change.checkpoints.storePath, "sessions", name) };
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

/** The types of the checkpoints with the session of each. */
async function checkpointsOf(checkpoints: Checkpoints) {
  return (await checkpoints.list()).checkpoints.map(({ type, sessionId }) => [type, sessionId]);
}

test("a session goes from its start to its end with a checkpoint at each, and its file says what happened", async () => {
  const change = await changeWithClock();
  const { checkpoints, clock, path } = change;
  const { session, checkpoint } = await checkpoints.sessions.start({ description: "the gauge", owner: { name: "agent-1" } });
  expect(session).toMatchObject({
    sessionId: "session-20260304-080000",
    state: "active",
    isIncomplete: true,
    startCheckpoint: checkpoint?.id,
  });
  expect(session.owner).toMatchObject({ name: "agent-1", pid: process.pid });
  expect(statSync(path("active.json")).mode & 0o777).toBe(0o600);
  expect(schemaProblems("session", readJson(path("active.json")))).toEqual([]);

  clock.ms += HOUR;
  change.edit({ "a.txt": "two" });
  await checkpoints.create({ step: 1 });
  await checkpoints.sessions.task("7", { success: false, tokens: 100 });
  await checkpoints.sessions.task("7", { tokens: 20 });
  await checkpoints.sessions.task("8", { success: false });
  await checkpoints.sessions.record({ tokens: 5, memoryBytes: 2 ** 50 });
  clock.ms += HOUR;
  const ended = await checkpoints.sessions.end({ success: true });

  expect(ended.session.metrics).toEqual({
    durationMs: 2 * HOUR,
    checkpoints: 4,
    tasksCompleted: 1,
    tasksFailed: 1,
    successRatio: 0.5,
    tokens: 125,
    peakMemoryBytes: 2 ** 50,
  });
  const id = session.sessionId;
  expect(await checkpointsOf(checkpoints)).toEqual([
    ["session_start", id],
    ["step", id],
    ["task_complete", id],
    ["session_end", id],
  ]);
  const file = readJson(path(`${id}.json`));
  expect(schemaProblems("session", file)).toEqual([]);
  expect((file["events"] as { kind: string }[]).map(({ kind }) => kind)).toEqual([
    "started",
    "checkpoint",
    "task",
    "task",
    "task",
    "usage",
    "closed",
  ]);
  expect(existsSync(path("active.json"))).toBe(false);
  expect(await checkpoints.sessions.active()).toBeNull();
  expect(await checkpoints.sessions.get(id)).toMatchObject({ state: "ended", isIncomplete: false, success: true });
});

test("the memory of the process that stands for the work is seen without being told", async () => {
  const { checkpoints } = await changeWithClock();
  await checkpoints.sessions.start();
  const { session } = await checkpoints.sessions.end();
  expect(session.metrics.peakMemoryBytes).toBeGreaterThan(1_000_000);
});

test("checkpoints count also when they are cleaned away", async () => {
  const { checkpoints } = await changeWithClock();
  await checkpoints.sessions.start();
  const { id } = await checkpoints.create();
  await checkpoints.delete([id]);
  expect((await checkpoints.sessions.end()).session.metrics.checkpoints).toBe(3);
});

test("no cleanup removes the start of the active session, and its end lets it go", async () => {
  const { checkpoints } = await changeWithClock();
  const start = (await checkpoints.sessions.start()).checkpoint?.id ?? "";
  for (let step = 1; step <= 3; step += 1) await checkpoints.create({ step });
  for (const dryRun of [true, false]) {
    const { decision } = await checkpoints.clean({ keepLast: 1 }, { dryRun });
    expect(decision.kept.find(({ record }) => record.id === start)?.reasons).toEqual(["active_session"]);
  }
  await checkpoints.sessions.end();
  const { decision } = await checkpoints.clean({ keepLast: 1 });
  expect(decision.expired.map(({ id }) => id)).toContain(start);
});

test("a completed task gets a checkpoint only where the configuration says so", async () => {
  const change = await changeWithClock();
  const { checkpoints } = change;
  await checkpoints.sessions.start();
  expect((await checkpoints.sessions.task("7")).checkpoint).toMatchObject({ type: "task_complete", taskId: "7", success: true });
  const without = [
    await change.reopen({ config: { autoCheckpoint: false } }),
    await change.reopen({ config: { checkpointOn: ["interval"] } }),
  ];
  for (const { sessions } of without) expect((await sessions.task("8")).checkpoint).toBeNull();
  expect((await checkpoints.sessions.end()).session.metrics.tasksCompleted).toBe(2);
});

test("a backup that a restore takes in a session belongs to it", async () => {
  const change = await changeWithClock();
  const { checkpoints } = change;
  const { session, checkpoint } = await checkpoints.sessions.start();
  change.edit({ "a.txt": "two" });
  await checkpoints.restore(checkpoint?.id ?? "");
  expect((await checkpoints.find("backup")).sessionId).toBe(session.sessionId);
});

describe("two sessions cannot be active", () => {
  test("the second one is refused with the name of the first one's owner", async () => {
    const { checkpoints } = await changeWithClock();
    await checkpoints.sessions.start({ owner: { name: "agent-1" } });
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({
      code: "SESSION_ACTIVE",
      exitStatus: 11,
      message: expect.stringContaining("agent-1") as unknown,
    });
    await expect(checkpoints.sessions.start({ recover: "fresh" })).rejects.toMatchObject({ code: "SESSION_ACTIVE" });
    await expect(checkpoints.sessions.start({ recover: "continue" })).rejects.toMatchObject({ code: "SESSION_ACTIVE" });
  });

  test("with force the first one is closed as taken over", async () => {
    const { checkpoints, clock } = await changeWithClock();
    const first = await checkpoints.sessions.start();
    clock.ms += HOUR;
    const second = await checkpoints.sessions.start({ force: true });
    expect(second.session).toMatchObject({ previous: first.session.sessionId, state: "active" });
    expect(second.closed).toMatchObject({ sessionId: first.session.sessionId, status: "taken_over", isIncomplete: false });
    expect((await checkpoints.sessions.list()).sessions.map(({ state }) => state)).toEqual(["taken_over", "active"]);
  });
});

describe("an expired session", () => {
  test("is taken over without force, and its time ends when it was last heard of", async () => {
    const { checkpoints, clock } = await changeWithClock();
    await checkpoints.sessions.start();
    clock.ms += HOUR;
    await checkpoints.create();
    clock.ms += 24 * HOUR;
    expect(await checkpoints.sessions.active()).toMatchObject({ state: "expired", isIncomplete: true });
    const { closed } = await checkpoints.sessions.start();
    expect(closed).toMatchObject({ status: "expired", metrics: { durationMs: HOUR, checkpoints: 2 } });
  });

  test("is not expired while checkpoints are made, and not by a clock that is set back", async () => {
    const { checkpoints, clock } = await changeWithClock();
    await checkpoints.sessions.start();
    for (let hour = 0; hour < 40; hour += 20) {
      clock.ms += 20 * HOUR;
      await checkpoints.create();
    }
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code: "SESSION_ACTIVE" });
    clock.ms -= 1000 * HOUR;
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code: "SESSION_ACTIVE" });
  });

  test("gets no more checkpoints, but goes on when it is continued", async () => {
    const { checkpoints, clock } = await changeWithClock();
    const { session } = await checkpoints.sessions.start();
    clock.ms += 24 * HOUR;
    expect((await checkpoints.create()).sessionId).toBeNull();
    expect(await checkpoints.sessions.start({ recover: "continue" })).toMatchObject({
      isContinued: true,
      session: { sessionId: session.sessionId },
    });
    expect((await checkpoints.create()).sessionId).toBe(session.sessionId);
  });
});

describe("a session whose owner is gone", () => {
  async function abandoned() {
    const change = await changeWithClock();
    const owner = spawn("sleep", ["60"]);
    const { session } = await change.checkpoints.sessions.start({ owner: { pid: owner.pid ?? 0 } });
    expect(await change.checkpoints.sessions.active()).toMatchObject({ state: "active" });
    owner.kill("SIGKILL");
    await once(owner, "exit");
    return { ...change, first: session.sessionId };
  }

  test("must be decided about: continued, or closed for a fresh one", async () => {
    const { checkpoints, first } = await abandoned();
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code: "SESSION_INCOMPLETE", exitStatus: 15 });
    expect(await checkpoints.sessions.start({ recover: "continue" })).toMatchObject({
      isContinued: true,
      session: { sessionId: first, state: "active", owner: { pid: process.pid } },
    });
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code: "SESSION_ACTIVE" });
  });

  test("is closed as abandoned for a fresh one", async () => {
    const { checkpoints, first } = await abandoned();
    expect(await checkpoints.sessions.start({ recover: "fresh" })).toMatchObject({ closed: { sessionId: first, status: "abandoned" } });
  });
});

test("a review shows the session, the newest checkpoints and where git stands", async () => {
  const { checkpoints, directory } = await changeWithClock();
  const commit = (digit: string): void => {
    mkdirSync(join(directory, ".git/refs/heads"), { recursive: true });
    mkdirSync(join(directory, ".git/objects"), { recursive: true });
    writeFileSync(join(directory, ".git/HEAD"), "ref: refs/heads/main\n");
    writeFileSync(join(directory, ".git/refs/heads/main"), `${digit.repeat(40)}\n`);
  };
  expect(await checkpoints.sessions.review()).toBeNull();
  commit("a");
  await checkpoints.sessions.start();
  expect(await checkpoints.sessions.review()).toMatchObject({ gitMismatch: null, recentCheckpoints: [{ type: "session_start" }] });
  commit("b");
  expect((await checkpoints.sessions.review())?.gitMismatch).toBe(
    "the repository was at aaaaaaaaa (branch main) when the session was last heard of, and is at bbbbbbbbb (branch main) now",
  );
});

describe("a record that cannot be used", () => {
  test.each([
    ["torn", '{"format_version": 1, "session_id"', "SESSION_UNUSABLE"],
    ["foreign", '{"session": "mine"}', "SESSION_UNUSABLE"],
    ["with an id that leads out", JSON.stringify({ format_version: 1, session_id: "../../x" }), "SESSION_UNUSABLE"],
    ["of a newer version", '{"format_version": 2}', "FORMAT_TOO_NEW"],
  ])("%s is refused with a code, and checkpoints are made all the same", async (_, text, code) => {
    const { checkpoints, path } = await changeWithClock();
    await checkpoints.create();
    mkdirSync(path(""));
    writeFileSync(path("active.json"), text);
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code, exitStatus: 12 });
    await expect(checkpoints.sessions.end()).rejects.toMatchObject({ code });
    const made = await checkpoints.create();
    expect(made).toMatchObject({ sessionId: null, warnings: [expect.stringContaining("belongs to no session")] });
    expect(readFileSync(path("active.json"), "utf8")).toBe(text);
    expect((await checkpoints.sessions.list()).warnings).toHaveLength(1);
  });

  test("is set aside by force, and nothing of it is lost", async () => {
    const { checkpoints, path } = await changeWithClock();
    await checkpoints.create();
    mkdirSync(path(""));
    writeFileSync(path("active.json"), "torn");
    const { warnings } = await checkpoints.sessions.start({ force: true });
    expect(warnings).toEqual([expect.stringContaining("active.json.broken")]);
    expect(readFileSync(path("active.json.broken"), "utf8")).toBe("torn");
  });

  test("a symlink in the place of the folder, or of a file in it, is never followed", async () => {
    const { checkpoints, path } = await changeWithClock();
    await checkpoints.create();
    const elsewhere = tempFolder();
    symlinkSync(elsewhere, join(checkpoints.storePath, "sessions"));
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code: "SESSION_UNUSABLE" });
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(join(checkpoints.storePath, "sessions"));
    mkdirSync(path(""));
    symlinkSync(join(elsewhere, "target"), path("active.json"));
    await expect(checkpoints.sessions.start()).rejects.toMatchObject({ code: "SESSION_UNUSABLE" });
  });
});

test("what a crash left of an end is an end: where the session's own file stands, active.json counts for nothing", async () => {
  const { checkpoints, path } = await changeWithClock();
  const { session } = await checkpoints.sessions.start();
  const left = readFileSync(path("active.json"));
  await checkpoints.sessions.end();
  writeFileSync(path("active.json"), left);
  expect(await checkpoints.sessions.active()).toBeNull();
  expect((await checkpoints.create()).sessionId).toBeNull();
  const next = await checkpoints.sessions.start();
  expect(next.session.sessionId).not.toBe(session.sessionId);
  expect((await checkpoints.sessions.list()).sessions.map(({ state }) => state)).toEqual(["ended", "active"]);
});

test.each(["../escape", "session-20260304-080000/../x", "/etc/passwd", "", "active", "session-20260304-080000.json"])(
  "the id %j leads nowhere",
  async (id) => {
    const { checkpoints } = await changeWithClock();
    await checkpoints.create();
    await expect(checkpoints.sessions.get(id)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  },
);

test("a session that is not there, and none that is active, are errors with a code", async () => {
  const { checkpoints } = await changeWithClock();
  await checkpoints.create();
  await expect(checkpoints.sessions.get("session-20260304-080000")).rejects.toMatchObject({ code: "SESSION_NOT_FOUND", exitStatus: 10 });
  const { sessions } = checkpoints;
  for (const call of [() => sessions.end(), () => sessions.task("7"), () => sessions.record({ tokens: 1 })]) {
    await expect(call()).rejects.toMatchObject({ code: "NO_ACTIVE_SESSION", exitStatus: 10 });
  }
});

test("unknown keys in a session's file are kept", async () => {
  const { checkpoints, path } = await changeWithClock();
  const { session } = await checkpoints.sessions.start();
  const file = readJson(path("active.json"));
  const events = (file["events"] as object[]).map((event) => ({ ...event, colour: "red" }));
  writeFileSync(path("active.json"), JSON.stringify({ ...file, mood: "good", events }));
  await checkpoints.sessions.end();
  const closed = readJson(path(`${session.sessionId}.json`));
  expect(closed).toMatchObject({ mood: "good", events: [{ colour: "red" }, {}] });
  expect(await checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
});
