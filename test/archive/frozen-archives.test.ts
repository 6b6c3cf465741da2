import { join } from "node:path";
import { expect, test } from "vitest";
import { tempChange } from "../support/temp-change.js";

test("an archive of the first version is taken in as long as there are archives", async () => {
  const change = await tempChange();
  const archive = join(import.meta.dirname, "../../fixtures/archives/v1-two-checkpoints.tar.gz");
  const { checkpoints } = await change.checkpoints.importArchive(archive);
  const origin = { changeId: "add-tide-gauge" };
  expect(checkpoints).toMatchObject([
    {
      id: "checkpoint-20260302-090000-step01",
      stepName: "Create Proposal",
      notes: "before the proposal",
      tags: ["draft"],
      importedFrom: origin,
    },
    { id: "checkpoint-20260302-093000-step02", stepNumber: 2, importedFrom: origin },
  ]);
  await change.checkpoints.restore("step:1");
  const files = change.files();
  expect(files).toMatchObject({
    "proposal.md": "# Add a tide gauge\n",
    "na\xefve.txt": "a name in Latin-1\n",
    current: "-> specs/spec.md",
  });
  expect(files[`${"a-folder-with-a-long-name/".repeat(8)}deep.txt`]).toBe("deep\n");
  expect(change.picture()["specs/spec.md"]).toMatch(/^600 1772366400250000 /);
});
