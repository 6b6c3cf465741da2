import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoints, type WorkflowEvent } from "../../src/index.js";
import { stepbackJson } from "../coming-from/command-line.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

const append = (word: string): string => `echo ${word} >> log.txt`;
const logOf = (change: TempChange): string[] => (change.files()["log.txt"] ?? "").trim().split("\n").filter(Boolean);
const recordPath = (change: TempChange): string => join(change.checkpoints.storePath, "workflow.json");

async function workflowChange(file: string, files: Record<string, string> = {}) {
  const change = await tempChange({ "stepback.workflow.yaml": file, ...files });
  return { ...change, workflow: change.checkpoints.workflow };
}

/** Ends a run as a crash would, with the effects of a step in the directory and nothing of its end on record. */
function breakOffAfter(number: number): { onEvent: (event: WorkflowEvent) => void } {
  return {
    onEvent: (event) => {
      if (event.kind === "step-end" && event.step.number === number) throw new Error("broken off");
    },
  };
}

describe("a workflow that is being run", () => {
  const WAITING = `id: waiting\nsteps:\n  - name: Wait\n    run: ${append("first")}; until test -e ../go; do sleep 0.02; done\n  - { name: Next, run: ${append("next")} }\n`;

  test("is neither begun anew, set aside nor gone on with by a second runner, however often it asks", async () => {
    const change = await workflowChange(WAITING, { "other.yaml": "id: other\nsteps: [{ name: Other, run: 'echo other >> log.txt' }]\n" });
    const refusals: unknown[] = [];
    const outcome = await change.workflow.run({
      onEvent: (event) => {
        if (event.kind !== "step-start" || event.step.number !== 1) return;
        void (async () => {
          for (const options of [{}, { restart: true }, { file: "other.yaml", force: true }, { restart: true, force: true }, {}]) {
            const { workflow } = await openCheckpoints(change.directory);
            await workflow.run(options).catch((error: unknown) => refusals.push((error as { code: string }).code));
          }
          await change.workflow.start({ id: "mine", steps: ["a"], force: true }).catch((error: unknown) => {
            refusals.push((error as { code: string }).code);
          });
          writeFileSync(join(change.directory, "../go"), "");
        })();
      },
    });
    expect(refusals).toEqual(Array.from({ length: 6 }, () => "WORKFLOW_RUNNING"));
    expect(outcome).toMatchObject({ workflowId: "waiting", status: "finished" });
    expect(logOf(change)).toEqual(["first", "next"]);
  });

  test("is not written into when another workflow has taken its place by hand", async () => {
    const change = await workflowChange(`id: mine\nsteps: [{ name: Only, run: "cp ../foreign.json .checkpoints/workflow.json" }]\n`);
    const other = await workflowChange(`id: foreign\nsteps: [{ name: Foreign, run: "true" }, { name: More }]\n`);
    await other.workflow.run();
    writeFileSync(join(change.directory, "../foreign.json"), readFileSync(recordPath(other)));
    await expect(change.workflow.run()).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND" });
    expect(readFileSync(recordPath(change))).toEqual(readFileSync(recordPath(other)));
  });
});

