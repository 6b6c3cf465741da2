import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckpoints } from "../../src/index.js";
import { git } from "../git-head/git-folders.js";
import { testWith } from "../support/requirements.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { at, stepback, stepbackJson } from "./command-line.js";

// The step checkpoints of an OpenSpec workflow in files: each test is a row of the table in docs/workflows.md.

const NAMES = "Initialize,Analyze,Proposal,Specs,Design,Tasks,Review,Implement,Test,Document,Verify,Merge,Archive".split(",");

/** A change with a workflow file. */
async function withSteps(steps: readonly string[]): Promise<TempChange> {
  const lines = steps.map((run, number) => `  - { number: ${number}, name: ${NAMES[number]}, run: ${JSON.stringify(run)} }`);
  return tempChange({ "stepback.workflow.yaml": `id: my-feature\nsteps:\n${lines.join("\n")}\n` });
}

/** Two checkpoints, of which the first is of a step that went well, and an edit since. */
async function stepped(): Promise<TempChange> {
  const change = await tempChange({ "proposal.md": "before" });
  const { directory, edit } = change;
  await stepback(directory, ["create", "--step", "2", "--name", "Create Proposal", "--success", "true"], at("2025-10-20T14:30:25Z"));
  edit({ "proposal.md": "half", "todo.md": "x" });
  await stepback(directory, ["create", "--step", "3", "--name", "Write Specs", "--success", "false"], at("2025-10-20T14:31:25Z"));
  edit({ "proposal.md": "after" });
  return change;
}

const STEP_2 = "checkpoint-20251020-143025-step02";

test("a checkpoint before every step", async () => {
  const change = await withSteps(["echo 1 >> log.txt", "echo 2 >> log.txt"]);
  expect(await stepback(change.directory, "workflow run --quiet")).toMatchObject({ status: 0 });
  expect(await stepback(change.directory, ["run", "--step", "2", "--quiet", "--", "true"])).toMatchObject({ status: 0 });
  const { checkpoints } = await change.checkpoints.list();
  expect(checkpoints.map(({ stepNumber, success }) => [stepNumber, success])).toEqual([
    [0, true],
    [1, true],
    [2, true],
  ]);
  await change.checkpoints.restore("step:1");
  expect(change.files()["log.txt"]).toBe("1\n");
});

test("no checkpoints with --no-checkpoints", async () => {
  const change = await withSteps(["echo 1 >> log.txt"]);
  expect(await stepback(change.directory, "run --no-checkpoints -- true")).toMatchObject({ status: 0 });
  expect(existsSync(change.checkpoints.storePath)).toBe(false);
  expect(await change.checkpoints.workflow.run({ checkpoints: false })).toMatchObject({ status: "finished" });
  expect((await change.checkpoints.list()).checkpoints).toEqual([]);
});

test("no checkpoints in a dry run", async () => {
  const change = await withSteps(["echo 1 >> log.txt"]);
  expect(await stepback(change.directory, "workflow run --dry-run")).toMatchObject({ status: 0 });
  expect(await stepback(change.directory, "run --step 1 --dry-run -- true")).toMatchObject({ status: 0 });
  expect(readdirSync(change.directory)).toEqual(["stepback.workflow.yaml"]);
});

test("steps 0 to 12 with names", async () => {
  const change = await withSteps(NAMES.map(() => "true"));
  expect(await change.checkpoints.workflow.run()).toMatchObject({ status: "finished" });
  const { checkpoints } = await change.checkpoints.list();
  expect(checkpoints.map(({ stepNumber, stepName }) => [stepNumber, stepName])).toEqual(NAMES.map((name, number) => [number, name]));
  expect(checkpoints.map(({ id }) => id.slice(-6))).toEqual(NAMES.map((_, number) => `step${String(number).padStart(2, "0")}`));
});

test("the form of ids and folders", async () => {
  const { checkpoints } = await stepped();
  expect(await checkpoints.find("step:2")).toMatchObject({ id: STEP_2, storedPath: join(checkpoints.storePath, STEP_2) });
  expect(readFileSync(join(checkpoints.storePath, STEP_2, "proposal.md"), "utf8")).toBe("before");
});

