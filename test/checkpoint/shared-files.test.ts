import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../src/index.js";
import { betweenCalls } from "../support/races/between-calls.js";
import { tempChange } from "../support/temp-change.js";

const LARGE = Buffer.alloc(3 * 1024 * 1024, "large file ");

/** The inode of a stored file. */
function inodeOf({ storedPath }: Pick<Checkpoint, "storedPath">, path: string): number {
  return lstatSync(join(storedPath, path)).ino;
}

/** All inodes of regular files below a folder. */
function inodesBelow(folder: string): number[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => lstatSync(join(entry.parentPath, entry.name)).ino);
}

describe("what the next checkpoint shares with the one before", () => {
  test("an unchanged file is one file in both; a changed one is not", async () => {
    const change = await tempChange({ "same.txt": "same", "other.txt": "one", "large.bin": LARGE });
    const { checkpoints } = change;
    const first = await checkpoints.create();
    change.edit({ "other.txt": "two" });
    const second = await checkpoints.create();
    expect(inodeOf(second, "same.txt")).toBe(inodeOf(first, "same.txt"));
    expect(inodeOf(second, "large.bin")).toBe(inodeOf(first, "large.bin"));
    expect(inodeOf(second, "other.txt")).not.toBe(inodeOf(first, "other.txt"));
    expect(readFileSync(join(first.storedPath, "other.txt"), "utf8")).toBe("one");
    expect(readFileSync(join(second.storedPath, "other.txt"), "utf8")).toBe("two");
  });

  test.each([
    ["small", "the text"],
    ["large", LARGE],
  ])("%s content that moved is linked under its new name", async (_, content) => {
    const change = await tempChange({ "old/name.txt": content });
    const { directory, checkpoints } = change;
    const first = await checkpoints.create();
    change.edit({ "new/": "" });
    renameSync(join(directory, "old/name.txt"), join(directory, "new/other-name.txt"));
    const second = await checkpoints.create();
    expect(inodeOf(second, "new/other-name.txt")).toBe(inodeOf(first, "old/name.txt"));
  });

  test.each([
    ["small", "the text"],
    ["large", LARGE],
  ])(
    "a %s file that was merely touched, or written again with the same bytes, is shared; the manifest has its new time",
    async (_, content) => {
      const change = await tempChange({ "touched.txt": content, "rewritten.txt": content });
      const { directory, checkpoints } = change;
      const first = await checkpoints.create();
      utimesSync(join(directory, "touched.txt"), 1_500_000_000, 1_500_000_000);
      change.edit({ "rewritten.txt": content });
      const second = await checkpoints.create();
      expect(inodeOf(second, "touched.txt")).toBe(inodeOf(first, "touched.txt"));
      expect(inodeOf(second, "rewritten.txt")).toBe(inodeOf(first, "rewritten.txt"));
      const { entries } = await checkpoints.manifest(second.id);
      expect(entries.find(({ path }) => path === "touched.txt")?.mtimeNs).toBe(1_500_000_000_000_000_000n);
    },
  );

  test("a file with another mode is not shared where the stored mode differs", async () => {
    const { directory, checkpoints } = await tempChange({ "run.sh": "#!/bin/sh", "writable.txt": "x" });
    chmodSync(join(directory, "run.sh"), 0o600);
    chmodSync(join(directory, "writable.txt"), 0o644);
    const first = await checkpoints.create();
    chmodSync(join(directory, "run.sh"), 0o755);
    chmodSync(join(directory, "writable.txt"), 0o444);
    const second = await checkpoints.create();
    expect(inodeOf(second, "run.sh")).not.toBe(inodeOf(first, "run.sh"));
    expect(lstatSync(join(first.storedPath, "run.sh")).mode & 0o777).toBe(0o400);
    expect(lstatSync(join(second.storedPath, "run.sh")).mode & 0o777).toBe(0o555);
    expect(inodeOf(second, "writable.txt")).toBe(inodeOf(first, "writable.txt"));
  });

  test("a file that came back after a checkpoint without it is written anew and shared from then on", async () => {
    const change = await tempChange({ "a.txt": "text" });
    const { checkpoints } = change;
    const first = await checkpoints.create();
    change.edit({ "a.txt": null });
    await checkpoints.create();
    change.edit({ "a.txt": "text" });
    const third = await checkpoints.create();
    const fourth = await checkpoints.create();
    expect(inodeOf(third, "a.txt")).not.toBe(inodeOf(first, "a.txt"));
    expect(inodeOf(fourth, "a.txt")).toBe(inodeOf(third, "a.txt"));
  });

  test("a checkpoint taken after a restore shares with the backup, not with nothing", async () => {
    const change = await tempChange({ "a.txt": "one", "b.txt": "same" });
    const { checkpoints } = change;
    const first = await checkpoints.create();
    change.edit({ "a.txt": "two" });
    const { backup } = await checkpoints.restore(first.id);
    const last = await checkpoints.create();
    expect(inodeOf(last, "b.txt")).toBe(inodeOf(first, "b.txt"));
    expect(inodeOf(backup as Checkpoint, "b.txt")).toBe(inodeOf(first, "b.txt"));
  });
});

