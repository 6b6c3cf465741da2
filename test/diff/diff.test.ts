import { chmodSync, renameSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Diff, FilePatch } from "../../src/index.js";
import { asOrdinaryUser } from "../support/requirements.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

function describeDiff({ changes, notCompared }: Diff): string[] {
  return [
    ...changes.map(({ kind, oldPath, path }) => `${kind} ${oldPath === null ? "" : `${oldPath} -> `}${path}`),
    ...notCompared.map(({ path, side, reason }) => `? ${path} (${side} ${reason})`),
  ];
}

async function piecesOf(change: TempChange, diff: Diff): Promise<FilePatch[]> {
  const pieces: FilePatch[] = [];
  for await (const piece of change.checkpoints.patch(diff)) pieces.push(piece);
  return pieces;
}

describe("a comparison with the directory", () => {
  test("sees what was edited, added, removed and renamed since, and writes nothing", async () => {
    const change = await tempChange({ a: "1", b: "2", c: "3", "sub/d": "4" });
    const { id } = await change.checkpoints.create();
    change.edit({ a: "edited", b: null, new: "5", c: null, "sub/moved": "3" });
    const store = change.picture();
    const diff = await change.checkpoints.diff(id);
    expect(describeDiff(diff)).toEqual(["modified a", "deleted b", "added new", "renamed c -> sub/moved"]);
    expect(diff).toMatchObject({ from: { kind: "checkpoint", id }, to: { kind: "live" } });
    expect(change.picture()).toEqual(store);
  });

  test("does not take an edit of the same length within the same moment for none", async () => {
    const change = await tempChange({ a: "one" });
    await change.checkpoints.create();
    writeFileSync(join(change.directory, "a"), "two");
    expect(describeDiff(await change.checkpoints.diff("latest"))).toEqual(["modified a"]);
  });

  test("keeps quiet about a touch", async () => {
    const change = await tempChange({ a: "one" });
    await change.checkpoints.create();
    utimesSync(join(change.directory, "a"), 1, 1);
    expect(describeDiff(await change.checkpoints.diff("latest"))).toEqual([]);
  });

  test("never calls deleted what is left out now, nor added what was left out then", async () => {
    const change = await tempChange({ "build/out": "1", kept: "2" });
    const { id } = await change.checkpoints.create();
    change.edit({ ".checkpointignore": "build/\n" });
    expect(describeDiff(await change.checkpoints.diff(id))).toEqual(["added .checkpointignore", "? build (to ignored)"]);
    const later = await change.checkpoints.create();
    change.edit({ ".checkpointignore": null });
    expect(describeDiff(await change.checkpoints.diff(later.id))).toEqual(["deleted .checkpointignore", "? build (from ignored)"]);
  });

  test("names what cannot be read", async () => {
    const change = await tempChange({ secret: "1", open: "2" });
    chmodSync(join(change.directory, ".."), 0o755);
    const { id } = await change.checkpoints.create();
    chmodSync(join(change.directory, ".checkpoints"), 0o755);
    chmodSync(join(change.directory, "secret"), 0);
    writeFileSync(join(change.directory, "open"), "3");
    const found = await asOrdinaryUser(async () => describeDiff(await (await change.reopen()).diff(id)).sort()).catch((error: unknown) =>
      String(error),
    );
    expect([["? secret (to unreadable)", "modified open"], "STORE"]).toContainEqual(typeof found === "string" ? "STORE" : found);
  });
});

