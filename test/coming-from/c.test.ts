import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findWorkflows, openCheckpoints } from "../../src/index.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { at, stepback, stepbackJson } from "./command-line.js";

// The resume of an agent pipeline: each test is a row of the table in docs/workflows.md.

const AGENTS = ["analyze", "plan", "write"];

/** A pipeline of three agents of which one has delivered. */
async function pipeline(): Promise<TempChange> {
  const change = await tempChange({ "log.txt": "" });
  const { checkpoints } = change;
  await checkpoints.workflow.start({
    id: "review",
    steps: AGENTS,
    version: "2",
    originalRequest: "Review the login",
    metadata: { team: "harbour" },
  });
  await checkpoints.create({ step: 1, stepName: "analyze", workflowId: "review", type: "agent_completion" });
  change.edit({ "analysis.md": "done" });
  await checkpoints.workflow.complete("analyze", { artifacts: ["analysis.md"] });
  return change;
}

const recordOf = ({ checkpoints }: TempChange): string => join(checkpoints.storePath, "workflow.json");

test("one record for a workflow, with all that is known of it", async () => {
  const change = await pipeline();
  expect(JSON.parse(readFileSync(recordOf(change), "utf8"))).toMatchObject({
    format_version: 1,
    workflow_id: "review",
    version: "2",
    created_at: expect.stringMatching(/Z$/) as string,
    completed: [{ number: 1, artifacts: ["analysis.md"] }],
    steps: AGENTS.map((name, index) => ({ number: index + 1, name })),
    metadata: { team: "harbour" },
  });
  expect((await change.checkpoints.workflow.status()).plan.next).toMatchObject({ name: "plan" });
  expect((await change.checkpoints.list({ workflowId: "review" })).checkpoints).toMatchObject([{ type: "agent_completion" }]);
});

test("creating tells where", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "1" });
  const created = await checkpoints.create();
  expect(created.storedPath).toBe(join(checkpoints.storePath, created.id));
  expect((await stepback(directory, "list --format {stored_path}")).out).toBe(`${created.storedPath}\n`);
});

test("loading gives the record, or nothing", async () => {
  const { checkpoints, directory } = await pipeline();
  expect(await checkpoints.workflow.status("review")).toMatchObject({ workflowId: "review" });
  expect(await stepbackJson(directory, "workflow status")).toMatchObject({ workflow_id: "review" });
  const other = await tempChange();
  await expect(other.checkpoints.workflow.status()).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
  expect(await stepback(other.directory, "workflow status")).toMatchObject({ status: 10 });
});

test("whether there is one", async () => {
  const { checkpoints, directory } = await pipeline();
  expect((await checkpoints.workflow.list()).some(({ id }) => id === "review")).toBe(true);
  expect((await checkpoints.workflow.list()).some(({ id }) => id === "other")).toBe(false);
  expect((await stepback(directory, "workflow status --id review --quiet")).status).toBe(0);
  expect((await stepback(directory, "workflow status --id other --quiet")).status).toBe(10);
});

test("deleting twice is no error", async () => {
  const { checkpoints, directory } = await pipeline();
  expect([await checkpoints.workflow.forget("review"), await checkpoints.workflow.forget("review")]).toEqual([true, false]);
  expect((await stepback(directory, "workflow forget review")).status).toBe(0);
  expect((await checkpoints.list()).checkpoints).toHaveLength(1);
});

/** A folder of changes, each with a workflow begun at another time. */
async function changes(): Promise<string> {
  const root = tempFolder();
  for (const [number, name] of ["old", "new", "done", "broken"].entries()) {
    const directory = join(root, name);
    mkdirSync(directory);
    const now = new Date(Date.UTC(2026, 0, 1 + number));
    const { workflow } = await openCheckpoints(directory, { config: { durability: "none" }, now: () => now });
    await workflow.start({ id: name, steps: AGENTS });
    for (const agent of name === "done" ? AGENTS : ["analyze"]) await workflow.complete(agent);
  }
  writeFileSync(join(root, "broken/.checkpoints/workflow.json"), '{"format_version": 1, "work');
  return root;
}

test("what can be resumed, newest first", async () => {
  const root = await changes();
  expect((await findWorkflows(root)).workflows.map(({ workflowId }) => workflowId)).toEqual(["new", "old"]);
  expect((await stepback(root, "workflows .")).out).toMatch(/new[^]*old/);
});

test("broken records are skipped", async () => {
  const { workflows, warnings } = await findWorkflows(await changes());
  expect(workflows).toHaveLength(2);
  expect(warnings).toEqual([expect.stringMatching(/broken.*is skipped/)]);
});

test("the progress as n/m", async () => {
  const root = await changes();
  expect((await findWorkflows(root)).workflows.map(({ progress }) => progress)).toEqual(["1/3", "1/3"]);
  expect((await stepback(root, "workflows .")).out).toContain("1/3");
});

test("finished workflows are not listed", async () => {
  const root = await changes();
  expect((await findWorkflows(root)).workflows.map(({ workflowId }) => workflowId)).not.toContain("done");
  expect((await stepback(root, "workflows .")).out).not.toContain("done");
});

test("validation says that there is none", async () => {
  const { checkpoints, directory } = await tempChange();
  await expect(checkpoints.workflow.resume()).rejects.toMatchObject({ message: expect.stringContaining("not found") as string });
  expect((await stepback(directory, "resume")).err).toContain("not found");
});