test("the form of state.json", async () => {
  const { checkpoints } = await stepped();
  expect(JSON.parse(readFileSync(join(checkpoints.storePath, "state.json"), "utf8"))).toMatchObject({
    change_id: "my-feature",
    checkpoints: [
      {
        checkpoint_id: STEP_2,
        step_number: 2,
        step_name: "Create Proposal",
        timestamp: "2025-10-20T14:30:25.000Z",
        files: ["proposal.md"],
        git_commit: null,
        success: true,
        notes: null,
      },
      { step_number: 3, success: false },
    ],
  });
});

test("everything in the change directory but the store", async () => {
  const files = { "proposal.md": "1", ".hidden": "2", "specs/a/spec.md": "3", "build/out.js": "4" };
  const { checkpoints } = await tempChange(files);
  await checkpoints.create();
  const { entries } = await checkpoints.manifest("latest");
  const captured = entries.filter(({ type }) => type === "file").map(({ path }) => path);
  expect(captured.toSorted()).toEqual(Object.keys(files).toSorted());
});

/** A change directory in a repository of the real git, with one commit. */
function repository(): string {
  const folder = tempFolder();
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "commit", "--quiet", "--allow-empty", "-m", "a commit");
  const directory = join(folder, "my-feature");
  mkdirSync(directory);
  writeFileSync(join(directory, "a.txt"), "1");
  return directory;
}

testWith(["git"], "the commit, in a repository", async () => {
  const directory = repository();
  const commit = git(directory, "rev-parse", "HEAD").trim();
  expect(await stepbackJson(directory, "create")).toMatchObject({ git_commit: commit, git_branch: "main" });
  const { checkpoints } = await tempChange({ "a.txt": "1" });
  expect(await checkpoints.create()).toMatchObject({ gitCommit: null });
});

testWith(["git"], "git is never modified", async () => {
  const directory = repository();
  const look = () => [
    git(directory, "status", "--porcelain"),
    git(directory, "log", "--oneline", "--all"),
    git(directory, "stash", "list"),
  ];
  const before = look();
  const checkpoints = await openCheckpoints(directory, { config: { durability: "none" } });
  const { id } = await checkpoints.create({ step: 1 });
  writeFileSync(join(directory, "a.txt"), "2");
  await checkpoints.restore(id);
  expect(look()).toEqual(before);
});

test("the block of a checkpoint in the list", async () => {
  const { directory } = await stepped();
  const { out } = await stepback(directory, "list");
  expect(out).toContain(`Available checkpoints for 'my-feature':

${STEP_2}
  Step: 2 (Create Proposal)
  Created: 2025-10-20 14:30:25
  Status: ✓ Success
  Files: proposal.md
`);
  expect(out).toContain("  Status: ✗ Failed\n");
});

testWith(["git"], "nine characters of the commit", async () => {
  const directory = repository();
  await stepback(directory, "create");
  const { out } = await stepback(directory, "list");
  expect(out).toContain(`  Git: ${git(directory, "rev-parse", "HEAD").slice(0, 9)}\n`);
});

test("a blank line between two checkpoints", async () => {
  const { directory } = await stepped();
  expect((await stepback(directory, "list")).out).toMatch(/ {2}Files: proposal\.md\n\ncheckpoint-20251020-143125-step03\n/);
});

test("a rollback by id alone finds the change", async () => {
  const root = tempFolder();
  const directory = join(root, "openspec/changes/my-feature");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "a.txt"), "1");
  const { id } = await (await openCheckpoints(directory, { config: { durability: "none" } })).create();
  writeFileSync(join(directory, "a.txt"), "2");
  expect(await stepback(root, `rollback ${id} --yes`)).toMatchObject({ status: 0, err: expect.stringContaining(directory) as string });
  expect(readFileSync(join(directory, "a.txt"), "utf8")).toBe("1");
});

test("the question of a rollback", async () => {
  const { directory } = await stepped();
  const { err, out, questions } = await stepback(directory, `rollback ${STEP_2}`, { answers: ["n"] });
  expect(out + err).toMatch(/Step: 2 \(Create Proposal\)[^]*Created: 2025-10-20 14:30:25[^]*Files: proposal\.md/);
  expect(out + err).toContain(`This will:
  1. Create backup of current state
  2. Restore all files from checkpoint
  3. You can rollback to the backup if needed`);
  expect(questions).toEqual(["Continue? [y/N]: "]);
});

