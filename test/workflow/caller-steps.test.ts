import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findWorkflows, openCheckpoints } from "../../src/index.js";
import { tempChange, tempFolder } from "../support/temp-change.js";

const AGENTS = ["analyze", "plan", "write"];

/** A change with a workflow of three steps that is begun. */
async function started(files: Record<string, string> = { "a.txt": "one" }) {
  const change = await tempChange(files);
  const { workflow } = change.checkpoints;
  await workflow.start({ id: "pipeline", steps: AGENTS, originalRequest: "Write it.", metadata: { team: "blue" }, version: "2" });
  return {
    ...change,
    workflow,
    edit: (...given: Parameters<typeof change.edit>): void => change.edit(...given),
    files: () => change.files(),
  };
}

describe("a caller that runs the steps itself", () => {
  test("begins, completes and fails steps, by name or number", async () => {
    const { edit, workflow } = await started();
    edit({ "analysis.md": "found" });
    expect(await workflow.complete("analyze", { artifacts: ["analysis.md"] })).toMatchObject({
      steps: [
        { number: 1, name: "analyze", status: "completed", artifacts: ["analysis.md"] },
        { status: "pending" },
        { status: "pending" },
      ],
      plan: { workflowId: "pipeline", valid: true, percentage: 33, next: { name: "plan" }, canResume: true },
      context: {
        originalRequest: "Write it.",
        completed: ["analyze"],
        remaining: ["plan", "write"],
        progress: "1/3",
        artifacts: ["analysis.md"],
        metadata: { team: "blue" },
      },
    });
    expect(await workflow.fail(2, { reason: "no answer" })).toMatchObject({ steps: [{}, { status: "failed", reason: "no answer" }, {}] });
    expect(await workflow.complete(2)).toMatchObject({ steps: [{}, { status: "completed", reason: null }, {}], plan: { percentage: 66 } });
    expect(await workflow.complete("write")).toMatchObject({ plan: { percentage: 100, next: null, canResume: false, isFinished: true } });
    expect(await workflow.complete("write")).toMatchObject({ plan: { percentage: 100 } });
    expect(await workflow.resume()).toMatchObject({ status: "finished", wasFinished: true, exitStatus: 0 });
  });

  test("is told how to go on by resume, which leaves the files alone", async () => {
    const { files, workflow, edit } = await started();
    await workflow.complete("analyze");
    edit({ "partial.txt": "of the second" });
    expect(await workflow.resume()).toMatchObject({
      status: "waiting",
      exitStatus: 0,
      plan: { next: { name: "plan" } },
      context: { originalRequest: "Write it." },
    });
    expect(files()).toEqual({ "a.txt": "one", "partial.txt": "of the second" });
  });

  test("can go back to before a step with the checkpoint that it took", async () => {
    const { checkpoints, edit, files, workflow } = await started();
    await workflow.complete("analyze");
    const { id } = await checkpoints.create({ step: 2, stepName: "plan", workflowId: "pipeline", type: "agent_completion" });
    edit({ "a.txt": "two" });
    await workflow.complete("plan");
    expect(await checkpoints.find(id)).toMatchObject({ success: true });
    await workflow.complete("write");
    expect(await workflow.resume({ from: 2 })).toMatchObject({
      status: "waiting",
      plan: { next: { name: "plan" }, remaining: [{ name: "plan" }, { name: "write" }] },
    });
    expect(files()).toEqual({ "a.txt": "one" });
    await workflow.fail("plan");
    expect(await checkpoints.find(id)).toMatchObject({ success: false });
  });

  test.each<[string, { artifacts: string[] }, string]>([
    ["an artifact that is not there", { artifacts: ["missing.md"] }, "ARTIFACT_MISSING"],
    ["a pattern that leads to nothing", { artifacts: ["*.rst"] }, "ARTIFACT_MISSING"],
    ["an artifact elsewhere", { artifacts: ["../x"] }, "INVALID_ARGUMENT"],
  ])("%s is refused, and nothing is recorded", async (_, completion, code) => {
    const { workflow } = await started();
    await expect(workflow.complete("analyze", completion)).rejects.toMatchObject({ code });
    expect((await workflow.status()).plan.percentage).toBe(0);
  });

  test("artifacts can be patterns, and paths with the characters of one", async () => {
    const { edit, workflow } = await started();
    edit({ "specs/[id].md": "x", "specs/b.md": "y", "specs/c.txt": "z" });
    await workflow.complete("analyze", { artifacts: ["specs/[id].md"] });
    expect(await workflow.complete("analyze", { artifacts: ["specs/*.md"] })).toMatchObject({
      context: { artifacts: ["specs/[id].md", "specs/b.md"] },
    });
  });

  test.each([
    [[], "INVALID_ARGUMENT"],
    [["a", "a"], "INVALID_ARGUMENT"],
    [[""], "INVALID_ARGUMENT"],
    [
      [
        { number: 2, name: "a" },
        { number: 1, name: "b" },
      ],
      "INVALID_ARGUMENT",
    ],
  ])("steps %j are refused", async (steps, code) => {
    const { checkpoints } = await tempChange({});
    await expect(checkpoints.workflow.start({ steps })).rejects.toMatchObject({ code });
    await expect(checkpoints.workflow.start({ steps: ["a"], id: "../x" })).rejects.toMatchObject({ code });
    expect(existsSync(checkpoints.storePath)).toBe(false);
  });

  test("an unknown step, and a workflow that was never begun, are not found", async () => {
    const { workflow } = await started();
    await expect(workflow.complete("deploy")).rejects.toMatchObject({ code: "STEP_NOT_FOUND", exitStatus: 10 });
    await expect(workflow.complete("plan", { id: "other" })).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
    const { checkpoints } = await tempChange({});
    await expect(checkpoints.workflow.status()).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
    await expect(checkpoints.workflow.resume()).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
  });

  test("a workflow that is under way is begun anew only by force", async () => {
    const { workflow } = await started();
    await workflow.complete("analyze");
    await expect(workflow.start({ id: "pipeline", steps: AGENTS })).rejects.toMatchObject({ code: "WORKFLOW_NOT_RESUMABLE" });
    await expect(workflow.start({ id: "other", steps: AGENTS })).rejects.toMatchObject({ code: "WORKFLOW_UNFINISHED" });
    expect(await workflow.start({ id: "pipeline", steps: AGENTS, force: true })).toMatchObject({ plan: { percentage: 0 } });
    expect(await workflow.list()).toHaveLength(2);
  });

  test("many at once lose nothing", async () => {
    const { directory, workflow } = await started();
    const other = await openCheckpoints(directory, { config: { durability: "none" }, lockWaitMs: 30_000 });
    await Promise.all(AGENTS.map((name) => other.workflow.complete(name)));
    expect((await workflow.status()).plan.percentage).toBe(100);
  });
});

