import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKPOINT_TYPES, findWorkflows, PHASES, resolveChangeDirectory, STATE_COUNTERS } from "../../src/index.js";
import { git } from "../git-head/git-folders.js";
import { schemaProblems } from "../formats/schemas.js";
import { testWith } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";
import { at, stepback, stepbackJson } from "./command-line.js";

// The session checkpoint manager in git commits and tags: each test is a row of the table in docs/workflows.md.

test("a record has id, commit, time, description, phase and type", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  await stepback(directory, ["create", "the gauge", "--phase", "implement", "--type", "safe_state"], at("2026-01-01T00:00:00Z"));
  expect(await checkpoints.find("latest")).toMatchObject({
    id: "checkpoint-20260101-000000-safe_state",
    gitCommit: null,
    createdAt: "2026-01-01T00:00:00.000Z",
    notes: "the gauge",
    phase: "implement",
    type: "safe_state",
  });
});

testWith(["git"], "the commit message", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  git(directory, "init", "--quiet");
  git(directory, "commit", "--quiet", "--allow-empty", "-m", "a commit");
  await stepback(directory, ["create", "my description", "--meta", "commit_message=feat: the gauge"]);
  expect(await checkpoints.find("latest")).toMatchObject({ notes: "my description", metadata: { commit_message: "feat: the gauge" } });
  expect(git(directory, "log", "--format=%s")).toBe("a commit");
});

test("a snapshot of the state, and tags", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  await stepback(directory, "create --state tests_passing=12 --tag green --tag nightly");
  expect(await checkpoints.find("latest")).toMatchObject({ state: { testsPassing: 12 }, tags: ["green", "nightly"] });
});

test("whether and how often a checkpoint was rolled back to", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const { id } = await change.checkpoints.create();
  expect(await change.checkpoints.find(id)).toMatchObject({ rollbackUsed: false, rollbackCount: 0 });
  for (const text of ["2", "3"]) {
    change.edit({ "a.txt": text });
    await change.checkpoints.restore(id);
  }
  expect(await stepbackJson(change.directory, `show ${id}`)).toMatchObject({ rollback_used: true, rollback_count: 2 });
});

test("six types", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  const types = ["manual", "phase_complete", "task_group_complete", "safe_state", "pre_risky_operation", "error_recovery"] as const;
  expect(CHECKPOINT_TYPES).toEqual(expect.arrayContaining([...types]));
  for (const type of types) expect(await checkpoints.create({ type })).toMatchObject({ type });
  expect((await checkpoints.list({ type: "safe_state" })).checkpoints).toHaveLength(1);
});

test("five phases", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  expect(PHASES).toEqual(["plan", "generate_tasks", "implement", "validate", "cleanup"]);
  for (const phase of PHASES) expect(await checkpoints.create({ phase })).toMatchObject({ phase });
  expect(await stepback(directory, "create --phase rest")).toMatchObject({ status: 2 });
});

test("six counters that are 0 by default", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  expect(STATE_COUNTERS).toHaveLength(6);
  expect(await checkpoints.create({ state: { decisionsMade: 3 } })).toMatchObject({
    state: { tasksCompleted: 0, decisionsMade: 3, filesModified: 0, filesCreated: 0, testsPassing: 0, testsFailing: 0 },
  });
});

test("validation before creating", async () => {
  const change = await tempChange({ "a.txt": "1" });
  await change.checkpoints.create();
  change.edit({ "a.txt": "2" });
  const valid = { isValid: true, errors: [], warnings: [], statusText: expect.any(String) as string, hasChanges: true };
  expect(await change.checkpoints.validate()).toMatchObject({ ...valid, testsPassing: null });
  const tested = (await stepbackJson(change.directory, ["validate", "-c", "test_command=true"])) as object;
  expect(tested).toMatchObject({ is_valid: true, has_changes: true, tests_passing: true });
  const failing = await stepback(change.directory, ["validate", "-c", "test_command=exit 4"]);
  expect(failing).toMatchObject({ status: 3, out: expect.stringContaining("the tests do not pass") as string });
});

