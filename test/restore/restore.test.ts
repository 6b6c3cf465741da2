import { chmodSync, chownSync, linkSync, lstatSync, utimesSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeOld } from "../checkpoint/forge-manifest.js";
import { testWith } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

describe("single paths", () => {
  async function edited() {
    const change = await tempChange({ "a.txt": "one", "sub/b.txt": "one", "sub/deep/c.txt": "one", "gone/d.txt": "one" });
    chmodSync(join(change.directory, "gone"), 0o711);
    utimesSync(join(change.directory, "gone"), 1_111_111_111, 1_111_111_111);
    utimesSync(join(change.directory, "sub"), 1_222_222_222, 1_222_222_222);
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": "two", "sub/b.txt": "two", "sub/deep/c.txt": "two", "sub/new.txt": "new", gone: null });
    return { change, checkpoints: change.checkpoints, id };
  }

  test("come back, all else stays as it is", async () => {
    const { change, checkpoints, id } = await edited();
    const before = change.files();
    const { plan } = await checkpoints.restore(id, { paths: ["sub/b.txt"] });
    expect(plan.counts).toEqual({ created: 0, replaced: 1, removed: 0, retouched: 0, leftAlone: 0 });
    expect(change.files()).toEqual({ ...before, "sub/b.txt": "one" });
  });

  test("that are as they were change nothing", async () => {
    const { change, checkpoints, id } = await edited();
    await checkpoints.restore(id);
    await checkpoints.create();
    await makeOld(change);
    const { plan, backup } = await checkpoints.restore("latest", { paths: ["sub/b.txt", "gone"] });
    expect({ operations: plan.operations, backup }).toEqual({ operations: [], backup: null });
    await expect(checkpoints.restore("latest", { paths: ["sub/none.txt"] })).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
  });

  test("with a folder comes all that was in it; what was added to it goes", async () => {
    const { change, checkpoints, id } = await edited();
    await checkpoints.restore(id, { paths: ["sub"] });
    expect(change.files()).toEqual({ "a.txt": "two", "sub/b.txt": "one", "sub/deep/c.txt": "one" });
    expect(lstatSync(join(change.directory, "sub")).mtimeMs).toBe(1_222_222_222_000);
  });

  test("whose folder is gone bring it back with its mode", async () => {
    const { change, checkpoints, id } = await edited();
    await checkpoints.restore(id, { paths: ["gone/d.txt"] });
    expect(change.picture()).toMatchObject({
      "gone/": expect.stringMatching(/^711 /) as string,
      "gone/d.txt": expect.stringMatching(/one$/) as string,
    });
  });

  test("leave folders that were not asked for newly modified, because they are", async () => {
    const { change, checkpoints, id } = await edited();
    const before = Date.now();
    await checkpoints.restore(id, { paths: ["sub/b.txt"] });
    expect(lstatSync(join(change.directory, "sub")).mtimeMs).toBeGreaterThanOrEqual(before - 1);
    expect(lstatSync(join(change.directory, "sub/b.txt")).mtimeMs).toBeLessThan(before);
  });

  test("are undone alone by undo, and named in the history", async () => {
    const { change, checkpoints, id } = await edited();
    const before = change.files();
    await checkpoints.restore(id, { paths: ["sub/b.txt", "./gone//d.txt", join(change.directory, "a.txt")] });
    expect(await checkpoints.history()).toMatchObject([
      { target: id, paths: ["sub/b.txt", "./gone//d.txt", join(change.directory, "a.txt")] },
    ]);
    await checkpoints.undo();
    expect(change.files()).toEqual(before);
  });

  test("that are there already need no backup", async () => {
    const { checkpoints, id } = await edited();
    await checkpoints.restore(id, { paths: ["a.txt"] });
    expect(await checkpoints.restore(id, { paths: ["a.txt"] })).toMatchObject({ backup: null });
  });
});

