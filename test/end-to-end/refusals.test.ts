import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openCheckpoints } from "../../src/index.js";
import { tempChange, tempFolder } from "../support/temp-change.js";
import { expectRefusal, readErrorDocument, runBinary, runLine, stateOf } from "./command-line.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A directory with two checkpoints and an edit since. */
async function checkpointed() {
  const change = await tempChange({ "proposal.md": "one", "specs/auth.md": "spec" });
  await change.checkpoints.create({ step: 1 });
  const { id } = await change.checkpoints.create({ step: 2 });
  change.edit({ "proposal.md": "two", "added.md": "new" });
  return { change, directory: change.directory, id };
}

describe("a path that leads out of the directory", () => {
  test.each([["../x"], ["/etc/passwd"], ["a/../../x"], ["specs/../../my-feature-2"], [".."], ["/"], ["./../x"]])("%s", async (path) => {
    const { directory, id } = await checkpointed();
    writeFileSync(join(directory, "../x"), "not ours");
    const error = await expectRefusal(directory, ["restore", id, "--yes", "--", path], { code: "UNSAFE_PATH", status: 15 });
    expect(error.details["path"]).toBe(path);
    await expectRefusal(directory, ["restore", id, "--dry-run", "--", "proposal.md", path], { code: "UNSAFE_PATH", status: 15 });
    await expectRefusal(directory, ["undo", "--yes", "--", path], { code: "USAGE", status: 2 });
  });

  test("an absolute path inside it, and one that comes back, are fine", async () => {
    const { change, directory, id } = await checkpointed();
    const paths = [join(directory, "proposal.md"), "specs/../specs/./auth.md"];
    expect((await runLine(directory, ["restore", id, "--yes", "--", ...paths])).status).toBe(0);
    expect(change.files()).toEqual({ "added.md": "new", "proposal.md": "one", "specs/auth.md": "spec" });
  });

  test("an absolute path that leads to it through a symlink is understood; one that only looks so is refused", async () => {
    const { change, directory, id } = await checkpointed();
    const alias = join(tempFolder(), "alias");
    symlinkSync(directory, alias);
    const paths = [join(alias, "proposal.md"), join(alias, "specs")];
    expect(await runLine(directory, ["restore", id, "--yes", "--", ...paths])).toMatchObject({ status: 0 });
    expect(change.files()).toEqual({ "added.md": "new", "proposal.md": "one", "specs/auth.md": "spec" });
    const outside = join(alias, "../proposal.md");
    await expectRefusal(directory, ["restore", id, "--yes", "--", outside], { code: "UNSAFE_PATH", status: 15 });
  });

  test("a path that is there and left out by a rule: it says so", async () => {
    const { change, directory, id } = await checkpointed();
    change.edit({ ".checkpointignore": "*.log\n", "build.log": "left out", "logs.log/inside": "left out" });
    for (const path of ["build.log", "logs.log/inside"]) {
      const error = await expectRefusal(directory, ["restore", id, "--yes", "--", path], { code: "PATH_NOT_FOUND", status: 10 });
      expect(error.message).toContain("ignored");
      expect(error.message).not.toContain("neither");
    }
  });

  test("a path that is neither in the checkpoint nor in the directory", async () => {
    const { directory, id } = await checkpointed();
    const error = await expectRefusal(directory, ["restore", id, "--yes", "--", "proposl.md"], { code: "PATH_NOT_FOUND", status: 10 });
    expect(error.hint).toContain(`stepback show ${id} --files`);
  });
});

