import { renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempChange, tempFolder } from "../support/temp-change.js";
import { expectRefusal, runBinary, runLine, stateOf } from "./command-line.js";

/** A directory with two checkpoints and an edit since. */
async function checkpointed() {
  const change = await tempChange({ "proposal.md": "one", "specs/auth.md": "spec", link: { link: "proposal.md" } });
  const first = await change.checkpoints.create({ step: 1 });
  change.edit({ "proposal.md": "two" });
  const second = await change.checkpoints.create({ step: 2 });
  change.edit({ "proposal.md": "three", "added.md": "new" });
  return { change, directory: change.directory, first: first.id, second: second.id };
}

describe("the command line", () => {
  test.each([
    [["restor", "latest"], /Did you mean/],
    [["destroy-everything"], /--help/],
    [["list", "--sparkle"], /--help/],
    [["restore", "latest", "--forced"], /restore --help/],
    [["restore"], /Give an ID/],
    [["create", "one", "two"], /create --help/],
  ])("%j is not understood", async (args, hint) => {
    const { directory } = await checkpointed();
    const error = await expectRefusal(directory, args, { code: "USAGE", status: 2 });
    expect(error.hint).toMatch(hint);
  });

  test.each([
    [["create", "--step", "three"], "step"],
    [["create", "--step", "-1"], "step"],
    [["create", "--type", "important"], "type"],
    [["create", "--phase", "beginning"], "phase"],
    [["create", "--task", "7", "--stage", "middle"], "stage"],
    [["create", "--state", "beers=2"], "--state"],
    [["create", "--state", "tests_passing=many"], "--state tests_passing"],
    [["list", "--stage", "middle"], "--stage"],
    [["list", "--meta", "=x"], "--meta"],
    [["create", "--tag", "a,b"], "tag"],
    [["create", "--tag", ""], "tag"],
    [["create", "--meta", "no value"], "meta"],
    [["create", "--success", "perhaps"], "success"],
    [["list", "--limit", "0"], "limit"],
    [["list", "--since", "the day before"], "since"],
    [["--wait", "a while", "create"], "wait"],
    [["clean", "--older-than", "x"], "older-than"],
    [["run", "--on-failure", "shrug", "--", "true"], "on-failure"],
  ])("%j has a value that is not allowed", async (args, named) => {
    const { directory } = await checkpointed();
    const error = await expectRefusal(directory, args, { code: "INVALID_ARGUMENT", status: 2 });
    expect(error.message).toContain(named);
  });

  test.each([
    ["restore", "latest", "--yes", "--"],
    ["restore", "latest", "--yes", "--", ""],
  ])("%s %s %s %s with an empty variable for its paths restores nothing, not everything", async (...args) => {
    const { directory } = await checkpointed();
    await expectRefusal(directory, args, { code: "USAGE", status: 2 });
  });
});

describe("the id", () => {
  test.each([
    ["show", "nonsense"],
    ["restore", "nonsense", "--yes"],
    ["restore", "checkpoint-20200101-000000-step01", "--yes"],
    ["restore", "latest~7", "--yes"],
    ["restore", "step:9", "--yes"],
    ["restore", "task:9", "--yes"],
    ["restore", "../../etc", "--yes"],
    ["delete", "nonsense", "--yes"],
    ["pin", "nonsense"],
    ["verify", "nonsense"],
    ["manifest", "nonsense"],
  ])("%s %s names no checkpoint", async (...args) => {
    const { directory } = await checkpointed();
    const error = await expectRefusal(directory, args, { code: "CHECKPOINT_NOT_FOUND", status: 10 });
    expect(error.hint).toContain("stepback list");
  });

  test.each([["show"], ["restore", "--yes"], ["delete", "--yes"]])("%s: a part that matches two names both", async (command, ...flags) => {
    const { directory, first, second } = await checkpointed();
    const error = await expectRefusal(directory, [command ?? "", "step0", ...flags], { code: "AMBIGUOUS_ID", status: 2 });
    expect(error.details["matches"]).toEqual([first, second]);
  });

  test("delete takes all of the named or none", async () => {
    const { directory, first } = await checkpointed();
    await expectRefusal(directory, ["delete", first, "nonsense", "--yes"], { code: "CHECKPOINT_NOT_FOUND", status: 10 });
  });

  test("undo before any restore says that there is nothing to undo", async () => {
    const { directory } = await checkpointed();
    const error = await expectRefusal(directory, ["undo", "--yes"], { code: "NOTHING_TO_UNDO", status: 10 });
    expect(error.hint).toContain("restore");
  });
});

