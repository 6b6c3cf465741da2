import { describe, expect, test } from "vitest";
import { compareTrees, type ComparedTree } from "../../src/diff/index.js";
import type { CaptureScope, UncapturedReason } from "../../src/formats/index.js";
import { FOLDER, leftOut, madeUpTree } from "../restore/made-up-tree.js";

type Tree = Parameters<typeof madeUpTree>[0];

function tree(paths: Tree, left: Record<string, UncapturedReason> = {}, scope: CaptureScope = "tree"): ComparedTree {
  return { entries: madeUpTree(paths), uncaptured: leftOut(left), scope };
}

/** `A path` and the like for each change, `? path (side reason)` for what was not compared. */
function compare(from: ComparedTree, to: ComparedTree, options: { renames?: boolean; only?: string } = {}): string[] {
  const isSelected = (path: string): boolean => options.only === undefined || path === options.only || path.startsWith(`${options.only}/`);
  const { changes, notCompared } = compareTrees(from, to, { isSelected, renames: options.renames ?? true });
  return [
    ...changes.map(({ kind, oldPath, path }) => `${kind} ${oldPath === null ? "" : `${oldPath} -> `}${path === "" ? "." : path}`),
    ...notCompared.map(({ path, side, reason }) => `? ${path} (${side} ${reason})`),
  ];
}

describe("two trees", () => {
  test("differ in what came, went, changed or became something else, by path", () => {
    const from = tree({ same: "x", gone: "1", changed: "a", "run.sh": ["x", { mode: 0o644 }], kind: "text", link: { link: "a" } });
    const to = tree({ same: "x", new: "2", changed: "b", "run.sh": ["x", { mode: 0o755 }], kind: { link: "text" }, link: { link: "b" } });
    expect(compare(from, to)).toEqual([
      "modified changed",
      "deleted gone",
      "retyped kind",
      "modified link",
      "added new",
      "modified run.sh",
    ]);
  });

  test("do not differ in times, owners, or the mode of a symlink", () => {
    const from = tree({ a: "x", b: [{ link: "a" }, { mode: 0o777 }] });
    const to = tree({ a: ["x", { mtimeNs: 5n, uid: 0, gid: 0, ctimeNs: 1n, ino: 9n }], b: [{ link: "a" }, { mode: 0o755 }] });
    expect(compare(from, to)).toEqual([]);
  });

  test("differ in a folder of its own only where no file in it tells", () => {
    const from = tree({ "full/a": "1", empty: FOLDER, "nest/empty": FOLDER, moded: [FOLDER, { mode: 0o755 }] });
    const to = tree({ "fresh/b": "2", bare: FOLDER, moded: [FOLDER, { mode: 0o700 }] });
    expect(compare(from, to)).toEqual([
      "added bare",
      "deleted empty",
      "added fresh/b",
      "deleted full/a",
      "modified moded",
      "deleted nest/empty",
    ]);
  });

  test("differ only in the paths that are asked for", () => {
    expect(compare(tree({ "a/x": "1", b: "1" }), tree({ "a/x": "2", b: "2" }), { only: "a" })).toEqual(["modified a/x"]);
  });
});

describe("a renamed file", () => {
  test("is a deleted and an added one of equal content; its mode may be another", () => {
    const to = tree({ "new/name": ["content", { mode: 0o755 }] });
    expect(compare(tree({ old: "content" }), to)).toEqual(["renamed old -> new/name"]);
    expect(compare(tree({ old: "content" }), to, { renames: false })).toEqual(["added new/name", "deleted old"]);
  });

  test("is the one that keeps its name among several, then the first by path; each once", () => {
    const from = tree({ "a/one": "same", "a/two": "same", "a/zzz": "same" });
    expect(compare(from, tree({ "b/two": "same", "b/xxx": "same" }))).toEqual([
      "deleted a/zzz",
      "renamed a/two -> b/two",
      "renamed a/one -> b/xxx",
    ]);
  });

  test("is never an empty one, a symlink, or one whose old path is still there", () => {
    const from = tree({ empty: "", link: { link: "x" }, kept: "content" });
    expect(compare(from, tree({ empty2: "", link2: { link: "x" }, kept: "content", copy: "content" }))).toEqual([
      "added copy",
      "deleted empty",
      "added empty2",
      "deleted link",
      "added link2",
    ]);
  });
});

describe("what a side left out", () => {
  test("is neither added nor deleted, nor is anything below it", () => {
    const full = tree({ "build/a": "1", "build/deep/b": "2", log: "3", kept: "4" });
    const blind = tree({ kept: "4" }, { build: "ignored", log: "over_limit" });
    expect(compare(full, blind)).toEqual(["? build (to ignored)", "? log (to over_limit)"]);
    expect(compare(blind, full)).toEqual(["? build (from ignored)", "? log (from over_limit)"]);
  });

  test("is told only where the other side has something there; a failure is told in any case", () => {
    const blind = tree({}, { ".git": "git", secret: "unreadable", fifo: "special" });
    expect(compare(blind, blind)).toEqual(["? secret (from unreadable)", "? secret (to unreadable)"]);
    expect(compare(blind, blind, { only: "other" })).toEqual([]);
  });

  test("is all but the files at the top for a checkpoint that speaks of these only", () => {
    const top = tree({ a: "1", b: "1" }, {}, "top_level_files");
    const full = tree({ a: "2", c: "1", "sub/x": "1", "sub/y": "1", link: { link: "a" } });
    const told = ["? link (from outside_scope)", "? sub (from outside_scope)"];
    expect(compare(top, full, { renames: false })).toEqual(["modified a", "deleted b", "added c", ...told]);
  });
});
