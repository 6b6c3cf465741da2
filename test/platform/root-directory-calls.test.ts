import {
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RootDirectory } from "../../src/platform/index.js";
import { testWith } from "../support/requirements.js";
import { pictureOf } from "../support/temp-change.js";
import { ignoreFailure, openedRoot } from "./opened-root.js";

test("readLink gives undefined where no symlink stands, as when it was exchanged since somebody looked", () => {
  const { root, path } = openedRoot();
  symlinkSync("somewhere", join(path, "link"));
  writeFileSync(join(path, "file"), "");
  mkdirSync(join(path, "folder"));
  const found = ["link", "file", "folder", "gone"].map((name) => root.readLink(name));
  expect(found).toEqual(["somewhere", undefined, undefined, undefined]);
});

describe("moveIn", () => {
  test.each<[string, (target: string) => void]>([
    ["a file", (target) => writeFileSync(target, "theirs")],
    ["a symlink", (target) => symlinkSync("nowhere", target)],
    ["a folder", (target) => mkdirSync(target)],
  ])("never overwrites %s; what was to come in stays where it was", (_, put) => {
    const { root, path, spare } = openedRoot();
    writeFileSync(join(spare, "new"), "ours");
    put(join(path, "taken"));
    const before = pictureOf(path);
    expect(() => root.moveIn(join(spare, "new"), "taken")).toThrow("EEXIST");
    expect(pictureOf(path)).toEqual(before);
    expect(readFileSync(join(spare, "new"), "utf8")).toBe("ours");
  });

  test("moves a file or a symlink, the same inode, leaving nothing behind", () => {
    const { root, path, spare } = openedRoot();
    writeFileSync(join(spare, "file"), "ours");
    symlinkSync("/nowhere", join(spare, "link"));
    const { ino } = lstatSync(join(spare, "file"));
    root.moveIn(join(spare, "file"), "sub/new.txt");
    root.moveIn(join(spare, "link"), "sub/new-link");
    expect([lstatSync(join(path, "sub/new.txt")).ino, lstatSync(join(path, "sub/new.txt")).nlink]).toEqual([ino, 1]);
    expect(root.readLink("sub/new-link")).toBe("/nowhere");
    expect(readdirSync(spare)).toEqual([]);
  });
});