describe("what is left alone", () => {
  test("ignored files are neither removed nor overwritten, by the rules of then or of now", async () => {
    const change = await tempChange({
      ".checkpointignore": "*.log\n/build/\n",
      "a.txt": "one",
      "debug.log": "one",
      "build/out": "one",
      "notes.tmp": "one",
    });
    const { checkpoints } = change;
    const { id } = await checkpoints.create();
    change.edit({
      ".checkpointignore": "*.tmp\n",
      "a.txt": "two",
      "debug.log": "two",
      "new.log": "new",
      "build/out": "two",
      "build/new": "new",
      "notes.tmp": "two",
      "new.tmp": "new",
      "new.txt": "new",
    });
    const { plan } = await checkpoints.restore(id);
    expect(change.files()).toEqual({
      ".checkpointignore": "*.log\n/build/\n",
      "a.txt": "one",
      "debug.log": "two",
      "new.log": "new",
      "build/out": "two",
      "build/new": "new",
      "notes.tmp": "two",
      "new.tmp": "new",
    });
    expect(plan.leftAlone.map(({ path, reason }) => [path, reason])).toEqual([
      ["build", "ignored"],
      ["build/new", "ignored"],
      ["build/out", "ignored"],
      ["debug.log", "ignored"],
      ["new.log", "ignored"],
      ["notes.tmp", "ignored"],
    ]);
  });

  test("git's folder, other stores and pipes, also in folders that go otherwise", async () => {
    const change = await tempChange({ "a.txt": "one", ".git/HEAD": "ref" });
    const { id } = await change.checkpoints.create();
    change.edit({
      ".git/HEAD": "other",
      "inner/.checkpoints/state.json": "{}",
      "inner/x.txt": "new",
      "module/.git/HEAD": "ref",
      "module/y.txt": "new",
    });
    execFileSync("mkfifo", [join(change.directory, "inner/queue")]);
    await change.checkpoints.restore(id);
    expect(Object.keys(change.picture())).toEqual([
      ".",
      ".git/",
      ".git/HEAD",
      "a.txt",
      "inner/",
      "inner/.checkpoints/",
      "inner/.checkpoints/state.json",
      "inner/queue",
      "module/",
      "module/.git/",
      "module/.git/HEAD",
    ]);
    expect(change.files()[".git/HEAD"]).toBe("other");
  });

  test("--keep-added keeps what was added and still brings back the rest", async () => {
    const change = await tempChange({ "a.txt": "one", "sub/b.txt": "one" });
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": "two", "sub/b.txt": null, "sub/new.txt": "new", "added/new.txt": "new" });
    await change.checkpoints.restore(id, { keepAdded: true });
    expect(change.files()).toEqual({ "a.txt": "one", "sub/b.txt": "one", "sub/new.txt": "new", "added/new.txt": "new" });
  });

  test("a pipe where a file must come is left alone and named", async () => {
    const change = await tempChange({ "a.txt": "one", "b.txt": "one" });
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": null, "b.txt": "two" });
    execFileSync("mkfifo", [join(change.directory, "a.txt")]);
    const { plan } = await change.checkpoints.restore(id);
    expect(plan.leftAlone).toMatchObject([{ path: "a.txt", reason: "special" }]);
    expect(change.files()).toEqual({ "a.txt": "special", "b.txt": "one" });
  });
});

describe("what must not get lost", () => {
  testWith(["root"], "owner, group and set-id bits come back for root", async () => {
    const change = await tempChange({ "a.txt": "one", "sub/b.txt": "one", link: { link: "a.txt" }, "gone.txt": "one" });
    const paths = ["a.txt", "sub/b.txt", "sub", "gone.txt"].map((path) => join(change.directory, path));
    for (const path of paths) chownSync(path, 1234, 5678);
    execFileSync("chown", ["-h", "4321:8765", join(change.directory, "link")]);
    chmodSync(join(change.directory, "gone.txt"), 0o6755);
    chmodSync(join(change.directory, "sub"), 0o2775);
    const owners = () =>
      [...paths, join(change.directory, "link")].map((path) => lstatSync(path)).map(({ uid, gid, mode }) => [uid, gid, mode.toString(8)]);
    const before = owners();
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": "two", sub: null, link: { link: "x" }, "gone.txt": null });
    chownSync(join(change.directory, "a.txt"), 1, 1);
    await change.checkpoints.restore(id);
    expect(owners()).toEqual(before);
  });

  test("a file with two names comes apart into two, and the other name of a replaced file keeps its bytes", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": "two" });
    linkSync(join(change.directory, "a.txt"), join(change.directory, "../outside-name"));
    await change.checkpoints.restore(id);
    expect(change.files()).toEqual({ "a.txt": "one" });
    expect(execFileSync("cat", [join(change.directory, "../outside-name")], { encoding: "utf8" })).toBe("two");
  });

  test("a restore that is called off before its commit point changes nothing and leaves nothing", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": "two" });
    const before = change.picture();
    const signal = AbortSignal.abort();
    await expect(change.checkpoints.restore(id, { signal })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(change.picture()).toEqual(before);
    expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
    expect((await change.checkpoints.repair()).removedLeftovers).toEqual([]);
  });

  test("a dry run writes nothing, anywhere", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    change.edit({ "a.txt": "two" });
    const before = [change.picture(), lstatSync(join(change.directory, ".checkpoints")).mtimeMs];
    const { operations } = await change.checkpoints.planRestore(id);
    expect(operations.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["retouch ", "replace a.txt"]);
    expect([change.picture(), lstatSync(join(change.directory, ".checkpoints")).mtimeMs]).toEqual(before);
  });
});