test("the root is found", async () => {
  const { checkpoints, directory } = await tempChange({ "deep/er/a.txt": "1" });
  await checkpoints.create();
  const below = join(directory, "deep/er");
  expect(await resolveChangeDirectory({ cwd: below })).toBe(directory);
  expect((await stepback(below, "list")).out).toContain("'my-feature'");
});

test("a session now or later", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  expect(await checkpoints.create()).toMatchObject({ sessionId: null });
  const { session } = await checkpoints.sessions.start();
  expect(await checkpoints.create()).toMatchObject({ sessionId: session.sessionId });
  expect(await checkpoints.create({ sessionId: "from-outside" })).toMatchObject({ sessionId: "from-outside" });
});

test("an invalid state is refused with a clear error", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "1" });
  await checkpoints.create();
  writeFileSync(join(checkpoints.storePath, "state.json"), "{");
  expect(await stepback(directory, "create")).toMatchObject({ status: 12, err: expect.stringContaining("hint:") as string });
  expect(await stepback("/", "create --dir /")).toMatchObject({ status: 15 });
});

test("the type is manual by default", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  expect(await checkpoints.create()).toMatchObject({ type: "manual" });
});

test("the list, newest first", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  const ids = [(await checkpoints.create()).id, (await checkpoints.create()).id];
  const shown = async (line: string) => (await stepback(directory, line)).out.match(/^checkpoint-.*$/gm);
  expect(await shown("list --reverse")).toEqual(ids.toReversed());
  expect(await shown("list")).toEqual(ids);
});

test("one checkpoint, or not found", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  const { id } = await checkpoints.create();
  expect(await checkpoints.find(id)).toMatchObject({ id });
  await expect(checkpoints.find("nothing")).rejects.toMatchObject({ code: "CHECKPOINT_NOT_FOUND" });
  expect(await stepback(directory, "show nothing")).toMatchObject({ status: 10 });
});

test("deleting with or without the data", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  const [first, second] = [await checkpoints.create(), await checkpoints.create()];
  await stepback(directory, `delete ${first.id} --yes`);
  expect(existsSync(first.storedPath)).toBe(false);
  const archive = join(directory, "../kept.tar.gz");
  await checkpoints.exportArchive([second.id], { output: archive });
  await checkpoints.delete([second.id]);
  expect({ listed: (await checkpoints.list()).checkpoints, kept: existsSync(archive) }).toEqual({ listed: [], kept: true });
});

test("the summary", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const { id } = await change.checkpoints.create({ type: "safe_state" });
  change.edit({ "a.txt": "2" });
  await change.checkpoints.restore(id);
  const expected = { total: 2, byType: { safe_state: 1, backup: 1 }, usedForRollback: 1, latest: { id } };
  expect(await change.checkpoints.summary()).toMatchObject(expected);
  expect(await stepbackJson(change.directory, "summary")).toMatchObject({ total: 2, used_for_rollback: 1 });
});

test("the history of rollbacks", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const { id } = await change.checkpoints.create();
  change.edit({ "a.txt": "2" });
  await change.checkpoints.restore(id);
  const [restored] = await change.checkpoints.history();
  expect(restored).toMatchObject({ at: expect.stringMatching(/Z$/) as string, target: id, result: "restored" });
  expect(await change.checkpoints.find(restored?.backup ?? "")).toMatchObject({ type: "backup", backupOf: id });
  expect((await stepback(change.directory, "history")).out).toContain(id);
});

test("a checkpoint before every rollback", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const { id } = await change.checkpoints.create();
  change.edit({ "a.txt": "2" });
  await change.checkpoints.restore(id);
  await change.checkpoints.undo();
  expect(change.files()).toEqual({ "a.txt": "2" });
});

test("at most three automatic rollbacks for the same failure", async () => {
  const change = await tempChange({ "a.txt": "1" });
  await change.checkpoints.create({ taskId: "7", stage: "start" });
  const outcomes: string[] = [];
  for (const text of ["2", "3", "4", "5"]) {
    change.edit({ "a.txt": text });
    outcomes.push((await change.checkpoints.recover({ taskId: "7", error: "implementation", failure: "boom" })).outcome);
  }
  expect(outcomes).toEqual(["recovered", "recovered", "recovered", "too_many_rollbacks"]);
  const again = ["recover", "--task", "7", "--error", "implementation", "--yes"];
  expect(await stepback(change.directory, [...again, "--message", "boom"])).toMatchObject({ status: 15 });
});

