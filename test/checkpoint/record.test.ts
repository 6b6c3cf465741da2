import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { CHECKPOINT_TYPES, PHASES, STAGES, type CreateRequest } from "../../src/index.js";
import { testWith } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

const NOON = new Date("2026-01-31T12:00:00Z");

describe("the id", () => {
  test("names the second in UTC and the step, or else the type; more in one second are counted", async () => {
    const { checkpoints } = await tempChange({ "a.txt": "one" }, { now: () => NOON });
    const ids: string[] = [];
    for (const request of [{ step: 2 }, { step: 2 }, {}, { type: "auto" as const }, { step: 0 }, { step: 123 }, {}, { step: 2 }]) {
      ids.push((await checkpoints.create(request)).id);
    }
    expect(ids.map((id) => id.replace("checkpoint-20260131-120000-", ""))).toEqual([
      "step02",
      "step02-2",
      "manual",
      "auto",
      "step00",
      "step123",
      "manual-2",
      "step02-3",
    ]);
    const { checkpoints: listed } = await checkpoints.list();
    expect(listed.map(({ id }) => id)).toEqual(ids);
    expect(listed.map(({ sequence }) => sequence)).toEqual([...listed.keys()].map((position) => position + 1));
  });

  test("is never given twice, not after a deletion and not when the clock steps back", async () => {
    let now = NOON;
    const { checkpoints } = await tempChange({ "a.txt": "one" }, { now: () => now });
    const given = new Set<string>();
    for (const second of [0, 0, 5, 0, 0, 5, 1, 5]) {
      now = new Date(NOON.getTime() + second * 1000);
      const { id } = await checkpoints.create();
      expect(given).not.toContain(id);
      given.add(id);
      if (given.size % 2 === 0) await checkpoints.delete([id]);
    }
    const left = (await checkpoints.list()).checkpoints;
    expect(left.map(({ sequence }) => sequence)).toEqual(left.map(({ sequence }) => sequence).sort((one, other) => one - other));
  });

  test("a backup is named so, whatever step it precedes", async () => {
    const change = await tempChange({ "a.txt": "one" }, { now: () => NOON });
    const { checkpoints } = change;
    const { id } = await checkpoints.create({ step: 3 });
    change.edit({ "a.txt": "two" });
    const { backup } = await checkpoints.restore(id);
    expect(backup).toMatchObject({
      id: "checkpoint-20260131-120000-backup",
      type: "backup",
      backupOf: id,
      stepNumber: null,
      notes: `before the restore of ${id}`,
    });
  });
});

