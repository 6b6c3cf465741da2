import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveChangeDirectory } from "../../src/config/index.js";
import { ConfigInvalidError, DirectoryNotFoundError, UnsafePathError, UsageError } from "../../src/errors/index.js";
import { folderWith } from "./config-folder.js";

describe("by path", () => {
  test("relative to the current folder, without symlinks", async () => {
    const folder = folderWith({ "real/a/": "" });
    symlinkSync("real", join(folder, "link"));
    expect(await resolveChangeDirectory({ dir: "link/a", cwd: folder })).toBe(join(folder, "real/a"));
    expect(await resolveChangeDirectory({ dir: join(folder, "real"), cwd: "/" })).toBe(join(folder, "real"));
    expect(await resolveChangeDirectory({ dir: "..", cwd: join(folder, "real/a") })).toBe(join(folder, "real"));
  });

  test("a store above it does not matter", async () => {
    const folder = folderWith({ ".checkpoints/": "", "a/": "" });
    expect(await resolveChangeDirectory({ dir: "a", cwd: folder })).toBe(join(folder, "a"));
  });

  test.each(["missing", "file", "file/below", "loop", "", "a\0b", "x".repeat(5000)])("%j is no directory", async (dir) => {
    const folder = folderWith({ file: "" });
    symlinkSync("loop", join(folder, "loop"));
    await expect(resolveChangeDirectory({ dir, cwd: folder })).rejects.toThrow(DirectoryNotFoundError);
  });
});

describe("by change id", () => {
  test("the nearest changes root with that change, from the current folder upward", async () => {
    const folder = folderWith({
      "openspec/changes/one/": "",
      "openspec/changes/two/": "",
      "sub/openspec/changes/one/": "",
      "sub/deep/": "",
    });
    const cwd = join(folder, "sub/deep");
    expect(await resolveChangeDirectory({ changeId: "one", cwd })).toBe(join(folder, "sub/openspec/changes/one"));
    expect(await resolveChangeDirectory({ changeId: "two", cwd })).toBe(join(folder, "openspec/changes/two"));
  });

  test("also from inside the change itself, and for an id with a folder in it", async () => {
    const folder = folderWith({ "openspec/changes/team/one/specs/": "" });
    const change = join(folder, "openspec/changes/team/one");
    expect(await resolveChangeDirectory({ changeId: "team/one", cwd: join(change, "specs") })).toBe(change);
  });

  test("a file of that name is no change", async () => {
    const folder = folderWith({ "openspec/changes/one/": "", "sub/openspec/changes/one": "a file" });
    expect(await resolveChangeDirectory({ changeId: "one", cwd: join(folder, "sub") })).toBe(join(folder, "openspec/changes/one"));
  });

  test("the changes root is the caller's, else the configuration's", async () => {
    const folder = folderWith({ ".stepback.yaml": "changes_root: specs\n", "specs/one/": "", "mine/one/": "", "sub/": "" });
    const cwd = join(folder, "sub");
    expect(await resolveChangeDirectory({ changeId: "one", cwd })).toBe(join(folder, "specs/one"));
    expect(await resolveChangeDirectory({ changeId: "one", cwd, changesRoot: "./mine/" })).toBe(join(folder, "mine/one"));
    expect(await resolveChangeDirectory({ changeId: "specs/one", cwd, changesRoot: "." })).toBe(join(folder, "specs/one"));
  });

  test("a broken configuration is an error, unless the caller names the changes root", async () => {
    const folder = folderWith({ ".stepback.yaml": "changes_rot: specs\n", "specs/one/": "" });
    await expect(resolveChangeDirectory({ changeId: "one", cwd: folder })).rejects.toThrow(ConfigInvalidError);
    expect(await resolveChangeDirectory({ changeId: "one", cwd: folder, changesRoot: "specs" })).toBe(join(folder, "specs/one"));
  });

  test.each(["", ".", "..", "../one", "a/../b", "a//b", "a/", "/one", "./one", "a\0b"])("%j leads nowhere safe", async (changeId) => {
    const folder = folderWith({ "openspec/changes/one/": "", "openspec/one/": "" });
    await expect(resolveChangeDirectory({ changeId, cwd: folder })).rejects.toThrow(UnsafePathError);
  });

  test.each(["", "..", "/specs", "a/../../b"])("%j is no changes root", async (changesRoot) => {
    await expect(resolveChangeDirectory({ changeId: "one", cwd: folderWith({}), changesRoot })).rejects.toThrow(UnsafePathError);
  });

  test("a change that is nowhere is not found", async () => {
    const cwd = folderWith({ "openspec/changes/": "" });
    await expect(resolveChangeDirectory({ changeId: "one", cwd })).rejects.toThrow(DirectoryNotFoundError);
  });

  test("together with a path it is a wrong call", async () => {
    const cwd = folderWith({ "openspec/changes/one/": "" });
    await expect(resolveChangeDirectory({ dir: ".", changeId: "one", cwd })).rejects.toThrow(UsageError);
  });
});