describe("what is never shared", () => {
  test("a live file with a stored one, neither at creation nor by a restore", async () => {
    const change = await tempChange({ "a.txt": "one", "large.bin": LARGE, "sub/b.txt": "two" });
    const { directory, checkpoints } = change;
    const { id } = await checkpoints.create();
    await checkpoints.create();
    change.edit({ "a.txt": "changed", "large.bin": null, sub: null });
    await checkpoints.restore(id);
    const stored = new Set(inodesBelow(join(directory, ".checkpoints")));
    for (const path of ["a.txt", "large.bin", "sub/b.txt"]) {
      const stats = lstatSync(join(directory, path));
      expect([path, stored.has(stats.ino), stats.nlink]).toEqual([path, false, 1]);
    }
  });

  test("one stored file by two names of the same snapshot, so that a copy of it holds two files", async () => {
    const change = await tempChange({ "a.txt": "same", "b.txt": "same", "large-1": LARGE, "large-2": LARGE });
    const { directory, checkpoints } = change;
    const first = await checkpoints.create();
    change.edit({ "c.txt": "same", "large-3": LARGE });
    renameSync(join(directory, "a.txt"), join(directory, "z.txt"));
    const second = await checkpoints.create();
    change.edit({ "b.txt": null });
    utimesSync(join(directory, "c.txt"), 1_500_000_000, 1_500_000_000);
    const third = await checkpoints.create();
    for (const { storedPath } of [first, second, third]) {
      const inodes = inodesBelow(storedPath);
      expect(new Set(inodes).size).toBe(inodes.length);
    }
    expect((await checkpoints.verify()).isWhole).toBe(true);
  });

  test("two names of one live file are two stored files, and two live ones after a restore", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { directory, checkpoints } = change;
    linkSync(join(directory, "a.txt"), join(directory, "b.txt"));
    const first = await checkpoints.create();
    expect(inodeOf(first, "a.txt")).not.toBe(inodeOf(first, "b.txt"));
    const second = await checkpoints.create();
    expect(inodeOf(second, "a.txt")).not.toBe(inodeOf(second, "b.txt"));
    rmSync(join(directory, "a.txt"));
    await checkpoints.restore(second.id);
    expect(change.files()).toEqual({ "a.txt": "one", "b.txt": "one" });
    expect(lstatSync(join(directory, "a.txt")).ino).not.toBe(lstatSync(join(directory, "b.txt")).ino);
  });

  test("anything in a store without the file's owner being able to write to it by mistake: stored files are read-only", async () => {
    const { directory, checkpoints } = await tempChange({ "a.txt": "one", "run.sh": "x" });
    chmodSync(join(directory, "run.sh"), 0o777);
    const { storedPath } = await checkpoints.create();
    for (const name of ["a.txt", "run.sh"]) expect(lstatSync(join(storedPath, name)).mode & 0o222).toBe(0);
  });
});

