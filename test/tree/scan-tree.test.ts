import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, symlinkSync, writeFileSync, rmSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeIgnoreRules, scanTree, type Scan, type ScanRequest } from "../../src/tree/index.js";
import { tempChange, tempFolder, type FileSpec } from "../support/temp-change.js";

const LIMITS = { maxEntries: 1000, maxTotalBytes: 1e9, maxFileBytes: null };

/** Scans a directory without a store. */
function scan(directory: string, parts: Partial<ScanRequest> = {}): Promise<Scan> {
  return scanTree(directory, { rules: makeIgnoreRules([]), limits: LIMITS, storeIdentity: null, isWorkFolder: () => false, ...parts });
}

async function scanOf(files: Record<string, FileSpec>, parts: Partial<ScanRequest> = {}): Promise<Scan> {
  return scan((await tempChange(files)).directory, parts);
}

function pathsOf({ entries }: Scan): string[] {
  return entries.map(({ path }) => path);
}

describe("the order", () => {
  test("is the directory first, parents before children, files before symlinks before folders, each by name", async () => {
    const found = await scanOf({
      "b/2": "",
      "b/1": "",
      "a/x/y": "",
      c: "",
      B: "",
      link: { link: "c" },
      "b/z/": "",
      "b/l": { link: "1" },
      "a.txt": "",
    });
    expect(pathsOf(found)).toEqual(["", "B", "a.txt", "c", "link", "a", "a/x", "a/x/y", "b", "b/1", "b/2", "b/l", "b/z"]);
  });

  test("has every folder before all that is in it", async () => {
    const found = await scanOf({ "a-b/c": "", "a/d": "", "a.e/f": "", "a b/g": "", "ä/h": "" });
    const seen = new Set<string>();
    for (const path of pathsOf(found)) {
      expect([...seen, ""]).toContain(path.slice(0, Math.max(path.lastIndexOf("/"), 0)));
      seen.add(path);
    }
    expect(seen.size).toBe(11);
  });
});

describe("symlinks", () => {
  test("are entries with their target; none is followed, not to a folder, not in a circle, not out", async () => {
    const outside = tempFolder();
    writeFileSync(join(outside, "secret"), "x");
    const found = await scanOf({
      "real/a": "",
      "to-folder": { link: "real" },
      "to-itself": { link: "to-itself" },
      "to-parent": { link: "." },
      "real/up": { link: ".." },
      out: { link: outside },
      dangling: { link: "nowhere" },
    });
    const targets = found.entries.flatMap((entry) => (entry.type === "symlink" ? [[entry.path, entry.target]] : []));
    expect(Object.fromEntries(targets)).toEqual({
      dangling: "nowhere",
      out: outside,
      "real/up": "..",
      "to-folder": "real",
      "to-itself": "to-itself",
      "to-parent": ".",
    });
    expect(found.entries).toHaveLength(9);
    expect(found.uncaptured).toEqual([]);
  });

  test("to the store are symlinks, and the store itself is left out wherever it lies", async () => {
    const { directory } = await tempChange({ "a.txt": "", "deep/store/state.json": "", alias: { link: "deep/store" } });
    const { dev, ino } = lstatSync(join(directory, "deep/store"), { bigint: true });
    const found = await scan(directory, { storeIdentity: { dev, ino } });
    expect(pathsOf(found)).toEqual(["", "a.txt", "alias", "deep"]);
    expect(found.uncaptured).toEqual([{ path: "deep/store", reason: "store", detail: "the store" }]);
  });

  test("for a directory: it is scanned by its real path only", async () => {
    const { directory } = await tempChange({ "a.txt": "" });
    symlinkSync(directory, `${directory}-alias`);
    await expect(scan(`${directory}-alias`)).rejects.toMatchObject({ code: expect.stringMatching(/ELOOP|ENOTDIR/) as string });
  });
});

describe("what is left out", () => {
  test("by the ignore rules: a folder is not entered, and named once", async () => {
    const found = await scanOf({ "build/a": "", "build/b/c": "", "src/build/d": "", e: "" }, { rules: makeIgnoreRules(["/build"]) });
    expect(pathsOf(found)).toEqual(["", "e", "src", "src/build", "src/build/d"]);
    expect(found.uncaptured).toEqual([{ path: "build", reason: "ignored", detail: "by the ignore rules" }]);
  });

  test("an ignored folder that cannot be entered, is enormous, or is a file system of its own costs nothing", async () => {
    const { directory } = await tempChange({ "a.txt": "" });
    for (let number = 0; number < 50; number += 1) mkdirSync(join(directory, `node_modules/${number}`), { recursive: true });
    const found = await scan(directory, { rules: makeIgnoreRules(["node_modules/"]), limits: { ...LIMITS, maxEntries: 2 } });
    expect(pathsOf(found)).toEqual(["", "a.txt"]);
  });

  test("work of ours in flight, at the top only", async () => {
    const isWorkFolder = (name: string): boolean => name === "work";
    const found = await scanOf({ "work/a": "", "sub/work/b": "" }, { isWorkFolder });
    expect(pathsOf(found)).toEqual(["", "sub", "sub/work", "sub/work/b"]);
    const file = await scanOf({ work: "" }, { isWorkFolder });
    expect(pathsOf(file)).toEqual(["", "work"]);
  });

  test.each<[string, Record<string, FileSpec>, boolean]>([
    ["an index beside manifests", { "other/state.json": "", "other/manifests/": "" }, true],
    ["an index in a folder of the store's name", { "x/.checkpoints/state.json": "" }, true],
    ["an index alone, which many programs have", { "other/state.json": "" }, false],
    ["manifests alone", { "other/manifests/": "" }, false],
    ["a folder of the store's name without an index", { "x/.checkpoints/readme": "" }, false],
  ])("stores: %s", async (_, files, isLeftOut) => {
    expect((await scanOf(files)).uncaptured.length > 0).toBe(isLeftOut);
  });

  test("special files, by their kind", async () => {
    const { directory } = await tempChange({});
    execFileSync("mkfifo", [join(directory, "queue")]);
    expect((await scan(directory)).uncaptured).toEqual([{ path: "queue", reason: "special", detail: "fifo" }]);
  });

  test("files over the limit, but not one that meets it", async () => {
    const found = await scanOf(
      { small: "12345", big: "123456", link: { link: "x".repeat(100) } },
      { limits: { ...LIMITS, maxFileBytes: 5 } },
    );
    expect(pathsOf(found)).toEqual(["", "small", "link"]);
    expect(found.uncaptured).toMatchObject([{ path: "big", reason: "over_limit" }]);
  });
});

