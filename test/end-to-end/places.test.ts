import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openCheckpoints } from "../../src/index.js";
import { testWith } from "../support/requirements.js";
import { pictureOf, tempChange, tempFolder } from "../support/temp-change.js";
import {
  expectRefusal,
  giveToNobody,
  mount,
  mountTmpfs,
  runBinary,
  runBinaryAsNobody,
  runLine,
  stateOf,
  tempChangeOfNobody,
  unmount,
} from "./command-line.js";

const WRITING = [["create"], ["restore", "latest", "--yes"], ["pin", "latest"], ["clean", "1"], ["delete", "latest", "--yes"], ["repair"]];
const READING = [["list"], ["verify"], ["status"], ["show", "latest"], ["restore", "latest", "--dry-run"]];

/** A change directory with a file system of its own below it. */
function mountedChange(): { root: string; directory: string } {
  const root = mountTmpfs("size=2m");
  const directory = join(root, "my-feature");
  mkdirSync(directory);
  writeFileSync(join(directory, "proposal.md"), "one");
  return { root, directory };
}

describe("a place that cannot be written", () => {
  testWith(["root", "tmpfs"], "a read-only file system: writing commands refuse, reading ones work", async () => {
    const { root, directory } = mountedChange();
    expect((await runLine(directory, ["create"])).status).toBe(0);
    writeFileSync(join(directory, "proposal.md"), "two");
    mount("-o", "remount,ro", root);
    for (const args of WRITING) await expectRefusal(directory, args, { code: "STORE_UNUSABLE", status: 12 });
    for (const args of READING) expect(await runLine(directory, args)).toMatchObject({ status: 0, err: "" });
  });

  testWith(["root", "tmpfs"], "a read-only file system without a store: --store helps", async () => {
    const { root, directory } = mountedChange();
    mount("-o", "remount,ro", root);
    const error = await expectRefusal(directory, ["create"], { code: "STORE_UNUSABLE", status: 12 });
    expect(error.hint).toContain("--store");
    const storePath = join(tempFolder(), "store");
    expect((await runLine(directory, ["--store", storePath, "create"])).status).toBe(0);
    expect((await runLine(directory, ["--store", storePath, "verify"])).status).toBe(0);
  });

  testWith(["root", "tmpfs"], "a read-only directory whose store is elsewhere: restore refuses and changes nothing", async () => {
    const { root, directory } = mountedChange();
    const storePath = join(tempFolder(), "store");
    expect((await runLine(directory, ["--store", storePath, "create"])).status).toBe(0);
    writeFileSync(join(directory, "proposal.md"), "two");
    mount("-o", "remount,ro", root);
    const args = ["--store", storePath, "restore", "latest", "--yes"];
    await expectRefusal(directory, args, { code: "STORE_UNUSABLE", status: 12, storePath });
  });

  testWith(["root", "setpriv"], "a directory in which an ordinary user may not write", async () => {
    const directory = tempChangeOfNobody();
    writeFileSync(join(directory, "proposal.md"), "one");
    chownSync(directory, 0, 0);
    const error = await expectRefusal(directory, ["create"], { code: "STORE_UNUSABLE", status: 12, run: runBinaryAsNobody });
    expect(error.hint).toContain("--store");
  });

  testWith(["root", "setpriv"], "another user's store, which is private", async () => {
    const directory = tempChangeOfNobody();
    writeFileSync(join(directory, "proposal.md"), "one");
    expect(runBinary(directory, ["create"]).status).toBe(0);
    for (const args of [["list"], ["create"], ["restore", "latest", "--yes"]]) {
      await expectRefusal(directory, args, { code: "STORE_UNUSABLE", status: 12, run: runBinaryAsNobody });
    }
    giveToNobody(join(directory, ".checkpoints"));
    expect(runBinaryAsNobody(directory, ["list"]).status).toBe(0);
  });
});

