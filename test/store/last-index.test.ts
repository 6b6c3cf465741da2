import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tempChange } from "../support/temp-change.js";

test("one who stays with a store knows it as one who comes anew does, after every kind of write", async () => {
  const change = await tempChange({ "a.txt": "one", "na\udcefve.txt": "x" });
  const { checkpoints } = change;
  const assertSame = async (): Promise<void> => {
    const anew = await change.reopen();
    expect(await checkpoints.list()).toEqual(await anew.list());
    expect(await checkpoints.history()).toEqual(await anew.history());
  };
  const { id } = await checkpoints.create({
    step: 1,
    stepName: "First",
    notes: "note",
    metadata: { a: "b" },
    workflowId: "w",
    state: { decisionsMade: 1 },
  });
  await assertSame();
  await checkpoints.run({ command: ["true"], verify: "exit 3", cwd: change.directory, step: 2 });
  await assertSame();
  await checkpoints.tag(id, { add: ["t"] });
  change.edit({ "a.txt": "two" });
  await checkpoints.restore(id);
  await assertSame();
  await checkpoints.delete(["step02"]);
  await assertSame();
});

test("what another hand wrote into the index is seen, also when it is as long as before", async () => {
  const { checkpoints, storePath } = await tempChange({ "a.txt": "one" }).then((change) => ({
    ...change,
    storePath: change.checkpoints.storePath,
  }));
  const { id } = await checkpoints.create({ notes: "before" });
  const path = `${storePath}/state.json`;
  writeFileSync(path, readFileSync(path, "utf8").replace('"before"', '"behind"'));
  expect(await checkpoints.find(id)).toMatchObject({ notes: "behind" });
  const { warnings } = await checkpoints.list();
  expect(warnings.join()).toContain("altered");
});