describe("a directory that a mistake must never replace", () => {
  test.each([["create"], ["clean", "1"], ["repair"]])("the root of the file system: %s", async (...args) => {
    const before = readdirSync("/");
    const { status, err } = await runLine("/", ["--json", "--dir", "/", ...args]);
    expect([readErrorDocument(err).code, status]).toEqual(["UNSAFE_DIRECTORY", 15]);
    expect(readdirSync("/")).toEqual(before);
  });

  test.each([
    ["create"],
    ["restore", "latest", "--yes"],
    ["undo", "--yes"],
    ["delete", "latest", "--yes"],
    ["clean", "1"],
    ["pin", "latest"],
    ["repair"],
  ])("the home directory and those above it, though they have a store: %s", async (...args) => {
    const { directory, change, id } = await checkpointed();
    await change.checkpoints.restore(id, { paths: ["proposal.md"] });
    for (const home of [directory, join(directory, "specs"), join(directory, "specs/not/there/yet")]) {
      vi.stubEnv("HOME", home);
      const error = await expectRefusal(directory, args, { code: "UNSAFE_DIRECTORY", status: 15 });
      expect(error.message).toContain(directory);
    }
    vi.stubEnv("HOME", dirname(directory));
    await expect(change.checkpoints.create()).resolves.toMatchObject({ isComplete: true });
  });

  test("by another name of the same directory", async () => {
    const { directory } = await checkpointed();
    vi.stubEnv("HOME", `${directory}/specs/..`);
    await expectRefusal(directory, ["create"], { code: "UNSAFE_DIRECTORY", status: 15 });
  });

  test("in the real binary", async () => {
    const { directory } = await checkpointed();
    const run = (cwd: string, args: readonly string[]) => runBinary(cwd, args, { env: { ...process.env, HOME: directory } });
    await expectRefusal(directory, ["create"], { code: "UNSAFE_DIRECTORY", status: 15, run });
  });

  test("a store around its own directory", async () => {
    const { directory } = await checkpointed();
    for (const storePath of [directory, dirname(directory), "/"]) {
      await expectRefusal(directory, ["--store", storePath, "create"], { code: "UNSAFE_DIRECTORY", status: 15 });
    }
  });

  test("another change's store", async () => {
    const { directory } = await checkpointed();
    const other = join(tempFolder(), "other-feature");
    mkdirSync(other);
    writeFileSync(join(other, "mine.txt"), "mine");
    const storePath = join(directory, ".checkpoints");
    for (const args of [["restore", "latest", "--yes"], ["create"], ["delete", "latest", "--yes"]]) {
      await expectRefusal(other, ["--store", storePath, ...args], { code: "STORE_UNUSABLE", status: 12, storePath });
    }
  });
});

describe("a tree over the budget", () => {
  async function big() {
    const change = await tempChange({ "small/a.txt": "a", ".stepback.yaml": "limits:\n  max_entries: 20\n  max_total_bytes: 5000\n" });
    const { id } = await change.checkpoints.create();
    return { change, directory: change.directory, id };
  }

  test("of entries names the biggest offenders and the setting", async () => {
    const { change, directory } = await big();
    for (let number = 0; number < 30; number += 1) change.edit({ [`modules/lib/${number}.js`]: "" });
    const error = await expectRefusal(directory, ["create"], { code: "TREE_TOO_LARGE", status: 15 });
    expect(error.hint).toContain("limits.max_entries");
    expect(error.details["offenders"]).toMatchObject([{ path: "modules/lib" }, {}, {}]);
  });

  test("of bytes names the biggest offenders and the setting", async () => {
    const { change, directory } = await big();
    change.edit({ "video.bin": new Uint8Array(6000), "small/b.txt": "b" });
    const error = await expectRefusal(directory, ["create"], { code: "TREE_TOO_LARGE", status: 15 });
    expect(error.hint).toContain("limits.max_total_bytes");
    expect(error.message).toContain("video.bin");
  });

  test("stops a restore as well, whose backup could not be taken", async () => {
    const { change, directory, id } = await big();
    change.edit({ "video.bin": new Uint8Array(6000) });
    await expectRefusal(directory, ["restore", id, "--yes"], { code: "TREE_TOO_LARGE", status: 15 });
  });

  test("leaves no store behind when it is the first checkpoint, nor another time on the directory", async () => {
    const { directory } = await tempChange({ ".stepback.yaml": "limits:\n  max_entries: 2\n", "a.txt": "a", "b.txt": "b" });
    await expectRefusal(directory, ["create"], { code: "TREE_TOO_LARGE", status: 15 });
  });
});