describe("a store on another file system", () => {
  /** A gnarly little directory on the usual file system, its store on another one. */
  async function apart() {
    const change = await tempChange({ "proposal.md": "one", "specs/auth.md": "spec", "empty/": "", link: { link: "nowhere" } });
    utimesSync(change.directory, 1_500_000_000, 1_500_000_000);
    const storePath = join(mountTmpfs("size=8m"), "deep/store");
    return { change, directory: change.directory, storePath, store: ["--store", storePath] };
  }

  testWith(["root", "tmpfs"], "create, restore, undo, verify and clean work, and nothing of ours stays in the directory", async () => {
    const { change, directory, storePath, store } = await apart();
    expect((await runLine(directory, [...store, "create"])).status).toBe(0);
    expect(existsSync(join(directory, ".checkpoints"))).toBe(false);
    const original = change.picture();
    change.edit({ "proposal.md": "two", specs: null, empty: null, "added/new.md": "new", link: null });
    utimesSync(directory, 1_600_000_000, 1_600_000_000);
    const edited = change.picture();

    expect(await runLine(directory, [...store, "restore", "latest", "--yes"])).toMatchObject({ status: 0, err: "" });
    expect(change.picture()).toEqual(original);
    expect(await runLine(directory, [...store, "undo", "--yes"])).toMatchObject({ status: 0, err: "" });
    expect(change.picture()).toEqual(edited);
    expect(await runLine(directory, [...store, "verify"])).toMatchObject({ status: 0, err: "" });
    expect(readdirSync(storePath).filter((name) => /^(tmp|trash|restore|lock)/.test(name))).toEqual([]);
    expect(await runLine(directory, [...store, "clean", "1"])).toMatchObject({ status: 0, err: "" });
    expect(pictureOf(directory)).toEqual(edited);
  });

  testWith(
    ["root", "tmpfs"],
    "the work in flight of a restore lies in the directory, hidden and private, where no scan captures it",
    async () => {
      const { change, directory, storePath } = await apart();
      const checkpoints = await openCheckpoints(directory, { storePath, config: { durability: "none" } });
      const { id } = await checkpoints.create();
      change.edit({ "proposal.md": "two" });
      const seen = new Map<string, number>();
      // A restore asks on its way whether it is called off.
      const { signal } = new AbortController();
      Object.defineProperty(signal, "aborted", {
        get: () => {
          for (const name of readdirSync(directory)) {
            if (name.startsWith(".stepback")) seen.set(name.replace(/[0-9a-f]{16}$/, "…"), lstatSync(join(directory, name)).mode & 0o777);
          }
          return false;
        },
      });
      await checkpoints.restore(id, { signal });
      expect([...seen]).toEqual([[".stepback-restore-…", 0o700]]);
      expect(readdirSync(directory).filter((name) => name.startsWith("."))).toEqual([]);
      expect((await checkpoints.list()).checkpoints).toHaveLength(2);
    },
  );

  testWith(["root", "tmpfs"], "what a crash left of it in the directory is in no checkpoint and goes with the next command", async () => {
    const { change, directory, storePath } = await apart();
    const checkpoints = await openCheckpoints(directory, { storePath, config: { durability: "none" } });
    await checkpoints.create();
    const files = change.files();
    change.edit({ ".stepback-restore-0123456789abcdef/stage/0": "left" });
    const { id } = await checkpoints.create();
    expect((await checkpoints.manifest(id)).entries.map(({ path }) => path).filter((path) => path.includes("stepback"))).toEqual([]);
    expect(change.files()).toEqual(files);
  });

  testWith(
    ["root", "tmpfs"],
    "a file system mounted inside the directory is captured; a restore that must change it is refused",
    async () => {
      const change = await tempChange({ "a.txt": "one", "mounted/": "" });
      const { directory } = change;
      const inside = join(directory, "mounted");
      mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", inside);
      try {
        writeFileSync(join(inside, "b.txt"), "one");
        expect((await runLine(directory, ["create"])).status).toBe(0);
        change.edit({ "a.txt": "two" });
        expect((await runLine(directory, ["restore", "latest", "--yes"])).status).toBe(0);
        writeFileSync(join(inside, "b.txt"), "two");
        await expectRefusal(directory, ["restore", "latest", "--yes"], { code: "UNSUPPORTED", status: 15 });
        expect(stateOf(directory).live).toMatchObject({ "mounted/b.txt": expect.stringContaining("two") as string });
      } finally {
        unmount(inside);
      }
    },
  );
});

describe("the store's path", () => {
  test("may lead through a symlink, lies elsewhere, and is made with its parents", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { directory } = change;
    const real = tempFolder();
    const alias = join(tempFolder(), "alias");
    symlinkSync(real, alias);
    expect((await runLine(directory, ["--store", join(alias, "x/y"), "create"])).status).toBe(0);
    expect((await runLine(directory, ["--store", join(real, "x/y"), "list"])).status).toBe(0);
    expect(lstatSync(join(real, "x/y")).mode & 0o777).toBe(0o700);
    expect(change.files()).toEqual({ "a.txt": "one" });
  });

  test("inside the directory is left out of every checkpoint, whatever its name", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { directory, checkpoints } = change;
    const storePath = join(directory, "history/store");
    const named = await change.reopen({ storePath });
    await named.create();
    const { id } = await named.create();
    const { entries, uncaptured } = await named.manifest(id);
    expect(entries.map(({ path }) => path)).toEqual(["", "a.txt", "history"]);
    expect(uncaptured).toMatchObject([{ path: "history/store", reason: "store" }]);
    rmSync(join(directory, "a.txt"));
    await named.restore(id);
    expect(existsSync(join(directory, "a.txt"))).toBe(true);
    await expect(checkpoints.list()).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  });

  test("that could not be used leaves no folder behind", async () => {
    const change = await tempChange({ "a.txt": "one", "b.txt": "two" });
    const { directory } = change;
    change.edit({ ".stepback.yaml": "limits:\n  max_entries: 1\n" });
    const folder = tempFolder();
    expect((await runLine(directory, ["--store", join(folder, "deep/er/store"), "create"])).status).toBe(15);
    expect(readdirSync(folder)).toEqual([]);
  });
});