describe("by place", () => {
  test("the nearest folder with a store, else the current one", async () => {
    const folder = folderWith({ "change/.checkpoints/": "", "change/specs/deep/": "", "plain/": "" });
    expect(await resolveChangeDirectory({ cwd: join(folder, "change") })).toBe(join(folder, "change"));
    expect(await resolveChangeDirectory({ cwd: join(folder, "change/specs/deep") })).toBe(join(folder, "change"));
    expect(await resolveChangeDirectory({ cwd: join(folder, "change/.checkpoints") })).toBe(join(folder, "change"));
    expect(await resolveChangeDirectory({ cwd: join(folder, "plain") })).toBe(join(folder, "plain"));
  });

  test("a file called .checkpoints is no store", async () => {
    const folder = folderWith({ "a/.checkpoints/": "", "a/b/": "" });
    writeFileSync(join(folder, "a/b/.checkpoints"), "");
    expect(await resolveChangeDirectory({ cwd: join(folder, "a/b") })).toBe(join(folder, "a"));
  });

  test.each(["../.checkpoints", "nowhere"])("a symlink called .checkpoints to %s is refused, not passed over", async (target) => {
    const folder = folderWith({ "a/.checkpoints/": "", "a/b/c/": "" });
    symlinkSync(target, join(folder, "a/b/.checkpoints"));
    await expect(resolveChangeDirectory({ cwd: join(folder, "a/b") })).rejects.toThrow(UnsafePathError);
    await expect(resolveChangeDirectory({ cwd: join(folder, "a/b/c") })).rejects.toThrow(UnsafePathError);
    expect(await resolveChangeDirectory({ cwd: join(folder, "a") })).toBe(join(folder, "a"));
  });

  test("a current folder that is reached by a symlink is looked at where it really is", async () => {
    const folder = folderWith({ "change/.checkpoints/": "", "change/sub/": "", "elsewhere/": "" });
    symlinkSync("../change/sub", join(folder, "elsewhere/link"));
    expect(await resolveChangeDirectory({ cwd: join(folder, "elsewhere/link") })).toBe(join(folder, "change"));
  });

  test("a named store that is a parent's own means that parent; one elsewhere means the current folder", async () => {
    const folder = folderWith({ ".checkpoints/": "", "a/.checkpoints/": "", "a/b/": "", "store/": "" });
    const cwd = join(folder, "a/b");
    expect(await resolveChangeDirectory({ cwd, storePath: join(folder, ".checkpoints") })).toBe(folder);
    expect(await resolveChangeDirectory({ cwd, storePath: "../.checkpoints" })).toBe(join(folder, "a"));
    expect(await resolveChangeDirectory({ cwd, storePath: join(folder, "store") })).toBe(cwd);
    expect(await resolveChangeDirectory({ cwd, storePath: join(folder, "gone/.checkpoints") })).toBe(cwd);
    mkdirSync(join(folder, "other/.checkpoints"), { recursive: true });
    expect(await resolveChangeDirectory({ cwd, storePath: join(folder, "other/.checkpoints") })).toBe(cwd);
  });

  test("a current folder that is gone is not found", async () => {
    await expect(resolveChangeDirectory({ cwd: join(folderWith({}), "gone") })).rejects.toThrow(DirectoryNotFoundError);
  });
});