describe("the budget", () => {
  test("of entries counts folders and symlinks, and is kept at exactly the limit", async () => {
    const files = { "a/b": "", "a/c": "", link: { link: "x" } };
    expect((await scanOf(files, { limits: { ...LIMITS, maxEntries: 5 } })).entries).toHaveLength(5);
    await expect(scanOf(files, { limits: { ...LIMITS, maxEntries: 4 } })).rejects.toMatchObject({
      code: "TREE_TOO_LARGE",
      details: { setting: "limits.max_entries", offenders: [{ path: "a", entries: 3 }, { path: "." }, { path: "link" }] },
    });
  });

  test("of bytes counts sizes of files, and is kept at exactly the limit", async () => {
    const files = { "a/b": "12345", c: "123" };
    expect((await scanOf(files, { limits: { ...LIMITS, maxTotalBytes: 8 } })).totalBytes).toBe(8);
    await expect(scanOf(files, { limits: { ...LIMITS, maxTotalBytes: 7 } })).rejects.toMatchObject({
      code: "TREE_TOO_LARGE",
      details: { setting: "limits.max_total_bytes", offenders: [{ path: "a", bytes: 5 }, { path: "c", bytes: 3 }, { path: "." }] },
    });
  });

  test("names the folder two levels down that holds the most, biggest first", async () => {
    const files: Record<string, FileSpec> = { "app/src/main.ts": "" };
    for (let number = 0; number < 12; number += 1) files[`app/modules/x/${number}/index.js`] = "";
    for (let number = 0; number < 3; number += 1) files[`docs/${number}.md`] = "";
    await expect(scanOf(files, { limits: { ...LIMITS, maxEntries: 10 } })).rejects.toMatchObject({
      details: { offenders: [{ path: "app/modules" }, {}, {}] },
    });
  });

  test("left-out paths do not count", async () => {
    const files = { a: "1", big: "x".repeat(100), "logs/1": "", "logs/2": "" };
    const limits = { maxEntries: 2, maxTotalBytes: 1, maxFileBytes: 10 };
    expect((await scanOf(files, { limits, rules: makeIgnoreRules(["logs"]) })).entries).toHaveLength(2);
  });
});

describe("while it scans", () => {
  test("it can be called off", async () => {
    const { directory } = await tempChange(
      Object.fromEntries(Array.from({ length: 2000 }, (_, number) => [`${number % 50}/${number}`, ""])),
    );
    const controller = new AbortController();
    const scanning = scan(directory, {
      limits: { ...LIMITS, maxEntries: 10_000 },
      signal: controller.signal,
      onEntries: () => controller.abort(),
    });
    // A machine that is fast enough is never asked.
    const [outcome] = await Promise.allSettled([scanning]);
    expect(outcome).toMatchObject(
      outcome.status === "rejected" ? { reason: { code: "INTERRUPTED" } } : { value: { entries: { length: 2051 } } },
    );
  });

  test("what goes between the reading of a folder and the look at it is not there", async () => {
    const { directory } = await tempChange({ "a/b": "", "c/d": "" });
    const found = await scan(directory, {
      isWorkFolder: (name) => {
        if (name === "a") rmSync(join(directory, "a"), { recursive: true });
        return false;
      },
    });
    expect(pathsOf(found)).toEqual(["", "c", "c/d"]);
  });

  test("a folder that is swapped for a symlink is not entered by that way, and named", async () => {
    const outside = tempFolder();
    writeFileSync(join(outside, "secret"), "");
    const { directory } = await tempChange({ "a/b": "" });
    const isWorkFolder = (): boolean => {
      renameSync(join(directory, "a"), join(directory, "../moved"));
      symlinkSync(outside, join(directory, "a"));
      return false;
    };
    const found = await scan(directory, { isWorkFolder });
    expect(pathsOf(found)).toEqual([""]);
    expect(found.uncaptured).toEqual([{ path: "a", reason: "unstable", detail: "became something else while it was scanned" }]);
  });
});
