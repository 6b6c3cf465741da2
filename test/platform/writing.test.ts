import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  assertFreeSpace,
  flushFileSystem,
  linkOrCopy,
  readDiskUsage,
  removeTree,
  replaceFile,
  syncFolder,
  writeNewFile,
} from "../../src/platform/index.js";
import { fill, giveToNobody, mountTmpfs } from "../end-to-end/command-line.js";
import { asOrdinaryUser, testWith } from "../support/requirements.js";
import { pictureOf, tempFolder } from "../support/temp-change.js";

describe("replaceFile", () => {
  test("writes a new file or replaces one, private unless told otherwise, and leaves nothing beside it", () => {
    const folder = tempFolder();
    const path = join(folder, "state.json");
    replaceFile(path, "one");
    expect([readFileSync(path, "utf8"), lstatSync(path).mode & 0o777]).toEqual(["one", 0o600]);
    replaceFile(path, Buffer.from([0, 255]), { mode: 0o444, durability: "none" });
    expect([readFileSync(path, "latin1"), lstatSync(path).mode & 0o777]).toEqual(["\0\xff", 0o444]);
    expect(readdirSync(folder)).toEqual(["state.json"]);
  });

  test("a reader sees the old file through the handle it has, the new one by the name; a symlink is replaced, not followed", () => {
    const folder = tempFolder();
    const path = join(folder, "state.json");
    writeFileSync(path, "old");
    linkSync(path, join(folder, "previous"));
    replaceFile(path, "new");
    expect([readFileSync(join(folder, "previous"), "utf8"), readFileSync(path, "utf8")]).toEqual(["old", "new"]);
    symlinkSync("previous", join(folder, "link"));
    replaceFile(join(folder, "link"), "mine");
    expect([readFileSync(join(folder, "previous"), "utf8"), lstatSync(join(folder, "link")).isFile()]).toEqual(["old", true]);
  });

  test("that cannot be done leaves the old file and no other, and says what is wrong", () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "a-folder"));
    expect(() => replaceFile(join(folder, "missing/state.json"), "x")).toThrow();
    expect(() => replaceFile(join(folder, "a-folder"), "x")).toThrow();
    expect(readdirSync(folder)).toEqual(["a-folder"]);
  });

  testWith(["root", "tmpfs"], "on a full disk keeps the old file and no other", () => {
    const folder = mountTmpfs("size=64k");
    const path = join(folder, "state.json");
    replaceFile(path, "old");
    fill(join(folder, "filler"));
    expect(() => replaceFile(path, "x".repeat(10_000))).toThrow(expect.objectContaining({ code: "NO_SPACE", exitStatus: 17 }));
    expect([readFileSync(path, "utf8"), readdirSync(folder).sort()]).toEqual(["old", ["filler", "state.json"]]);
  });

  test("writeNewFile never overwrites, nor follows a symlink", () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "taken"), "theirs");
    symlinkSync("nowhere", join(folder, "link"));
    for (const name of ["taken", "link"]) expect(() => writeNewFile(join(folder, name), "x")).toThrow("EEXIST");
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
    expect(readFileSync(join(folder, "taken"), "utf8")).toBe("theirs");
  });
});

describe("linkOrCopy", () => {
  test("links where it can", () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "stored"), "text");
    expect(linkOrCopy(join(folder, "stored"), join(folder, "new"))).toBe("linked");
    expect(lstatSync(join(folder, "new")).ino).toBe(lstatSync(join(folder, "stored")).ino);
  });

  testWith(["root", "tmpfs"], "copies with mode and time to another file system", () => {
    const stored = join(tempFolder(), "stored");
    writeFileSync(stored, "text");
    chmodSync(stored, 0o440);
    utimesSync(stored, 1_234_567_890.5, 1_234_567_890.5);
    const copy = join(mountTmpfs("size=64k"), "copy");
    expect(linkOrCopy(stored, copy)).toBe("copied");
    const { mode, mtimeMs } = lstatSync(copy);
    expect([readFileSync(copy, "utf8"), mode & 0o777, mtimeMs]).toEqual(["text", 0o440, 1_234_567_890_500]);
  });

  test("copies when a file has as many names as the file system allows", () => {
    const folder = tempFolder();
    const stored = join(folder, "stored");
    writeFileSync(stored, "text");
    // ext4 allows 65,000; where there is no such limit nothing can be seen.
    for (let number = 0; number < 65_500; number += 1) {
      if (linkOrCopy(stored, join(folder, String(number))) === "linked") continue;
      expect(readFileSync(join(folder, String(number)), "utf8")).toBe("text");
      expect(lstatSync(join(folder, String(number))).nlink).toBe(1);
      return;
    }
  });

  test.each(["stored", "missing"])("says so when the name is taken or the stored file is gone: %s", (name) => {
    const folder = tempFolder();
    for (const file of ["stored", "taken"]) writeFileSync(join(folder, file), file);
    expect(() => linkOrCopy(join(folder, name), join(folder, "taken"))).toThrow(name === "missing" ? "ENOENT" : "EEXIST");
    expect(readFileSync(join(folder, "taken"), "utf8")).toBe("taken");
  });
});

