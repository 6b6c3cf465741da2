import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

const BINARY = join(import.meta.dirname, "../../dist/cli/main.cjs");

/** Runs the real binary on a terminal of its own and types an answer; gives what the terminal showed. */
function typeInto(change: TempChange, args: string, typed: string): string {
  const command = `"${process.execPath}" "${BINARY}" --dir "${change.directory}" ${args}`;
  return execFileSync("script", ["-qec", command, "/dev/null"], { input: typed, encoding: "utf8", env: { ...process.env, TERM: "xterm" } });
}

testWith(["script"], "restore asks on a terminal, and y restores", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create({ step: 2, stepName: "Create Proposal" });
  writeFileSync(join(change.directory, "a.txt"), "two");
  const shown = typeInto(change, "restore step:2", "y\n");
  expect(shown).toContain("1. Create backup of current state");
  expect(shown).toContain("Continue? [y/N]: ");
  expect(shown).toContain("Rollback complete!");
  expect(change.files()).toEqual({ "a.txt": "one" });
});

testWith(["script"], "anything but y cancels and changes nothing", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  writeFileSync(join(change.directory, "a.txt"), "two");
  expect(typeInto(change, "restore latest", "\n")).toContain("Cancelled");
  expect(change.files()).toEqual({ "a.txt": "two" });
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
});

testWith(["script"], "a failed step offers the rollback", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const shown = typeInto(change, `run --step 3 -- sh -c 'echo garbage > "${change.directory}/a.txt"; exit 3' || true`, "y\n");
  expect(shown).toContain("failed with exit code 3");
  expect(shown).toContain("Rollback complete!");
  expect(change.files()).toEqual({ "a.txt": "one" });
});
