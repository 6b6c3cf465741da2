import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Checkpoints } from "../../src/index.js";
import { tempChange } from "../support/temp-change.js";

/** Three steps whose caller takes a checkpoint before each, two of them done, the second at its second attempt. */
async function pipeline(config: object = {}) {
  const change = await tempChange({ "a.txt": "0" }, { config: { durability: "none", ...config } });
  const { workflow } = change.checkpoints;
  await workflow.start({ id: "pipeline", steps: ["one", "two", "three"] });
  const ids: string[] = [];
  const begin = async (step: number): Promise<void> => {
    ids.push((await change.checkpoints.create({ step, workflowId: "pipeline" })).id);
    change.edit({ "a.txt": `${ids.length}` });
  };
  await begin(1);
  await workflow.complete("one");
  await begin(2);
  await workflow.fail("two", { reason: "no answer" });
  await begin(2);
  await workflow.complete("two");
  await change.checkpoints.create({ step: 9, workflowId: "another" });
  await change.checkpoints.create();
  return { checkpoints: change.checkpoints, files: () => change.files(), workflow, ids };
}

const keptForIt = async (checkpoints: Checkpoints, dryRun: boolean): Promise<string[]> => {
  const { decision } = await checkpoints.clean({ keepLast: 1 }, { dryRun });
  return decision.kept.filter(({ reasons }) => reasons.includes("needed_by_workflow")).map(({ record }) => record.id);
};

test("no cleanup removes what an unfinished workflow goes back to, and its end lets it go", async () => {
  const { checkpoints, files, ids, workflow } = await pipeline();
  const named = (await workflow.status()).steps.flatMap(({ checkpointId }) => checkpointId ?? []);
  expect(await keptForIt(checkpoints, true)).toEqual(named);
  expect(await keptForIt(checkpoints, false)).toEqual(named);
  expect((await checkpoints.list()).checkpoints.map(({ id }) => id)).toEqual([...named, expect.stringContaining("manual")]);
  await workflow.resume({ from: 1 });
  expect(files()).toEqual({ "a.txt": "0" });
  for (const step of ["one", "two", "three"]) await workflow.complete(step);
  expect(await keptForIt(checkpoints, false)).toEqual([]);
  expect((await checkpoints.list()).checkpoints.map(({ id }) => id)).not.toContain(ids[0]);
});

test("auto_clean leaves it too, whatever the limit", async () => {
  const { checkpoints, ids } = await pipeline({ autoClean: true, maxCheckpoints: 1 });
  const left = (await checkpoints.list()).checkpoints.map(({ id }) => id);
  expect(left).toContain(ids[0]);
  expect(left.filter((id) => id.includes("step09"))).toEqual([]);
});

test.each(["", '{"format_version": 99}', "[[["])("while its record is %j nothing of any workflow goes", async (text) => {
  const { checkpoints, ids } = await pipeline();
  writeFileSync(join(checkpoints.storePath, "workflow.json"), text);
  for (const dryRun of [true, false]) {
    const kept = await keptForIt(checkpoints, dryRun);
    expect(kept).toEqual([...ids, expect.stringContaining("step09")]);
  }
});
