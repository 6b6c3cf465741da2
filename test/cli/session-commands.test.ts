import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { runCli, type Io } from "../../src/cli/index.js";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { fakeIo } from "./fake-io.js";

/** Runs a command line in the change's directory on real files. */
async function run(change: TempChange, line: string[], parts: Partial<Io> & { answers?: string[] } = {}) {
  const io = fakeIo({ cwd: change.directory, env: { STEPBACK_DURABILITY: "none" }, ...parts });
  const status = await runCli(line, io);
  return { status, out: io.out(), err: io.err(), questions: io.questions };
}

function at(moment: string): Partial<Io> {
  return { now: () => new Date(moment) };
}

test("a session on the command line, from its start to the final report", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const started = await run(change, ["session", "start", "the gauge", "--owner", "agent-1"], at("2026-03-04T08:00:00Z"));
  expect(started).toMatchObject({ status: 0, err: "" });
  expect(started.out).toBe("✓ Started session-20260304-080000\n  Checkpoint: checkpoint-20260304-080000-session_start\n");
  await run(change, ["session", "task", "complete", "7", "--tokens", "1200"], at("2026-03-04T08:30:00Z"));
  const failed = await run(change, ["session", "task", "fail", "8"], at("2026-03-04T08:40:00Z"));
  expect(failed.out).toBe("✗ Noted that task 8 failed in session-20260304-080000\n");
  await run(change, ["session", "record", "--memory", "2G", "--quiet"], at("2026-03-04T08:50:00Z"));
  const ended = await run(change, ["session", "end", "--success", "true"], at("2026-03-04T09:00:00Z"));
  expect(ended.status).toBe(0);
  expect(ended.out.replace(/agent-1, .*/, "agent-1")).toBe(`✓ Ended session-20260304-080000
  Checkpoint: checkpoint-20260304-090000-session_end

Session: session-20260304-080000 (ended)
  About: the gauge
  Owner: agent-1
  Started: 2026-03-04 08:00:00
  Ended: 2026-03-04 09:00:00
  Result: ✓ Success
  Time: 1 h 0 min
  Checkpoints: 3
  Tasks: 1 completed, 1 failed (50 % success)
  Tokens: 1200
  Peak memory: 2.1 GB
`);
  expect((await run(change, ["session", "list"])).out).toContain("session-20260304-080000  ended, 1 h 0 min, 3 checkpoints");
  const shown = await run(change, ["session", "status", "session-20260304-080000", "--json"]);
  expect(JSON.parse(shown.out)).toMatchObject({ session_id: "session-20260304-080000", metrics: { tasks_completed: 1, tokens: 1200 } });
  expect(await run(change, ["session", "status"])).toMatchObject({ status: 10 });
});

test("the second session is refused with exit status 11, and its code in JSON", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await run(change, ["session", "start"]);
  const second = await run(change, ["session", "start", "--json"]);
  expect(second).toMatchObject({ status: 11, out: "" });
  expect(JSON.parse(second.err)).toMatchObject({ error: { code: "SESSION_ACTIVE", details: { session_id: "session-20251020-150000" } } });
  expect((await run(change, ["session", "start", "--force"])).out).toContain("✓ Closed session-20251020-150000 (taken over)");
});

test("the shell that a command was typed into owns the session, and without a terminal nobody does", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await run(change, ["session", "start"], { parentPid: process.pid, answers: [] });
  expect((await change.checkpoints.sessions.active())?.owner.pid).toBe(process.pid);
  await run(change, ["session", "start", "--force"], { parentPid: process.pid });
  expect((await change.checkpoints.sessions.active())?.owner.pid).toBeNull();
});

/** A change whose session was left by an owner that is gone. */
async function leftChange(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "one" });
  const owner = spawn("sleep", ["60"]);
  await run(change, ["session", "start", "left behind", "--owner-pid", String(owner.pid)]);
  owner.kill("SIGKILL");
  await once(owner, "exit");
  return change;
}

test.each([
  ["c", /✓ Continued session-20251020-150000/],
  ["f", /✓ Closed session-20251020-150000 \(abandoned\)\n✓ Started session-20251020-150000-2/],
  ["", /Cancelled; nothing was changed/],
])("a session that was left incomplete is shown on a terminal, and the answer '%s' decides", async (answer, expected) => {
  const change = await leftChange();
  const { status, out, err, questions } = await run(change, ["session", "start"], { answers: [answer] });
  expect({ status, questions }).toEqual({ status: 0, questions: ["Continue it, or start fresh? [c/f, anything else cancels]: "] });
  expect(out).toMatch(expected);
  expect(err).toContain("About: left behind");
  expect(err).toContain("Recent checkpoints:\n  checkpoint-20251020-150000-session_start");
});

test("without a terminal the flag decides, and nothing is asked", async () => {
  const change = await leftChange();
  expect(await run(change, ["session", "start"])).toMatchObject({ status: 15, questions: [] });
  const reviewed = await run(change, ["session", "start", "--recover", "review"]);
  expect(reviewed).toMatchObject({ status: 0 });
  expect(reviewed.out).toContain("(incomplete: abandoned)");
  expect((await run(change, ["session", "start", "--recover", "continue"])).out).toContain("✓ Continued session-20251020-150000");
  expect(await run(change, ["session", "start", "--recover", "sideways"])).toMatchObject({ status: 2 });
});

test("the progress log is written and shown", async () => {
  const change = await tempChange();
  expect((await run(change, ["log"])).out).toBe("The progress log has no such lines.\n");
  const line = "[2026-01-31 12:00:00 UTC] [Task 7] tests are green\n";
  expect((await run(change, ["log", "tests are green", "--task", "7"], at("2026-01-31T12:00:00Z"))).out).toBe(line);
  await run(change, ["log", "more", "--quiet"]);
  expect((await run(change, ["log", "--task", "7"])).out).toBe(line);
  expect((await run(change, ["log", "--recent", "1"])).out).toContain("more");
  expect(JSON.parse((await run(change, ["log", "--task", "7", "--json"])).out)).toMatchObject({
    entries: [{ at: "2026-01-31T12:00:00Z", task: "7", message: "tests are green" }],
  });
  expect(await run(change, ["log", "x", "--recent", "3"])).toMatchObject({ status: 2 });
});