describe("paths", () => {
  const edited = async (): Promise<TempChange> => {
    const change = await tempChange({ "a.md": "1", "sub/b.md": "1", "sub/c.txt": "1", "[x]": "1", x: "1", ".dot/d.md": "1" });
    await change.checkpoints.create();
    change.edit({ "a.md": "2", "sub/b.md": "2", "sub/c.txt": "2", "[x]": "2", x: "2", ".dot/d.md": "2" });
    return change;
  };

  test.each([
    [["sub"], ["sub/b.md", "sub/c.txt"]],
    [["sub/"], ["sub/b.md", "sub/c.txt"]],
    [["*.md"], [".dot/d.md", "a.md", "sub/b.md"]],
    [["./*.md"], ["a.md"]],
    [
      ["sub/*.md", "x"],
      ["sub/b.md", "x"],
    ],
    [["**/*.txt"], ["sub/c.txt"]],
    [["{x,a.md}"], ["a.md", "x"]],
    [["su?"], ["sub/b.md", "sub/c.txt"]],
    [["."], [".dot/d.md", "[x]", "a.md", "sub/b.md", "sub/c.txt", "x"]],
    [["[x]"], ["[x]"]],
    [["*.none"], []],
  ])("%j choose %j; what is there under the very text is meant", async (paths, expected) => {
    const change = await edited();
    const { changes } = await change.checkpoints.diff("latest", null, { paths });
    expect(changes.map(({ path }) => path)).toEqual(expected);
  });

  test("that stand on neither side are an error, and so are those outside and patterns that are none", async () => {
    const change = await edited();
    const diff = (path: string) => change.checkpoints.diff("latest", null, { paths: [path] });
    await expect(diff("typo")).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
    await expect(diff("../up")).rejects.toMatchObject({ code: "UNSAFE_PATH" });
    await expect(diff("a[")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  test("that were left out are known all the same", async () => {
    const change = await tempChange({ ".checkpointignore": "build/\n", "build/x": "1" });
    await change.checkpoints.create();
    expect(describeDiff(await change.checkpoints.diff("latest", null, { paths: ["build/x"] }))).toEqual([]);
  });
});

describe("a checkpoint and its predecessor", () => {
  test("are compared in order of time, backups included; before the first there is nothing", async () => {
    const change = await tempChange({ a: "1" });
    const first = await change.checkpoints.create();
    change.edit({ a: "2" });
    const { backup } = await change.checkpoints.restore(first.id);
    const last = await change.checkpoints.create();
    const since = async (id: string): Promise<string[]> => describeDiff(await change.checkpoints.diffWithPredecessor(id));
    expect(await since(first.id)).toEqual(["added a"]);
    expect(await since(backup?.id ?? "")).toEqual(["modified a"]);
    expect(await since(last.id)).toEqual(["modified a"]);
  });
});

describe("a patch", () => {
  test("of a restore plan is what the restore does", async () => {
    const change = await tempChange({ a: "old\n", gone: "x\n" });
    const { id } = await change.checkpoints.create();
    change.edit({ a: "new\n", gone: null, added: "y\n" });
    const plan = await change.checkpoints.planRestore(id, { paths: ["a"] });
    const [piece, ...rest] = await piecesOf(change, await change.checkpoints.diffOfPlan(plan));
    expect(rest).toEqual([]);
    expect(Buffer.from(piece?.patch ?? []).toString()).toContain("-new\n+old\n");
  });

  test("refuses stored content that is not what its manifest says", async () => {
    const change = await tempChange({ a: "1" });
    const { id, storedPath } = await change.checkpoints.create();
    chmodSync(join(storedPath, "a"), 0o600);
    writeFileSync(join(storedPath, "a"), "X");
    change.edit({ a: "2" });
    const diff = await change.checkpoints.diff(id);
    await expect(piecesOf(change, diff)).rejects.toMatchObject({ code: "DAMAGED" });
  });

  test("leaves out what changed after it was compared, and says so", async () => {
    const change = await tempChange({ a: "1", b: "1" });
    const { id } = await change.checkpoints.create();
    change.edit({ a: "2", b: "2" });
    const diff = await change.checkpoints.diff(id);
    change.edit({ a: "3", b: null });
    const pieces = await piecesOf(change, diff);
    expect(pieces.map(({ content, patch }) => [content, patch.length])).toEqual([
      ["unavailable", 0],
      ["unavailable", 0],
    ]);
    expect(pieces[0]?.missing).toEqual(["a changed while it was compared"]);
  });

  test("does not read a file over the limit, and says binary of a NUL byte wherever it stands", async () => {
    const change = await tempChange({ large: "", nul: `${"x".repeat(10_000)}\0` });
    truncateSync(join(change.directory, "large"), 8 * 1024 * 1024 + 1);
    const { id, storedPath } = await change.checkpoints.create();
    change.edit({ large: "small\n", nul: "text\n" });
    // A missing stored file would be damage if it was asked for.
    renameSync(join(storedPath, "large"), join(change.directory, "..", "away"));
    const pieces = await piecesOf(change, await change.checkpoints.diff(id));
    expect(pieces.map(({ content, insertions }) => [content, insertions])).toEqual([
      ["too_large", 0],
      ["binary", 0],
    ]);
    expect(Buffer.from(pieces[1]?.patch ?? []).toString()).toMatch(
      /^diff --git a\/nul b\/nul\nindex .*\nBinary files a\/nul and b\/nul differ\n$/,
    );
  });

  test("says what it cannot tell", async () => {
    const change = await tempChange({ moded: "1", "empty/": "", odd: "1" });
    const { id } = await change.checkpoints.create();
    chmodSync(join(change.directory, "moded"), 0o600);
    change.edit({ empty: null, "fresh/": "", script: "1" });
    chmodSync(join(change.directory, "script"), 0o700);
    const pieces = await piecesOf(change, await change.checkpoints.diff(id));
    expect(pieces.flatMap(({ missing }) => missing)).toEqual([
      "the folder empty is gone",
      "the folder fresh is there, with mode 0755",
      "the mode of moded changes from 0644 to 0600",
      "script has mode 0700",
    ]);
  });
});
