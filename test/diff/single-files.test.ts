import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copyStore } from "../store/copied-store.js";
import { tempChange } from "../support/temp-change.js";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("a stored file", () => {
  test("comes byte for byte, in chunks of any number, and a symlink gives its target", async () => {
    const large = Buffer.alloc(3_000_000, "0123456789\0\xff", "latin1");
    const change = await tempChange({ "sub/large": large, empty: "", link: { link: "sub/large" } });
    await change.checkpoints.create();
    expect(Buffer.from(await change.checkpoints.readFile("latest", "sub/large")).equals(large)).toBe(true);
    expect(text(await change.checkpoints.readFile("latest", "empty"))).toBe("");
    expect(text(await change.checkpoints.readFile("latest", join(change.directory, "link")))).toBe("sub/large");
  });

  test("that is not there, is a folder, was left out or lies outside is refused with a code", async () => {
    const change = await tempChange({ ".checkpointignore": "out\n", out: "1", "sub/a": "1" });
    await change.checkpoints.create();
    const read = (path: string) => change.checkpoints.readFile("latest", path);
    await expect(read("nope")).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
    await expect(read("out")).rejects.toMatchObject({ code: "PATH_NOT_FOUND", message: expect.stringContaining("ignored") });
    await expect(read("sub")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(read("../x")).rejects.toMatchObject({ code: "UNSAFE_PATH" });
    await expect(change.checkpoints.readFile("nope", "sub/a")).rejects.toMatchObject({ code: "CHECKPOINT_NOT_FOUND" });
  });

  test.each<[string, (path: string) => void]>([
    ["holds other bytes", (path) => writeFileSync(path, Buffer.alloc(2_500_000, "x"))],
    ["is shorter", (path) => writeFileSync(path, "x")],
    ["is gone", (path) => rmSync(path)],
    ["became a folder", (path) => (rmSync(path), mkdirSync(path))],
  ])("that %s is damage, and not one byte of it is given out", async (_, spoil) => {
    const change = await tempChange({ a: Buffer.alloc(2_500_000, "a") });
    const { storedPath } = await change.checkpoints.create();
    chmodSync(storedPath, 0o700);
    chmodSync(join(storedPath, "a"), 0o600);
    spoil(join(storedPath, "a"));
    const chunks: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of change.checkpoints.streamFile("latest", "a")) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: "DAMAGED" });
    expect(chunks).toEqual([]);
  });
});

describe("the history of a file", () => {
  test("has each content once, with the first and last checkpoint that has it, and where it was gone", async () => {
    const change = await tempChange({ a: "one", other: "x" });
    const ids: string[] = [];
    for (const content of ["one", "one", "two", null, null, "one", "three"]) {
      change.edit({ a: "" });
      change.edit({ a: content });
      ids.push((await change.checkpoints.create()).id);
    }
    const history = await change.checkpoints.versions("a");
    expect(
      history.versions.map(({ size, first, last, checkpointCount, isLive }) => [size, first.id, last.id, checkpointCount, isLive]),
    ).toEqual([
      [3, ids[0], ids[5], 3, false],
      [3, ids[2], ids[2], 1, false],
      [5, ids[6], ids[6], 1, true],
    ]);
    expect(history.deletions.map(({ id }) => id)).toEqual([ids[3]]);
    expect(history.live).toBe("stored");
    change.edit({ a: "four" });
    expect((await change.checkpoints.versions("a")).live).toBe("unstored");
    change.edit({ a: null });
    expect((await change.checkpoints.versions("./a")).live).toBe("absent");
  });

  test("knows modes and symlinks, takes what was left out for unknown, and a folder in its place for a deletion", async () => {
    const change = await tempChange({ a: "one" });
    await change.checkpoints.create();
    chmodSync(join(change.directory, "a"), 0o755);
    await change.checkpoints.create();
    change.edit({ ".checkpointignore": "a\n" });
    await change.checkpoints.create();
    change.edit({ ".checkpointignore": null, a: { link: "elsewhere" } });
    await change.checkpoints.create();
    change.edit({ a: null, "a/in": "x" });
    const { id } = await change.checkpoints.create();
    const { versions, deletions, live } = await change.checkpoints.versions("a");
    expect(versions).toMatchObject([
      { type: "file", mode: 0o755, checkpointCount: 2 },
      { type: "symlink", target: "elsewhere", sha256: null },
    ]);
    expect([deletions.map((seen) => seen.id), live]).toEqual([[id], "absent"]);
  });

  test("of a path that no checkpoint has, or that is a folder, is refused", async () => {
    const change = await tempChange({ "sub/a": "1" });
    await change.checkpoints.create();
    await expect(change.checkpoints.versions("nope")).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
    await expect(change.checkpoints.versions("sub")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("passes a checkpoint over whose manifest is damaged, with a warning, and one whose folder was deleted by hand", async () => {
    const change = await tempChange({ a: "one" });
    const first = await change.checkpoints.create();
    change.edit({ a: "two!" });
    const second = await change.checkpoints.create();
    change.edit({ a: "three" });
    const third = await change.checkpoints.create();
    writeFileSync(join(change.directory, ".checkpoints/manifests", `${first.id}.json`), "{}");
    renameSync(second.storedPath, join(change.directory, "..", "away"));
    const { versions, warnings } = await change.checkpoints.versions("a");
    expect(versions.map(({ first: { id } }) => id)).toEqual([third.id]);
    expect(warnings).toEqual([expect.stringContaining(first.id)]);
    expect((await change.checkpoints.findPaths("a")).paths).toMatchObject([{ checkpoints: [third.id] }]);
  });
});

describe("a search for paths", () => {
  test("finds what is gone too, with the checkpoints that have it, newest first", async () => {
    const change = await tempChange({ "old.md": "1", "specs/api.md": "1", "specs/deep/api.txt": "1", link: { link: "x" } });
    const first = await change.checkpoints.create();
    change.edit({ "old.md": null, "specs/new.md": "1" });
    const second = await change.checkpoints.create();
    const find = async (pattern: string): Promise<[string, number][]> =>
      (await change.checkpoints.findPaths(pattern)).paths.map(({ path, checkpoints }) => [path, checkpoints.length]);
    expect(await find("*.md")).toEqual([
      ["old.md", 1],
      ["specs/api.md", 2],
      ["specs/new.md", 1],
    ]);
    expect(await find("./*.md")).toEqual([["old.md", 1]]);
    expect(await find("specs/**")).toEqual([
      ["specs", 2],
      ["specs/api.md", 2],
      ["specs/deep", 2],
      ["specs/deep/api.txt", 2],
      ["specs/new.md", 1],
    ]);
    expect(await find("nothing*")).toEqual([]);
    const { paths } = await change.checkpoints.findPaths("{api.md,link}");
    expect(paths).toEqual([
      { path: "link", type: "symlink", checkpoints: [second.id, first.id] },
      { path: "specs/api.md", type: "file", checkpoints: [second.id, first.id] },
    ]);
  });

  test("works on a store of the original tool", async () => {
    const { checkpoints } = await copyStore("legacy", "one-of-everything");
    const { paths } = await checkpoints.findPaths("*");
    expect(paths.length).toBeGreaterThan(0);
    expect((await checkpoints.versions(paths[0]?.path ?? "")).versions.length).toBeGreaterThan(0);
  });
});