describe("the record", () => {
  test("holds all that was said, in the index, in the manifest and in a list", async () => {
    const { checkpoints, directory } = await tempChange({ "a.txt": "one" }, { now: () => NOON });
    const request: CreateRequest = {
      notes: "before the refactor",
      type: "pre_risky_operation",
      step: 3,
      stepName: "Create Capability Specs",
      phase: "implement",
      taskId: "7",
      stage: "pre-validation",
      sessionId: "evening",
      workflowId: "release 3.1",
      state: { tasksCompleted: 1, decisionsMade: 2, filesModified: 3, filesCreated: 4, testsPassing: 5, testsFailing: 6 },
      tags: ["red", "blue", "red"],
      metadata: { ticket: "42", "with spaces": "and\nlines", __proto__: "x" },
      success: true,
    };
    const created = await checkpoints.create(request);
    const expected = { ...request, tags: ["red", "blue"], createdAt: "2026-01-31T12:00:00.000Z" };
    const { step, ...rest } = expected;
    expect(created).toMatchObject({ ...rest, stepNumber: step });
    expect(await checkpoints.find(created.id)).toMatchObject({ ...rest, stepNumber: step });
    expect((await checkpoints.manifest(created.id)).checkpoint).toMatchObject({ ...rest, stepNumber: step });
    const onDisk = JSON.parse(readFileSync(join(directory, ".checkpoints/state.json"), "utf8")) as {
      change_id: string;
      checkpoints: unknown[];
    };
    expect(onDisk.change_id).toBe("my-feature");
    expect(onDisk.checkpoints).toMatchObject([
      {
        checkpoint_id: created.id,
        step_number: 3,
        step_name: "Create Capability Specs",
        timestamp: "2026-01-31T12:00:00.000Z",
        files: ["a.txt"],
        git_commit: null,
        success: true,
        notes: "before the refactor",
      },
    ]);
  });

  test("without a word: manual, nothing known", async () => {
    const { checkpoints } = await tempChange();
    expect(await checkpoints.create()).toMatchObject({
      type: "manual",
      stepNumber: null,
      stepName: null,
      success: null,
      notes: null,
      phase: null,
      taskId: null,
      stage: null,
      sessionId: null,
      workflowId: null,
      state: null,
      tags: [],
      metadata: {},
      isPinned: false,
      rollbackUsed: false,
      rollbackCount: 0,
      gitCommit: null,
      gitBranch: null,
      run: null,
      importedFrom: null,
      runState: "none",
    });
  });

  test("counters that are left out are 0; task 0 and any other text is a task", async () => {
    const { checkpoints } = await tempChange();
    const { state, taskId } = await checkpoints.create({ state: { testsPassing: 41, testsFailing: undefined }, taskId: "0" });
    expect({ state, taskId }).toEqual({
      taskId: "0",
      state: { tasksCompleted: 0, decisionsMade: 0, filesModified: 0, filesCreated: 0, testsPassing: 41, testsFailing: 0 },
    });
    for (const id of ["../../x", "7/start", " ", "Prüfung 🙂", "x".repeat(200)]) {
      expect(await checkpoints.create({ taskId: id, sessionId: id, workflowId: id })).toMatchObject({ taskId: id, sessionId: id });
    }
  });

  test("every type, phase and stage can be used", async () => {
    const { checkpoints } = await tempChange();
    for (const type of CHECKPOINT_TYPES) expect(await checkpoints.create({ type })).toMatchObject({ type });
    for (const phase of PHASES) expect(await checkpoints.create({ phase })).toMatchObject({ phase });
    for (const stage of STAGES) expect(await checkpoints.create({ taskId: "7", stage })).toMatchObject({ stage });
  });

  test.each<[string, CreateRequest]>([
    ["a step below zero", { step: -1 }],
    ["half a step", { step: 1.5 }],
    ["no number for a step", { step: Number.NaN }],
    ["an unknown type", { type: "important" as never }],
    ["an unknown phase", { phase: "deploy" as never }],
    ["an unknown stage", { stage: "done" as never }],
    ["an empty task", { taskId: "" }],
    ["a task on two lines", { taskId: "7\n8" }],
    ["a task without end", { taskId: "x".repeat(201) }],
    ["a task that is a number", { taskId: 7 as never }],
    ["an empty session", { sessionId: "" }],
    ["a workflow with a bell", { workflowId: "\u0007" }],
    ["a counter below zero", { state: { testsFailing: -1 } }],
    ["half a counter", { state: { filesCreated: 0.5 } }],
    ["an unknown counter", { state: { beersDrunk: 2 } as never }],
    ["an empty tag", { tags: ["good", ""] }],
    ["a tag with a comma", { tags: ["a,b"] }],
    ["a tag with a line end", { tags: ["a\nb"] }],
    ["a tag without end", { tags: ["x".repeat(101)] }],
    ["metadata without a key", { metadata: { "": "x" } }],
    ["metadata that is no text", { metadata: { key: 1 as never } }],
  ])("%s is refused before anything is done", async (_, request) => {
    const { checkpoints } = await tempChange({ "a.txt": "one" });
    await expect(checkpoints.create(request)).rejects.toMatchObject({ code: "INVALID_ARGUMENT", exitStatus: 2 });
    await expect(checkpoints.list()).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  });
});

