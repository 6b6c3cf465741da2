import { chmodSync, chownSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { asOrdinaryUser, testWith } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

const NOBODY = 65_534;

testWith(["root"], "a process that root started and that acts for somebody else gives no files back to their owners", async () => {
  const { directory, checkpoints } = await tempChange();
  chmodSync(dirname(directory), 0o755);
  chownSync(directory, NOBODY, NOBODY);
  writeFileSync(join(directory, "a.txt"), "root's", { mode: 0o644 });
  await asOrdinaryUser(async () => {
    const { id } = await checkpoints.create();
    rmSync(join(directory, "a.txt"));
    await expect(checkpoints.restore(id)).resolves.toMatchObject({ plan: { counts: { created: 1 } } });
  });
});