describe("the directory", () => {
  test.each([
    ["list"],
    ["restore", "latest", "--yes"],
    ["undo", "--yes"],
    ["clean", "3"],
    ["delete", "latest", "--yes"],
    ["pin", "latest"],
    ["verify"],
    ["repair"],
    ["status"],
    ["history"],
  ])("%s without a store makes none", async (...args) => {
    const { directory } = await tempChange({ "a.txt": "one" });
    const error = await expectRefusal(directory, args, { code: "STORE_NOT_FOUND", status: 10 });
    expect(error.hint).toContain("stepback create");
  });

  test.each([["create"], ["list"], ["restore", "latest", "--yes"]])("%s in a directory that is not there", async (...args) => {
    const { directory } = await tempChange({ "a.txt": "one" });
    for (const missing of ["missing", "a.txt", ""]) {
      const error = await expectRefusal(directory, ["--dir", missing, ...args], { code: "DIRECTORY_NOT_FOUND", status: 10 });
      expect(error.message).toContain(missing);
    }
  });

  test("--change-id that leads out of the changes root, or nowhere", async () => {
    const { directory } = await checkpointed();
    await expectRefusal(directory, ["--change-id", "../my-feature", "list"], { code: "UNSAFE_PATH", status: 15 });
    await expectRefusal(directory, ["--change-id", "unheard-of", "list"], { code: "DIRECTORY_NOT_FOUND", status: 10 });
    await expectRefusal(directory, ["--dir", ".", "--change-id", "x", "list"], { code: "USAGE", status: 2 });
  });

  test.each([["create"], ["list"], ["restore", "latest", "--yes"], ["clean", "1"], ["delete", "latest", "--yes"], ["repair"]])(
    "%s with a symlink for a store follows it nowhere",
    async (...args) => {
      const { directory } = await checkpointed();
      const elsewhere = join(tempFolder(), "elsewhere");
      renameSync(join(directory, ".checkpoints"), elsewhere);
      symlinkSync(elsewhere, join(directory, ".checkpoints"));
      const refusal = { code: "UNSAFE_PATH", status: 15, storePath: elsewhere };
      await expectRefusal(directory, ["--dir", directory, ...args], refusal);
    },
  );

  test("a file in place of the store", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { directory } = change;
    change.edit({ ".checkpoints": "a file" });
    await expectRefusal(directory, ["create"], { code: "STORE_UNUSABLE", status: 12, storePath: join(directory, "nothing") });
  });
});

describe("the real binary", () => {
  test.each([
    [["bogus"], "USAGE", 2],
    [["restore", "nonsense", "--yes"], "CHECKPOINT_NOT_FOUND", 10],
    [["show", "step0"], "AMBIGUOUS_ID", 2],
    [["restore", "latest", "--yes", "--", "../x"], "UNSAFE_PATH", 15],
    [["clean", "0"], "WOULD_KEEP_NOTHING", 15],
    [["restore", "latest"], "CONFIRMATION_REQUIRED", 15],
  ])("%j exits with its status and prints on stderr only", async (args, code, status) => {
    const { directory } = await checkpointed();
    await expectRefusal(directory, args, { code, status, run: runBinary });
  });

  test("what is refused in this process is refused by the same words there", async () => {
    const { directory } = await checkpointed();
    const before = stateOf(directory);
    const args = ["restore", "latest~9", "--yes"];
    expect(runBinary(directory, args)).toEqual(await runLine(directory, args));
    expect(stateOf(directory)).toEqual(before);
  });
});