describe("what would lose a checkpoint", () => {
  test("a pinned one is not deleted, nor any other with it", async () => {
    const { change, directory, id } = await checkpointed();
    await change.checkpoints.pin(id);
    const error = await expectRefusal(directory, ["delete", "step:1", id, "--yes"], { code: "PINNED", status: 15 });
    expect(error.hint).toContain(`stepback unpin ${id}`);
  });

  test.each([
    [["clean", "0"], "WOULD_KEEP_NOTHING", 15],
    [["clean", "--keep", "0"], "WOULD_KEEP_NOTHING", 15],
    [["clean", "--dry-run", "0"], "WOULD_KEEP_NOTHING", 15],
    [["clean", "-1"], "INVALID_ARGUMENT", 2],
    [["clean", "--keep", "-1"], "INVALID_ARGUMENT", 2],
    [["clean", "--keep=-1"], "INVALID_ARGUMENT", 2],
    [["clean", "ten"], "INVALID_ARGUMENT", 2],
    [["clean", "1.5"], "INVALID_ARGUMENT", 2],
  ])("%j", async (args, code, status) => {
    const { directory } = await checkpointed();
    await expectRefusal(directory, args, { code, status });
  });
});

describe("a question that nobody can answer", () => {
  test.each([
    ["restore", "latest"],
    ["delete", "latest"],
  ])("%s %s without a terminal and without --yes", async (...args) => {
    const { directory } = await checkpointed();
    const error = await expectRefusal(directory, args, { code: "CONFIRMATION_REQUIRED", status: 15 });
    expect(error.hint).toContain("--yes");
  });

  test("undo without a terminal and without --yes", async () => {
    const { change, directory, id } = await checkpointed();
    await change.checkpoints.restore(id);
    await expectRefusal(directory, ["undo"], { code: "CONFIRMATION_REQUIRED", status: 15 });
  });

  test.each(["", "n", "no", "nein", "yep", " ", "Y E S"])(
    "the answer %j on a terminal changes nothing and is no failure",
    async (answer) => {
      const { directory } = await checkpointed();
      const before = stateOf(directory);
      expect(await runLine(directory, ["restore", "latest"], { answers: [answer] })).toMatchObject({ status: 0 });
      expect(await runLine(directory, ["delete", "latest"], { answers: [answer] })).toMatchObject({ status: 0 });
      expect(stateOf(directory)).toEqual(before);
    },
  );
});

describe("a configuration that cannot be used", () => {
  test.each([
    ["ignroe: [a]\n", /ignore/],
    ["limits:\n  max_entries: many\n", /max_entries/],
    ["ignore: [a\n", /yaml:/],
    ["durability: somewhat\n", /full/],
  ])("%j", async (text, named) => {
    const { change, directory } = await checkpointed();
    change.edit({ ".stepback.yaml": text });
    for (const args of [["create"], ["restore", "latest", "--yes"], ["clean"], ["list"]]) {
      const error = await expectRefusal(directory, args, { code: "CONFIG_INVALID", status: 16 });
      expect(error.message).toMatch(named);
    }
  });

  test.each([
    [".stepback.yaml", "ignroe: [a]\n", 16, /ignroe/],
    [".stepback.json", `{ "ignroe": [] }`, 16, /ignroe/],
    [".stepback.yaml", "ignore: [a]\n", 0, /^$/],
    [".stepback.json", `{ "durability": "none" }`, 0, /^$/],
  ])("%s with %j is read by the real binary", async (name, text, status, err) => {
    const change = await tempChange({ "a.txt": "one" });
    const { directory } = change;
    change.edit({ [name]: text });
    const ran = runBinary(directory, ["create"]);
    expect(ran).toMatchObject({ status, err: expect.stringMatching(err) as string });
  });
});

test("opening a directory through the library makes and changes nothing", async () => {
  const { directory } = await tempChange({ "a.txt": "one" });
  const before = stateOf(directory);
  const checkpoints = await openCheckpoints(directory);
  await expect(checkpoints.list()).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  await expect(checkpoints.find("latest")).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  await expect(checkpoints.restore("latest")).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  await expect(checkpoints.clean({ keepLast: 1 })).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  expect(stateOf(directory)).toEqual(before);
});