test("what a rollback says when it is done", async () => {
  const { directory, files } = await stepped();
  const { out } = await stepback(directory, `rollback ${STEP_2}`, { answers: ["y"] });
  expect(out).toMatch(/✓ Created backup: checkpoint-\S+-backup\n✓ Restored 1 file\n[^]*✓ Rollback complete!\n[^]*You can now:\n/);
  expect(out).toContain("  - Re-run step 2 with fixes\n");
  expect(files()).toEqual({ "proposal.md": "before" });
});

test("a rollback that is cancelled changes nothing", async () => {
  const { directory, files, checkpoints } = await stepped();
  expect(await stepback(directory, `rollback ${STEP_2}`, { answers: [""] })).toMatchObject({ status: 0 });
  expect(files()).toEqual({ "proposal.md": "after", "todo.md": "x" });
  expect(await checkpoints.history()).toEqual([]);
});

test("validate, confirm, back up, restore, verify", async () => {
  const { directory, files, checkpoints } = await stepped();
  const stored = join(checkpoints.storePath, STEP_2, "proposal.md");
  const original = readFileSync(stored);
  rmSync(stored);
  writeFileSync(stored, "bitrot");
  expect(await stepback(directory, `rollback ${STEP_2} --yes`)).toMatchObject({ status: 13 });
  expect(files()).toEqual({ "proposal.md": "after", "todo.md": "x" });
  writeFileSync(stored, original);
  expect(await stepback(directory, `rollback ${STEP_2}`)).toMatchObject({ status: 15 });
  expect(await stepback(directory, `rollback ${STEP_2} --yes`)).toMatchObject({ status: 0 });
  expect(await checkpoints.history()).toMatchObject([
    { target: STEP_2, backup: expect.stringContaining("backup") as string, result: "restored" },
  ]);
  expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
});

test("a rollback to a backup", async () => {
  const { directory, files, checkpoints } = await stepped();
  const { backup } = await checkpoints.restore(STEP_2);
  expect(await stepback(directory, `rollback ${backup?.id} --yes`)).toMatchObject({ status: 0 });
  expect(files()).toEqual({ "proposal.md": "after", "todo.md": "x" });
  expect(await stepback(directory, "undo --yes")).toMatchObject({ status: 0 });
  expect(files()).toEqual({ "proposal.md": "before" });
});

/** Twelve checkpoints. */
async function twelve(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "1" });
  for (let step = 1; step <= 12; step += 1) await change.checkpoints.create({ step });
  return change;
}