describe("the git commit", () => {
  const COMMIT = "0123456789abcdef0123456789abcdef01234567";

  test("of the repository around the directory is recorded, with its branch", async () => {
    const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
    const git = join(dirname(directory), ".git");
    mkdirSync(join(git, "refs/heads/feature"), { recursive: true });
    mkdirSync(join(git, "objects"));
    writeFileSync(join(git, "HEAD"), "ref: refs/heads/feature/x\n");
    writeFileSync(join(git, "refs/heads/feature/x"), `${COMMIT}\n`);
    expect(await checkpoints.create()).toMatchObject({ gitCommit: COMMIT, gitBranch: "feature/x", warnings: [] });
    expect(await checkpoints.gitHead()).toMatchObject({ commit: COMMIT, branch: "feature/x" });
  });

  test("that cannot be told is null, with a warning, and the checkpoint is made", async () => {
    const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
    mkdirSync(join(directory, ".git/refs"), { recursive: true });
    mkdirSync(join(directory, ".git/objects"));
    writeFileSync(join(directory, ".git/HEAD"), "\0\0\0");
    const { gitCommit, warnings, isComplete } = await checkpoints.create();
    expect({ gitCommit, isComplete, warnings: warnings.length }).toEqual({ gitCommit: null, isComplete: true, warnings: 1 });
  });

  testWith(["git"], "is git's own, and git notices nothing of a checkpoint", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { checkpoints, directory } = change;
    const git = (...args: string[]) => execFileSync("git", ["-C", directory, ...args], { encoding: "utf8" });
    git("init", "-q", "-b", "main");
    git("add", ".");
    git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "first");
    const { gitCommit, gitBranch, id } = await checkpoints.create();
    expect([gitCommit, gitBranch]).toEqual([git("rev-parse", "HEAD").trim(), "main"]);
    expect(git("status", "--porcelain", "--ignored=no")).toBe("");
    change.edit({ "a.txt": "two" });
    await checkpoints.restore(id);
    expect(git("status", "--porcelain")).toBe("");
  });
});

describe("what can be changed later", () => {
  async function created() {
    const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
    const { id } = await checkpoints.create({ notes: "first", tags: ["a"] });
    const manifest = readFileSync(join(directory, `.checkpoints/manifests/${id}.json`));
    return {
      checkpoints,
      id,
      isManifestUntouched: () => readFileSync(join(directory, `.checkpoints/manifests/${id}.json`)).equals(manifest),
    };
  }

  test("note, success, tags and pin; never the manifest", async () => {
    const { checkpoints, id, isManifestUntouched } = await created();
    expect(await checkpoints.note(id, "second")).toMatchObject({ id, notes: "second" });
    expect(await checkpoints.note("latest", null)).toMatchObject({ notes: null });
    expect(await checkpoints.markSuccess(id, false)).toMatchObject({ success: false });
    expect(await checkpoints.markSuccess(id, null)).toMatchObject({ success: null });
    expect(await checkpoints.tag(id, { add: ["b", "a", "c"], remove: ["a"] })).toMatchObject({ tags: ["b", "c"] });
    expect(await checkpoints.tag(id, { remove: ["unknown"] })).toMatchObject({ tags: ["b", "c"] });
    expect(await checkpoints.pin(id)).toMatchObject({ isPinned: true });
    expect(await checkpoints.pin(id)).toMatchObject({ isPinned: true });
    expect(await checkpoints.find(id)).toMatchObject({ notes: null, success: null, tags: ["b", "c"], isPinned: true });
    expect(await checkpoints.unpin(id)).toMatchObject({ isPinned: false });
    expect(isManifestUntouched()).toBe(true);
  });

  test("a bad tag changes nothing", async () => {
    const { checkpoints, id } = await created();
    await expect(checkpoints.tag(id, { add: ["good", "b,d"] })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await checkpoints.find(id)).toMatchObject({ tags: ["a"] });
  });

  test("a pinned checkpoint is not deleted, an unpinned one is, and its files are gone", async () => {
    const { checkpoints, id } = await created();
    const { id: other } = await checkpoints.create({ step: 1 });
    await checkpoints.pin(id);
    await expect(checkpoints.delete([other, id])).rejects.toMatchObject({ code: "PINNED" });
    expect((await checkpoints.list()).checkpoints).toHaveLength(2);
    await checkpoints.unpin(id);
    const { deleted, freedBytes } = await checkpoints.delete([id, id]);
    expect(deleted.map((one) => one.id)).toEqual([id]);
    expect(freedBytes).toBeGreaterThan(0);
    expect((await checkpoints.verify()).foreign).toEqual([]);
    await expect(checkpoints.find(id)).rejects.toMatchObject({ code: "CHECKPOINT_NOT_FOUND" });
  });
});