describe("the workflows below a folder", () => {
  test("are those that are not finished, newest first, with their progress; broken ones are skipped with a warning", async () => {
    const root = tempFolder();
    const begin = async (name: string, at: string, done: number): Promise<void> => {
      const directory = join(root, "openspec/changes", name);
      mkdirSync(directory, { recursive: true });
      const { workflow } = await openCheckpoints(directory, { config: { durability: "none" }, now: () => new Date(at) });
      await workflow.start({ steps: AGENTS });
      for (const step of AGENTS.slice(0, done)) await workflow.complete(step);
    };
    await begin("older", "2026-03-04T08:00:00Z", 1);
    await begin("newer", "2026-03-05T08:00:00Z", 2);
    await begin("finished", "2026-03-06T08:00:00Z", 3);
    for (const [name, text] of [
      ["torn", "{"],
      ["foreign", '{"jobs": []}'],
    ] as const) {
      const path = join(root, "openspec/changes", name, ".checkpoints/workflow.json");
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    const { workflows, warnings } = await findWorkflows(root);
    expect(workflows).toMatchObject([
      { workflowId: "newer", progress: "2/3", next: "write", directory: join(root, "openspec/changes/newer"), isCurrent: true },
      { workflowId: "older", progress: "1/3", next: "plan" },
    ]);
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toMatch(/foreign.*missing required field format_version.*torn.*is not JSON/s);
    await expect(findWorkflows(join(root, "nowhere"))).rejects.toMatchObject({ code: "DIRECTORY_NOT_FOUND" });
  });
});