describe("after a step that was cut off", () => {
  const MOVING = `id: moving\nsteps:\n  - { name: Make, run: ${append("made")}, artifacts: [log.txt] }\n  - { name: Move, run: mv log.txt moved.txt, artifacts: [moved.txt] }\n`;

  test("the same process can go on", async () => {
    const change = await workflowChange(`id: one\nsteps: [{ name: One, run: '${append("one")}' }]\n`);
    await expect(change.workflow.run(breakOffAfter(1))).rejects.toThrow("broken off");
    expect(await change.workflow.resume()).toMatchObject({ status: "finished" });
    expect(logOf(change)).toEqual(["one"]);
  });

  test("an artifact that it took away is not missing, because the rollback brings it back", async () => {
    const change = await workflowChange(MOVING);
    await expect(change.workflow.run(breakOffAfter(2))).rejects.toThrow("broken off");
    expect(await change.workflow.preview()).toMatchObject({ plan: { valid: true, canResume: true } });
    expect(await change.workflow.resume()).toMatchObject({ status: "finished" });
    expect(change.files()).toMatchObject({ "moved.txt": "made\n" });
  });

  test("what it took away is missed when its partial work is kept", async () => {
    const change = await workflowChange(MOVING);
    await expect(change.workflow.run(breakOffAfter(2))).rejects.toThrow("broken off");
    await expect(change.workflow.resume({ keepPartial: true })).rejects.toMatchObject({ code: "WORKFLOW_NOT_RESUMABLE" });
  });

  test("going back to a step brings back the artifacts of the steps before it", async () => {
    const change = await workflowChange(`${MOVING}  - { name: Last, run: "true" }\n`);
    await change.workflow.run();
    change.edit({ "moved.txt": null });
    expect(await change.workflow.resume({ from: 3 })).toMatchObject({ status: "finished" });
    expect(change.files()).toMatchObject({ "moved.txt": "made\n" });
  });
});

describe("a workflow that is named by its id", () => {
  test("is gone on with in a directory that has another name by now", async () => {
    const change = await workflowChange(`steps: [{ name: One, run: "true" }, { name: Two, run: ${append("two")} }]\n`);
    const { workflowId } = await change.workflow.run({ to: 1 });
    const moved = `${change.directory}-renamed`;
    renameSync(change.directory, moved);
    const renamed = await openCheckpoints(moved);
    expect(await renamed.workflow.resume()).toMatchObject({ workflowId, status: "finished" });
    const { checkpoints } = await renamed.list({ type: "step" });
    expect([...new Set(checkpoints.map((one) => one.workflowId))]).toEqual([workflowId]);
  });

  test("is not mixed up with another one whose file stands in the place of its own", async () => {
    const change = await workflowChange("id: mine\nsteps: [{ name: One, run: 'true' }, { name: Two, run: 'true' }]\n");
    await change.workflow.run({ to: 1 });
    change.edit({ "stepback.workflow.yaml": "id: other\nsteps: [{ name: One, run: 'true' }, { name: Two, run: 'true' }]\n" });
    await expect(change.workflow.resume({ id: "mine" })).rejects.toMatchObject({ code: "WORKFLOW_NOT_RESUMABLE" });
  });
});

describe("a workflow whose steps the caller runs", () => {
  test("shows what going back to a step would restore, and does nothing", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { workflow } = change.checkpoints;
    await workflow.start({ id: "review", steps: ["analyze", "plan"] });
    const { id } = await change.checkpoints.create({ step: 1, stepName: "analyze", workflowId: "review" });
    await workflow.complete(1);
    change.edit({ "a.txt": "two" });
    const before = readFileSync(recordPath(change));
    expect(await stepbackJson(change.directory, "resume --from 1 --dry-run")).toMatchObject({
      restore: id,
      steps: [],
      plan: { next: { number: 1 }, percentage: 0 },
    });
    expect(change.files()).toEqual({ "a.txt": "two" });
    expect(readFileSync(recordPath(change))).toEqual(before);
  });

  test("has its files brought back by the next resume when going back was cut off", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { workflow } = change.checkpoints;
    await workflow.start({ id: "review", steps: ["analyze", "plan"] });
    const { id } = await change.checkpoints.create({ step: 1, stepName: "analyze", workflowId: "review" });
    change.edit({ "a.txt": "two" });
    const record = JSON.parse(readFileSync(recordPath(change), "utf8")) as Record<string, unknown>;
    delete record["workflow_crc32"];
    writeFileSync(recordPath(change), JSON.stringify({ ...record, pending_restore: { number: 1, checkpoint_id: id } }));
    expect(await workflow.resume()).toMatchObject({ status: "waiting", plan: { next: { number: 1 } } });
    expect(change.files()).toEqual({ "a.txt": "one" });
    change.edit({ "a.txt": "three" });
    await workflow.resume();
    expect(change.files()).toEqual({ "a.txt": "three" });
  });
});
