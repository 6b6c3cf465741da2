import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RootDirectory } from "../../src/platform/index.js";
import { pictureOf } from "../support/temp-change.js";
import { ignoreFailure, openedRoot } from "./opened-root.js";

/** Every call that changes something at a path, with harmless values for the rest. */
function changesAt(root: RootDirectory, path: string, spare: string): [string, () => unknown][] {
  const staged = join(spare, "staged");
  const time = { mode: 0o600, mtimeNs: 0n, owner: null };
  return [
    ["makeFolder", () => root.makeFolder(path, 0o700)],
    ["moveOut", () => root.moveOut(path, join(spare, "taken"))],
    ["moveIn", () => (writeFileSync(staged, "staged"), root.moveIn(staged, path))],
    ["moveFolderIn", () => (mkdirSync(join(spare, "folder"), { recursive: true }), root.moveFolderIn(join(spare, "folder"), path))],
    ["removeEmptyFolder", () => root.removeEmptyFolder(path)],
    ["setAttributes of a file", () => root.setAttributes(path, { type: "file", ...time })],
    ["setAttributes of a symlink", () => root.setAttributes(path, { type: "symlink", ...time })],
    ["setFolderMode", () => root.setFolderMode(path, 0o700)],
  ];
}

describe("no call leaves the directory", () => {
  test.each([
    ["../outside/a.txt"],
    ["sub/../../outside/a.txt"],
    [".."],
    ["."],
    ["sub/."],
    ["sub/.."],
    ["sub//b.txt"],
    ["/etc/hostname"],
    [""],
  ])("by the path %j", (path) => {
    const { root, outside, spare } = openedRoot();
    const before = pictureOf(outside);
    for (const [name, change] of changesAt(root, path, spare)) {
      // The empty path is the directory itself, whose mode and time may be set.
      if (path === "" && name === "setFolderMode") continue;
      expect(change, name).toThrow();
    }
    expect(path === "" ? undefined : root.lookAt(path)).toBeUndefined();
    expect(() => root.openFile(path)).toThrow();
    expect(pictureOf(outside)).toEqual(before);
  });

  test.each<[string, (path: string, outside: string) => void]>([
    ["a folder that is a symlink", (path, outside) => swap(join(path, "sub"), () => symlinkSync(outside, join(path, "sub")))],
    [
      "a folder further up that is a symlink",
      (path, outside) => swap(join(path, "sub/deep"), () => symlinkSync(join(outside, "deep"), join(path, "sub/deep"))),
    ],
    ["a folder that is a file", (path) => swap(join(path, "sub"), () => writeFileSync(join(path, "sub"), "file"))],
  ])("through %s", (_, meddle) => {
    const { root, path, outside, spare } = openedRoot();
    meddle(path, outside);
    const before = [pictureOf(outside), pictureOf(path)];
    for (const [name, change] of changesAt(root, "sub/deep/c.txt", spare))
      expect(change, name).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
    expect(root.lookAt("sub/deep/c.txt")).toBeUndefined();
    expect(() => root.openFile("sub/deep/c.txt")).toThrow();
    expect([pictureOf(outside), pictureOf(path)]).toEqual(before);
  });

  test.each<[string, (path: string, outside: string) => void]>([
    ["is swapped for a symlink", (path, outside) => swap(join(path, "sub"), () => symlinkSync(outside, join(path, "sub")))],
    ["is moved out of it", (path, outside) => renameSync(join(path, "sub"), join(outside, "sub"))],
    [
      "is moved out of it, and another one takes its place",
      (path, outside) => (renameSync(join(path, "sub"), join(outside, "sub")), mkdirSync(join(path, "sub/deep"), { recursive: true })),
    ],
  ])("through a folder that %s after it was used", (_, meddle) => {
    const { root, path, outside, spare } = openedRoot();
    expect(root.lookAt("sub/deep/c.txt")?.isFile()).toBe(true);
    meddle(path, outside);
    const before = pictureOf(outside);
    for (const [, change] of changesAt(root, "sub/deep/c.txt", spare)) ignoreFailure(change);
    expect(pictureOf(outside)).toEqual(before);
  });

  test("through a symlink at the end of a path: the symlink itself is meant", () => {
    const { root, path, outside, spare } = openedRoot();
    symlinkSync(join(outside, "a.txt"), join(path, "link"));
    const before = pictureOf(outside);
    expect(root.lookAt("link")?.isSymbolicLink()).toBe(true);
    expect(root.readLink("link")).toBe(join(outside, "a.txt"));
    expect(() => root.openFile("link")).toThrow("ELOOP");
    expect(() => root.setAttributes("link", { type: "file", mode: 0o777, mtimeNs: 0n, owner: null })).toThrow(
      expect.objectContaining({ code: "UNSAFE_PATH" }),
    );
    root.setAttributes("link", { type: "symlink", mode: 0o777, mtimeNs: 1_000_000_000n, owner: null });
    root.moveOut("link", join(spare, "link"));
    expect(lstatSync(join(spare, "link")).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(spare, "link")).mtimeMs).toBe(1000);
    expect(pictureOf(outside)).toEqual(before);
  });

  test("it stays with the directory that was opened, wherever that goes", () => {
    const { root, path, spare } = openedRoot();
    renameSync(path, join(spare, "moved"));
    mkdirSync(path);
    root.makeFolder("made", 0o700);
    expect(readdirSync(join(spare, "moved"))).toContain("made");
    expect(readdirSync(path)).toEqual([]);
  });

  test("a symlink cannot be opened as a root", () => {
    const { path, spare } = openedRoot();
    symlinkSync(path, join(spare, "alias"));
    writeFileSync(join(spare, "file"), "");
    for (const name of ["alias", "file"])
      expect(() => RootDirectory.open(join(spare, name))).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
    expect(() => RootDirectory.open(join(spare, "missing"))).toThrow("ENOENT");
  });
});

function swap(path: string, make: () => void): void {
  rmSync(path, { recursive: true });
  make();
}