test("cleanup keeps 10 by default", async () => {
  const { checkpoints } = await twelve();
  await checkpoints.clean();
  expect((await checkpoints.list()).checkpoints.map(({ stepNumber }) => stepNumber)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test("what a cleanup says", async () => {
  const { directory } = await twelve();
  const { out } = await stepback(directory, "cleanup 5");
  expect(out).toMatch(/^Keeping 5 most recent checkpoints for 'my-feature'\n/);
  expect(out.match(/^ {2}- checkpoint-\d+-\d+-step0[1-7]$/gm)).toHaveLength(7);
  expect(out).toContain("✓ Removed 7 old checkpoints\n✓ Kept 5 recent checkpoints\n");
});

test("to keep 0 or fewer is an error", async () => {
  const { directory, checkpoints } = await stepped();
  for (const wrong of [
    ["clean", "0"],
    ["clean", "--keep", "0"],
    ["clean", "--keep=-3"],
  ]) {
    const { status } = await stepback(directory, wrong);
    expect([2, 15], wrong.join(" ")).toContain(status);
  }
  await expect(checkpoints.clean({ keepLast: 0 })).rejects.toMatchObject({ code: "WOULD_KEEP_NOTHING" });
  expect((await checkpoints.list()).checkpoints).toHaveLength(2);
});

test("a step that failed offers the rollback", async () => {
  const { directory, files } = await tempChange({ "a.txt": "1" });
  const failing = ["run", "--step", "3", "--", "sh", "-c", "echo 2 > a.txt; exit 7"];
  expect(await stepback(directory, failing, { answers: ["n"] })).toMatchObject({
    status: 7,
    questions: [expect.stringMatching(/\[.\/.\]/)],
  });
  expect(files()).toEqual({ "a.txt": "2\n" });
  expect(await stepback(directory, failing, { answers: ["y"] })).toMatchObject({ status: 7 });
  expect(await stepback(directory, ["run", "--on-failure", "rollback", ...failing.slice(1)])).toMatchObject({ status: 7 });
  expect(files()).toEqual({ "a.txt": "2\n" });
});

test("a step is marked as successful", async () => {
  const { directory, checkpoints } = await stepped();
  expect(await checkpoints.markSuccess("step:3", true)).toMatchObject({ success: true });
  expect(await stepback(directory, "mark step:3 --success false")).toMatchObject({ status: 0 });
  expect(await checkpoints.find("step:3")).toMatchObject({ success: false });
});

test("the last successful step", async () => {
  const { directory, checkpoints } = await stepped();
  expect(await checkpoints.status()).toMatchObject({ lastSuccessfulStep: 2 });
  expect((await stepback(directory, "status")).out).toContain("Last successful step: 2\n");
});

test("the latest checkpoint", async () => {
  const { directory, checkpoints } = await stepped();
  expect(await checkpoints.find("latest")).toMatchObject({ stepNumber: 3 });
  expect(await checkpoints.find("latest~1")).toMatchObject({ stepNumber: 2 });
  expect((await stepback(directory, "show latest")).out).toContain("step03");
});

test("a checkpoint by its id", async () => {
  const { directory, checkpoints } = await stepped();
  expect(await checkpoints.find(STEP_2)).toMatchObject({ id: STEP_2 });
  expect((await stepback(directory, `show ${STEP_2}`)).out).toContain("Create Proposal");
});

test("snapshots that were deleted by hand", async () => {
  const { directory, checkpoints } = await stepped();
  rmSync(join(checkpoints.storePath, STEP_2), { recursive: true, force: true });
  expect((await stepback(directory, "list")).out).not.toContain(STEP_2);
  await checkpoints.create();
  const { checkpoints: left } = JSON.parse(readFileSync(join(checkpoints.storePath, "state.json"), "utf8")) as { checkpoints: unknown[] };
  expect(left).toHaveLength(2);
});

test("an index that was deleted or damaged", async () => {
  const { directory, checkpoints } = await stepped();
  const index = join(checkpoints.storePath, "state.json");
  writeFileSync(index, '{"change_id": "my-fea');
  expect(await stepback(directory, "list")).toMatchObject({ status: 12, err: expect.stringContaining("repair") as string });
  await checkpoints.repair();
  expect((await checkpoints.list()).checkpoints.map(({ stepNumber }) => stepNumber)).toEqual([2, 3]);
  renameSync(index, `${index}.away`);
  expect(await stepback(directory, "repair")).toMatchObject({ status: 0 });
  expect((await checkpoints.list()).checkpoints).toHaveLength(2);
});

test("create, list, rollback and cleanup in a program", async () => {
  const { checkpoints, edit, files } = await tempChange({ "a.txt": "1" });
  const { id } = await checkpoints.create({ step: 3, stepName: "Write Specs", notes: "before the refactor" });
  edit({ "a.txt": "2" });
  expect((await checkpoints.list()).checkpoints).toMatchObject([{ id, stepName: "Write Specs", notes: "before the refactor" }]);
  await checkpoints.restore(id);
  expect(files()).toEqual({ "a.txt": "1" });
  expect(await checkpoints.clean({ keepLast: 5 })).toMatchObject({ decision: { expired: [] } });
});

test("in CI: clean up after success, list after a failure", async () => {
  const { directory } = await tempChange({ "a.txt": "1" });
  for (const [command, expected] of [
    ["true", 0],
    ["false", 1],
  ] as const) {
    expect(await stepback(directory, ["run", "--quiet", "--", command])).toMatchObject({ status: expected });
  }
  expect(await stepback(directory, "clean 5 --quiet")).toMatchObject({ status: 0, out: "" });
  expect(await stepback(directory, "list")).toMatchObject({ status: 0, out: expect.stringContaining("✗ Failed") as string });
});

test("about 1 KB of metadata for a checkpoint", async () => {
  const { checkpoints } = await twelve();
  expect(statSync(join(checkpoints.storePath, "state.json")).size / 12).toBeLessThan(1300);
  const { id } = await checkpoints.find("latest");
  expect(readFileSync(join(checkpoints.storePath, "manifests", `${id}.json`), "utf8")).toContain(
    createHash("sha256").update("1").digest("hex"),
  );
});