describe("attributes", () => {
  testWith(["root"], "are set to the bit: owner first, so that set-id bits survive it", () => {
    const { root, path } = openedRoot();
    root.setAttributes("a.txt", { type: "file", mode: 0o6751, mtimeNs: -1_500_000_000n, owner: { uid: 1234, gid: 5678 } });
    root.setAttributes("sub", { type: "directory", mode: 0o3711, mtimeNs: 1_234_567_890_123_456_789n, owner: { uid: 1234, gid: 5678 } });
    const [file, folder] = [lstatSync(join(path, "a.txt"), { bigint: true }), lstatSync(join(path, "sub"), { bigint: true })];
    expect([file.mode & 0o7777n, file.uid, file.gid, file.mtimeNs]).toEqual([0o6751n, 1234n, 5678n, -1_500_000_000n]);
    expect([folder.mode & 0o7777n, folder.uid, folder.gid, folder.mtimeNs / 1000n]).toEqual([
      0o3711n,
      1234n,
      5678n,
      1_234_567_890_123_456n,
    ]);
  });

  testWith(["root"], "without an owner leave it as it is, and a symlink's own owner can be set", () => {
    const { root, path } = openedRoot();
    chownSync(join(path, "a.txt"), 1, 2);
    symlinkSync("a.txt", join(path, "link"));
    root.setAttributes("a.txt", { type: "file", mode: 0o644, mtimeNs: 0n, owner: null });
    root.setAttributes("link", { type: "symlink", mode: 0o777, mtimeNs: 0n, owner: { uid: 3, gid: 4 } });
    const owners = ["a.txt", "link"].map((name) => lstatSync(join(path, name))).map(({ uid, gid }) => [uid, gid]);
    expect(owners).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test("of another type are refused and change nothing", () => {
    const { root, path } = openedRoot();
    const before = pictureOf(path);
    const attributes = { mode: 0o600, mtimeNs: 0n, owner: null };
    expect(() => root.setAttributes("a.txt", { type: "directory", ...attributes })).toThrow(
      expect.objectContaining({ code: "UNSAFE_PATH" }),
    );
    expect(() => root.setAttributes("sub", { type: "file", ...attributes })).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
    expect(() => root.setFolderMode("a.txt", 0o700)).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
    expect(pictureOf(path)).toEqual(before);
  });

  test("of the directory itself", () => {
    const { root, path } = openedRoot();
    root.setAttributes("", { type: "directory", mode: 0o711, mtimeNs: 1_000_000_000_000_000_000n, owner: null });
    expect([lstatSync(path).mode & 0o7777, lstatSync(path).mtimeMs]).toEqual([0o711, 1_000_000_000_000]);
    chmodSync(path, 0o755);
  });
});

describe("looking and reading", () => {
  test("a file, names in any bytes, and nothing where nothing is", () => {
    const { root, path } = openedRoot();
    writeFileSync(Buffer.concat([Buffer.from(`${path}/sub/`), Buffer.of(0xff)]), "bytes");
    expect(root.readNames("sub")).toEqual(["b.txt", "deep", "\udcff"]);
    expect(readText(root.openFile("sub/\udcff"))).toBe("bytes");
    for (const missing of ["none", "none/x", "a.txt/x", "sub/none/x"]) expect(root.lookAt(missing)).toBeUndefined();
    expect(root.lookAt("")?.isDirectory()).toBe(true);
    expect(root.isSameFile("a.txt", lstatSync(join(path, "a.txt"), { bigint: true }))).toBe(true);
    expect(root.isSameFile("sub/b.txt", lstatSync(join(path, "a.txt"), { bigint: true }))).toBe(false);
  });

  test("a pipe is not waited for", () => {
    const { root, path } = openedRoot();
    execFileSync("mkfifo", [join(path, "queue")]);
    closeSync(root.openFile("queue"));
    expect(root.lookAt("queue")?.isFIFO()).toBe(true);
  });

  test("what was removed, renamed or made anew since the last look is seen as it is now", () => {
    const { root, path, spare } = openedRoot();
    expect(root.lookAt("sub/deep/c.txt")).toBeDefined();
    root.moveOut("sub/deep/c.txt", join(spare, "c"));
    root.removeEmptyFolder("sub/deep");
    expect(root.lookAt("sub/deep/c.txt")).toBeUndefined();
    root.makeFolder("sub/deep", 0o700);
    root.moveIn(join(spare, "c"), "sub/deep/d.txt");
    expect(root.readNames("sub/deep")).toEqual(["d.txt"]);
    root.moveOut("sub", join(spare, "sub"));
    expect(root.lookAt("sub/deep/d.txt")).toBeUndefined();
    root.moveFolderIn(join(spare, "sub"), "renamed");
    expect(root.lookAt("renamed/deep/d.txt")?.isFile()).toBe(true);
    utimesSync(path, 0, 0);
    expect(root.lookAt("")?.mtimeNs).toBe(0n);
  });

  test("it gives every handle back", () => {
    const count = (): number => readdirSync("/proc/self/fd").length;
    const { path } = openedRoot();
    const before = count();
    for (let round = 0; round < 20; round += 1) {
      const root = RootDirectory.open(path);
      root.lookAt("sub/deep/c.txt");
      root.readNames("sub");
      ignoreFailure(() => root.makeFolder("sub/deep/c.txt/x", 0o700));
      root.close();
    }
    expect(count()).toBe(before);
  });
});

function readText(descriptor: number): string {
  const bytes = Buffer.alloc(100);
  const length = readSync(descriptor, bytes);
  closeSync(descriptor);
  return bytes.toString("utf8", 0, length);
}