describe("a parent that is not what it was", () => {
  test("a snapshot from which files were deleted by hand: the next checkpoint is complete all the same", async () => {
    const change = await tempChange({
      "a.txt": "one",
      "b.txt": "same",
      "sub/c.txt": "two",
      "sub/d.txt": "same",
      large: LARGE,
    });
    const { checkpoints } = change;
    const first = await checkpoints.create();
    for (const path of ["a.txt", "large", "sub"]) rmSync(join(first.storedPath, path), { recursive: true });
    change.edit({ "e.txt": "one" });
    const second = await checkpoints.create();
    expect(second.isComplete).toBe(true);
    expect((await checkpoints.verify([second.id])).isWhole).toBe(true);
    expect(readFileSync(join(second.storedPath, "sub/c.txt"), "utf8")).toBe("two");
  });

  test.each<[string, (path: string) => void]>([
    ["torn", (path) => truncateFile(path)],
    ["gone", (path) => rmSync(path)],
    ["a folder", (path) => replaceByFolder(path)],
    ["a symlink to nowhere", (path) => replaceBySymlink(path)],
  ])("a manifest that is %s costs time, nothing else", async (_, spoil) => {
    const { directory, checkpoints } = await tempChange({ "a.txt": "one", "sub/b.txt": "two" });
    const first = await checkpoints.create();
    spoil(join(directory, `.checkpoints/manifests/${first.id}.json`));
    const next = await checkpoints.create();
    expect(next.isComplete).toBe(true);
    expect((await checkpoints.verify([next.id])).isWhole).toBe(true);
  });

  test.each<[string, (path: string) => void]>([
    ["a folder", (path) => replaceByFolder(path)],
    ["a symlink", (path) => replaceBySymlink(path)],
    ["cut off", (path) => truncateFile(path)],
    ["rotten", (path) => rotFile(path)],
  ])("a stored file that is %s now is not shared: the live file was read, so its bytes are stored", async (_, spoil) => {
    const { checkpoints } = await tempChange({ "a.txt": "one", "b.txt": "two" });
    const first = await checkpoints.create();
    spoil(join(first.storedPath, "a.txt"));
    const second = await checkpoints.create();
    expect(second.isComplete).toBe(true);
    expect((await checkpoints.verify([second.id])).isWhole).toBe(true);
  });
});

/** Stored files are read-only, but not for a hand that means it. */
function truncateFile(path: string): void {
  chmodSync(path, 0o600);
  truncateSync(path, 2);
}

/** As a bad disk does it: other bytes of the same size, and no time that tells. */
function rotFile(path: string): void {
  const { mode, atime, mtime, size } = lstatSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, "#".repeat(size));
  chmodSync(path, mode & 0o777);
  utimesSync(path, atime, mtime);
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

function replaceBySymlink(path: string): void {
  rmSync(path);
  symlinkSync("nowhere", path);
}

test.each([
  ["small", "the text"],
  ["large", LARGE],
])("%s content that is shared takes no name that is taken: on some file systems it is another file's", async (_, content) => {
  const change = await tempChange({ "a.txt": content });
  const first = await change.checkpoints.create();
  utimesSync(join(change.directory, "a.txt"), 1e9, 1e9);
  const taking = betweenCalls(
    async () => void (await change.checkpoints.create()),
    ({ name, args }) => {
      if (name !== "openSync" || !String(args[0]).endsWith("/my-feature/a.txt")) return;
      const work = readdirSync(join(first.storedPath, "..")).find((found) => found.startsWith("tmp-")) as string;
      writeFileSync(join(first.storedPath, "..", work, "snapshot/a.txt"), "what A.TXT holds");
    },
  );
  await expect(taking).rejects.toMatchObject({ code: "UNSUPPORTED" });
});