describe("removeTree", () => {
  test("removes everything, names in any bytes too, and nothing beside or behind it", async () => {
    const base = tempFolder();
    const folder = join(base, "work");
    mkdirSync(join(folder, "a/b/c"), { recursive: true });
    mkdirSync(join(base, "outside"));
    writeFileSync(join(base, "outside/kept"), "kept");
    writeFileSync(join(folder, "a/b/read-only"), "x", { mode: 0o400 });
    symlinkSync("../../outside", join(folder, "a/link"));
    const bytes = Buffer.concat([Buffer.from(`${folder}/a/`), Buffer.of(0x80)]);
    mkdirSync(bytes);
    writeFileSync(Buffer.concat([bytes, Buffer.from("/"), Buffer.of(0xff)]), "x");
    const before = pictureOf(join(base, "outside"));
    await removeTree(folder);
    expect(readdirSync(base)).toEqual(["outside"]);
    expect(pictureOf(join(base, "outside"))).toEqual(before);
    await removeTree(folder);
  });

  testWith(["root", "setpriv"], "removes folders that are closed even to their owner", async () => {
    const folder = join(tempFolder(), "work");
    mkdirSync(join(folder, "closed/deep"), { recursive: true });
    for (const name of ["a", "closed/b", "closed/deep/c"]) writeFileSync(join(folder, name), "x");
    for (const [name, mode] of [
      ["closed/deep", 0o000],
      ["closed", 0o500],
      ["", 0o555],
    ] as const)
      chmodSync(join(folder, name), mode);
    chmodSync(join(folder, ".."), 0o777);
    giveToNobody(folder);
    await asOrdinaryUser(() => removeTree(folder));
    expect(existsSync(folder)).toBe(false);
  });
});

describe("assertFreeSpace", () => {
  test("lets through what fits, and names what does not", () => {
    const folder = tempFolder();
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    expect(() => assertFreeSpace(folder, { bytes: 0, inodes: 0 })).not.toThrow();
    expect(() => assertFreeSpace(folder, { bytes: 1000, inodes: 10 })).not.toThrow();
    expect(() => assertFreeSpace(folder, { bytes: free * 2, inodes: 0 })).toThrow(
      expect.objectContaining({ code: "NO_SPACE", message: expect.stringContaining(`${free * 2 + 65_536} bytes are needed`) as string }),
    );
  });

  testWith(["root", "tmpfs"], "counts inodes where the file system has a number of them, and not where it has none", () => {
    const few = mountTmpfs("size=1m,nr_inodes=20");
    expect(() => assertFreeSpace(few, { bytes: 0, inodes: 5 })).not.toThrow();
    expect(() => assertFreeSpace(few, { bytes: 0, inodes: 15 })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ needed_inodes: 23 }) as object }),
    );
    const unlimited = mountTmpfs("size=1m,nr_inodes=0");
    expect(() => assertFreeSpace(unlimited, { bytes: 0, inodes: 1_000_000 })).not.toThrow();
  });
});

describe("readDiskUsage", () => {
  test("counts as du does: allocated blocks, a file with two names once; freed is what no other name keeps", async () => {
    const folder = tempFolder();
    for (const name of ["one", "two"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "one/own"), "x".repeat(10_000));
    writeFileSync(join(folder, "one/shared"), "x".repeat(20_000));
    linkSync(join(folder, "one/shared"), join(folder, "two/shared"));
    linkSync(join(folder, "one/own"), join(folder, "one/again"));
    const du = (...args: string[]) =>
      Number(spawnSync("du", ["-s", "--block-size=1", ...args], { encoding: "utf8" }).stdout.split("\t")[0]);
    expect((await readDiskUsage([folder])).occupiedBytes).toBe(du(folder));
    const one = await readDiskUsage([join(folder, "one")]);
    expect(one.occupiedBytes).toBe(du(join(folder, "one")));
    expect(one.occupiedBytes - one.freedBytes).toBe(lstatSync(join(folder, "one/shared")).blocks * 512);
    const both = await readDiskUsage([join(folder, "one"), join(folder, "two")]);
    expect(both.freedBytes).toBe(both.occupiedBytes);
  });
});

describe("flushing", () => {
  test("a folder, and a whole file system with names in any bytes on it", async () => {
    const folder = tempFolder();
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff)]), "x");
    mkdirSync(join(folder, "sub"));
    syncFolder(folder);
    await flushFileSystem(folder);
    expect(() => syncFolder(join(folder, "missing"))).toThrow("ENOENT");
    await expect(flushFileSystem(join(folder, "missing"))).rejects.toThrow();
  });

  test("without a sync command every file is synced by itself", async () => {
    const { PATH } = process.env;
    onTestFinished(() => {
      process.env["PATH"] = PATH;
    });
    const folder = tempFolder();
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/file"), "x", { mode: 0o400 });
    symlinkSync("nowhere", join(folder, "sub/link"));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/sub/`), Buffer.of(0xff)]), "x");
    process.env["PATH"] = folder;
    await flushFileSystem(folder);
  });
});