test("the commands", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const { directory } = change;
  const statuses = [];
  for (const line of ["create", "list", "show latest", "rollback latest --yes", "validate", "history", "delete latest --yes"]) {
    statuses.push([line, (await stepback(directory, line)).status]);
  }
  expect(statuses.filter(([, status]) => status !== 0)).toEqual([]);
});

test("JSON or text", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  const { id } = await checkpoints.create();
  expect(await stepbackJson(directory, "list")).toMatchObject({ checkpoints: [{ checkpoint_id: id }] });
  expect((await stepback(directory, "list")).out).toMatch(/^Available checkpoints/);
});

test("a JSON file for each session, with a summary", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  const { session } = await checkpoints.sessions.start();
  await checkpoints.sessions.end();
  const text = readFileSync(join(checkpoints.storePath, "sessions", `${session.sessionId}.json`), "utf8");
  expect(JSON.parse(text)).toMatchObject({ session_id: session.sessionId, events: [{}, {}], summary: { checkpoints: 2 } });
});

test("a JSON schema", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  const { session } = await checkpoints.sessions.start();
  await checkpoints.sessions.sprint("Sprint 3");
  await checkpoints.sessions.end();
  const read = (name: string): unknown => JSON.parse(readFileSync(join(checkpoints.storePath, name), "utf8"));
  expect(schemaProblems("session", read(`sessions/${session.sessionId}.json`))).toEqual([]);
  expect(schemaProblems("index", read("state.json"))).toEqual([]);
});

test("an example script", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  const script = readFileSync(new URL("../../fixtures/workflows/agent-pipeline/run-pipeline.sh", import.meta.url), "utf8");
  const start = /workflow start (--id report --steps) "\$AGENTS"/.exec(script);
  expect(start).not.toBeNull();
  const agents = /^AGENTS=(.*)$/m.exec(script)?.[1] ?? "";
  await stepback(directory, ["workflow", "start", "--id", "report", "--steps", agents]);
  expect((await checkpoints.workflow.status()).steps).toHaveLength(8);
  expect((await findWorkflows(join(directory, ".."))).workflows).toMatchObject([{ workflowId: "report", progress: "0/8" }]);
});

test("a session's statistics count its checkpoints", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  await checkpoints.create();
  await checkpoints.sessions.start();
  const { id } = await checkpoints.create();
  await checkpoints.delete([id]);
  expect((await checkpoints.sessions.end()).session.metrics.checkpoints).toBe(3);
  expect((await stepback(directory, "session list")).out).toContain("3 checkpoints");
});

test("a risky operation in one call", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const work = () => {
    change.edit({ "a.txt": "2" });
    throw new Error("it broke");
  };
  await expect(change.checkpoints.withCheckpoint({ type: "pre_risky_operation" }, work)).rejects.toThrow("it broke");
  expect(change.files()).toEqual({ "a.txt": "1" });
  const command = ["run", "--type", "pre_risky_operation", "--on-failure", "rollback", "--", "sh", "-c", "echo 2 > a.txt; exit 1"];
  expect(await stepback(change.directory, command)).toMatchObject({ status: 1 });
  expect(change.files()).toEqual({ "a.txt": "1" });
});

test("ids are checked", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  await checkpoints.create();
  for (const id of ["../state.json", "a/b", "a\nb"]) await expect(checkpoints.find(id)).rejects.toMatchObject({ exitStatus: 10 });
  await expect(checkpoints.create({ taskId: "a\nb" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("no path leads out of the session folder", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  await checkpoints.sessions.start();
  writeFileSync(join(directory, "secret.json"), "{}");
  for (const id of ["../secret", "../../secret.json", "/etc/passwd", "session-20260304-080000/../../x"]) {
    await expect(checkpoints.sessions.get(id)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
  expect(readdirSync(join(checkpoints.storePath, "sessions"))).toEqual(["active.json"]);
  await expect(checkpoints.restore("latest", { paths: ["../outside"] })).rejects.toMatchObject({
    code: expect.stringMatching(/PATH/) as string,
  });
});