test("validation names a field that is missing", async () => {
  const change = await pipeline();
  const record = JSON.parse(readFileSync(recordOf(change), "utf8")) as Record<string, unknown>;
  writeFileSync(recordOf(change), JSON.stringify({ ...record, steps: undefined }));
  await expect(change.checkpoints.workflow.status()).rejects.toMatchObject({
    code: "WORKFLOW_UNUSABLE",
    message: expect.stringMatching(/required.*steps|steps.*required|missing.*steps/) as string,
  });
  expect(await stepback(change.directory, "resume")).toMatchObject({ status: 12 });
});

test("validation names an artifact that is missing", async () => {
  const change = await pipeline();
  rmSync(join(change.directory, "analysis.md"));
  expect((await change.checkpoints.workflow.status()).plan).toMatchObject({
    valid: false,
    problems: [expect.stringContaining("artifact missing analysis.md")],
  });
  expect((await stepback(change.directory, "resume")).err).toContain("artifact missing analysis.md");
});

test("the resume plan", async () => {
  const { checkpoints, directory } = await pipeline();
  expect((await checkpoints.workflow.status()).plan).toMatchObject({
    workflowId: "review",
    valid: true,
    completed: [{ name: "analyze" }],
    remaining: [{ name: "plan" }, { name: "write" }],
    next: { number: 2, name: "plan" },
    percentage: 33,
    canResume: true,
  });
  expect(await stepbackJson(directory, "resume --dry-run")).toMatchObject({
    plan: { workflow_id: "review", can_resume: true, percentage: 33 },
  });
});

test("the percentage is never over 100", async () => {
  const { checkpoints } = await pipeline();
  for (const agent of [...AGENTS, ...AGENTS]) await checkpoints.workflow.complete(agent);
  expect((await checkpoints.workflow.status()).plan).toMatchObject({ percentage: 100, remaining: [] });
});

test("the order is the caller's", async () => {
  const { checkpoints, directory } = await tempChange();
  await stepback(directory, "workflow start --id mine --steps write,analyze,rest");
  expect((await checkpoints.workflow.status()).steps.map(({ name }) => name)).toEqual(["write", "analyze", "rest"]);
});

test("a resume that is refused says why", async () => {
  const change = await pipeline();
  rmSync(join(change.directory, "analysis.md"));
  await expect(change.checkpoints.workflow.resume()).rejects.toMatchObject({ code: "WORKFLOW_NOT_RESUMABLE" });
  expect(await stepback(change.directory, "resume")).toMatchObject({
    status: 15,
    err: expect.stringMatching(/cannot be resumed: artifact missing/) as string,
  });
});

test("a workflow that is completed already says so", async () => {
  const { checkpoints, directory } = await pipeline();
  for (const agent of AGENTS) await checkpoints.workflow.complete(agent);
  expect(await checkpoints.workflow.resume()).toMatchObject({ wasFinished: true, exitStatus: 0 });
  expect(await stepback(directory, "resume")).toMatchObject({ status: 0, out: expect.stringContaining("finished") as string });
});

test("the original request comes back", async () => {
  const { checkpoints, directory } = await pipeline();
  expect((await checkpoints.workflow.status()).context).toMatchObject({ originalRequest: "Review the login" });
  expect((await stepback(directory, "resume")).out).toContain("Request: Review the login");
});

test("a resume gives success, a message and the context", async () => {
  const { directory, checkpoints } = await pipeline();
  expect(await checkpoints.workflow.resume()).toMatchObject({ status: "waiting", exitStatus: 0 });
  const { context } = (await stepbackJson(directory, "resume")) as { context: object };
  expect(context).toMatchObject({
    workflow_id: "review",
    original_request: "Review the login",
    completed: ["analyze"],
    next: "plan",
    remaining: ["plan", "write"],
    progress: "1/3",
    artifacts: ["analysis.md"],
    checkpoint: { timestamp: expect.stringMatching(/Z$/) as string },
  });
});

test("a summary for people", async () => {
  const { directory } = await pipeline();
  expect((await stepback(directory, "workflow status")).out).toMatch(/review[^]*✓ 1: analyze[^]*Next: step 2: plan/);
});

test("the record is written atomically", async () => {
  const change = await pipeline();
  const before = statSync(recordOf(change)).ino;
  await change.checkpoints.workflow.complete("plan");
  expect(statSync(recordOf(change)).ino).not.toBe(before);
  writeFileSync(recordOf(change), readFileSync(recordOf(change), "utf8").slice(0, 100));
  await expect(change.checkpoints.workflow.complete("write")).rejects.toMatchObject({ code: "WORKFLOW_UNUSABLE" });
});

test("the record is only for its owner", async () => {
  const change = await pipeline();
  expect(statSync(recordOf(change)).mode & 0o777).toBe(0o600);
  expect(statSync(change.checkpoints.storePath).mode & 0o777).toBe(0o700);
});

test("readers and writers at the same time", async () => {
  const steps = Array.from({ length: 8 }, (_, number) => `agent-${number}`);
  const change = await tempChange({}, { lockWaitMs: 30_000 });
  await change.checkpoints.workflow.start({ id: "crowd", steps });
  const percentages: number[] = [];
  await Promise.all([
    ...steps.map(async (step) => (await change.reopen()).workflow.complete(step)),
    ...steps.map(async () => percentages.push((await (await change.reopen()).workflow.status()).plan.percentage)),
  ]);
  expect(percentages).toHaveLength(8);
  expect((await change.checkpoints.workflow.status()).plan).toMatchObject({ percentage: 100, valid: true });
  expect((await stepback(change.directory, "workflow status", at("2026-01-01T00:00:00Z"))).status).toBe(0);
});
