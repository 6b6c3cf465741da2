import { describe, expect, test } from "vitest";
import { describePlan, FOLDER, planCase, type PlanCase } from "./made-up-tree.js";

const LATER = { mtimeNs: 1_000_000_001_000_000_000n };

function table(cases: [string, PlanCase, string[]][]): void {
  test.each(cases)("%s", (_, made, expected) => {
    expect(describePlan(planCase(made))).toEqual(expected);
  });
}

describe("one path", () => {
  table([
    ["as it was: nothing", { was: { a: "one" }, is: { a: "one" } }, []],
    ["as it was, but never looked at before: nothing", { was: { a: "one" }, is: { a: ["one", { ctimeNs: 0n, ino: 0n }] } }, []],
    ["other bytes", { was: { a: "one" }, is: { a: "two" } }, ["replace a"]],
    ["other bytes, same looks", { was: { a: "one" }, is: { a: ["owt", {}] } }, ["replace a"]],
    ["gone", { was: { a: "one" }, is: {} }, ["create a"]],
    ["added", { was: {}, is: { a: "one" } }, ["remove a"]],
    ["other mode", { was: { a: "one" }, is: { a: ["one", { mode: 0o600 }] } }, ["retouch a"]],
    ["other time", { was: { a: "one" }, is: { a: ["one", LATER] } }, ["retouch a"]],
    ["a time within what can be set", { was: { a: "one" }, is: { a: ["one", { mtimeNs: 1_000_000_000_000_001_999n }] } }, []],
    ["a time just beyond it", { was: { a: "one" }, is: { a: ["one", { mtimeNs: 1_000_000_000_000_002_000n }] } }, ["retouch a"]],
    ["other owner, which only root can give", { was: { a: "one" }, is: { a: ["one", { uid: 1 }] } }, []],
    ["other owner, for root", { was: { a: "one" }, is: { a: ["one", { uid: 1 }] }, keepOwner: true }, ["retouch a"]],
    ["other group, for root", { was: { a: "one" }, is: { a: ["one", { gid: 1 }] }, keepOwner: true }, ["retouch a"]],
    [
      "a symlink as it was, of another mode, which means nothing",
      { was: { a: { link: "x" } }, is: { a: [{ link: "x" }, { mode: 0o755 }] } },
      [],
    ],
    ["a symlink with another target", { was: { a: { link: "x" } }, is: { a: { link: "y" } } }, ["replace a"]],
    ["a symlink with another time", { was: { a: { link: "x" } }, is: { a: [{ link: "x" }, LATER] } }, ["retouch a"]],
    ["an empty folder gone", { was: { a: FOLDER }, is: {} }, ["create a"]],
    ["an empty folder added", { was: {}, is: { a: FOLDER } }, ["remove a"]],
    ["a folder with another mode", { was: { a: FOLDER }, is: { a: [FOLDER, { mode: 0o700 }] } }, ["retouch a"]],
    ["the directory itself with another time", { was: {}, is: { "": [FOLDER, LATER] } }, ["retouch ."]],
  ]);
});

describe("one kind in another's place", () => {
  table([
    ["a file for a symlink", { was: { a: "one" }, is: { a: { link: "x" } } }, ["replace a"]],
    ["a symlink for a file", { was: { a: { link: "x" } }, is: { a: "one" } }, ["replace a"]],
    ["a file for an empty folder", { was: { a: "one" }, is: { a: FOLDER } }, ["replace a"]],
    [
      "a file for a full folder",
      { was: { a: "one" }, is: { "a/b/c": "x", "a/d": "y" } },
      ["replace a", "remove a/b", "remove a/b/c", "remove a/d"],
    ],
    ["a full folder for a file", { was: { "a/b/c": "x" }, is: { a: "one" } }, ["replace a", "create a/b", "create a/b/c"]],
    ["a folder for a symlink to one", { was: { "a/b": "x" }, is: { a: { link: "elsewhere" } } }, ["replace a", "create a/b"]],
    ["a renamed folder", { was: { "a/b": "x" }, is: { "c/b": "x" } }, ["create a", "create a/b", "remove c", "remove c/b"]],
  ]);
});

describe("files added since", () => {
  table([
    [
      "are kept when asked for, with the folders that hold them",
      { was: { a: "x" }, is: { a: "y", "b/c": "new", d: "new" }, keepAdded: true },
      ["replace a", "alone b (kept_added)", "alone b/c (kept_added)", "alone d (kept_added)"],
    ],
    [
      "are kept in a folder that was there",
      { was: { "a/b": "x" }, is: { "a/b": "x", "a/c": "new" }, keepAdded: true },
      ["alone a/c (kept_added)"],
    ],
  ]);

  test("cannot be kept where a file must come in their folder's place", () => {
    const made = { was: { a: "x" }, is: { "a/mine": "new" }, keepAdded: true };
    expect(() => planCase(made)).toThrow(expect.objectContaining({ code: "UNCAPTURED_IN_THE_WAY" }));
  });
});

describe("what was never captured", () => {
  table([
    [
      "is not removed, nor the folder that holds it; the rest of that folder is",
      { was: {}, is: { "a/b": "new", "a/deep/c": "new" }, leftOutNow: { "a/deep/queue": "special" } },
      ["remove a/b", "remove a/deep/c"],
    ],
    [
      "now, but was: is left alone",
      { was: { "build/out": "x", a: "one" }, is: { a: "two" }, leftOutNow: { build: "ignored" } },
      ["replace a", "alone build (ignored)", "alone build/out (ignored)"],
    ],
    [
      "then, but is: is left alone",
      { was: { a: "one" }, is: { a: "two", "build/out": "x" }, leftOutThen: { build: "ignored" } },
      ["replace a", "alone build (ignored)", "alone build/out (ignored)"],
    ],
    [
      "then or is: is nobody's business",
      { was: { a: "one" }, is: { a: "one" }, leftOutThen: { build: "ignored" }, leftOutNow: { build: "ignored", ".git": "git" } },
      [],
    ],
    ["is left alone when it is special now", { was: { a: "one" }, is: {}, leftOutNow: { a: "special" } }, ["alone a (special)"]],
    [
      "is left alone when it was over the limit then",
      { was: {}, is: { "big.bin": "x" }, leftOutThen: { "big.bin": "over_limit" } },
      ["alone big.bin (over_limit)"],
    ],
    [
      "is left alone when it could not be read then",
      { was: {}, is: { secret: "x" }, leftOutThen: { secret: "unreadable" } },
      ["alone secret (unreadable)"],
    ],
    [
      "is left alone when it would have been ignored then",
      { was: {}, is: { "a/new.log": "x", "a/new.txt": "x" }, rulesThen: ["*.log"] },
      ["remove a/new.txt", "alone a/new.log (ignored)"],
    ],
    [
      "is left alone when its folder would have been ignored then",
      { was: {}, is: { "build/a": "x", "build/b/c": "x" }, rulesThen: ["build/"] },
      ["alone build (ignored)", "alone build/a (ignored)", "alone build/b (ignored)", "alone build/b/c (ignored)"],
    ],
    [
      "by the rules of then does not hold back what the checkpoint has",
      { was: { "a.log": "one" }, is: { "a.log": "two" }, rulesThen: ["*.log"] },
      ["replace a.log"],
    ],
    [
      "keeps no name that merely begins like it",
      { was: {}, is: { "build-2/a": "x" }, leftOutThen: { build: "ignored" } },
      ["remove build-2", "remove build-2/a"],
    ],
  ]);

  test.each<[string, PlanCase]>([
    ["a folder with it must make room for a file", { was: { a: "one" }, is: { "a/b": "x" }, leftOutNow: { "a/queue": "special" } }],
    [
      "a folder with it deep inside must make room",
      { was: { a: { link: "x" } }, is: { "a/b/c": "x" }, leftOutNow: { "a/b/d/cache": "ignored" } },
    ],
    ["what was ignored then stands in such a folder", { was: { a: "one" }, is: { "a/new.log": "x" }, rulesThen: ["*.log"] }],
    ["a sub-folder stands where a legacy checkpoint has a file", { was: { a: "one" }, is: { "a/b": "x" }, scope: "top_level_files" }],
  ])("refuses the whole restore when %s", (_, made) => {
    expect(() => planCase(made)).toThrow(expect.objectContaining({ code: "UNCAPTURED_IN_THE_WAY", exitStatus: 15 }));
  });
});

describe("named paths", () => {
  const was = { "a/b/c": "one", "a/d": "one", e: "one", link: { link: "e" }, "gone/x/y": "one" };
  const is = { "a/b/c": "two", "a/d": "two", e: "two", "a/new": "new", f: "new", link: { link: "f" } };

  table([
    ["a file", { was, is, paths: ["e"] }, ["replace e"]],
    ["a symlink", { was, is, paths: ["link"] }, ["replace link"]],
    ["a folder with all in it, added files too", { was, is, paths: ["a"] }, ["replace a/b/c", "replace a/d", "remove a/new"]],
    ["a folder inside", { was, is, paths: ["a/b"] }, ["replace a/b/c"]],
    ["several", { was, is, paths: ["a/d", "e"] }, ["replace a/d", "replace e"]],
    ["one inside another", { was, is, paths: ["a", "a/d"] }, ["replace a/b/c", "replace a/d", "remove a/new"]],
    ["the directory itself", { was, is, paths: [""] }, describePlan(planCase({ was, is }))],
    [
      "a file whose folders are gone, with the folders",
      { was, is, paths: ["gone/x/y"] },
      ["create gone", "create gone/x", "create gone/x/y"],
    ],
    ["one that was added is removed", { was, is, paths: ["f"] }, ["remove f"]],
    [
      "one that was added is kept when asked for",
      { was, is, paths: ["a"], keepAdded: true },
      ["replace a/b/c", "replace a/d", "alone a/new (kept_added)"],
    ],
    [
      "a path that begins like another's name",
      { was: { ab: "one", "a/c": "one" }, is: { ab: "two", "a/c": "two" }, paths: ["a"] },
      ["replace a/c"],
    ],
    [
      "below a file that took the folder's place: the file goes",
      { was: { "a/b": "x", "a/c": "y" }, is: { a: "file" }, paths: ["a/b"] },
      ["replace a", "create a/b"],
    ],
    [
      "a file where a folder is is: all in the folder goes",
      { was: { a: "file", z: "one" }, is: { "a/b": "x", z: "two" }, paths: ["a"] },
      ["replace a", "remove a/b"],
    ],
    [
      "their folders keep their modes",
      { was: { a: [FOLDER, { mode: 0o700 }], "a/b": "one" }, is: { "a/b": "two" }, paths: ["a/b"] },
      ["replace a/b"],
    ],
  ]);

  test.each([["nonsense"], ["a/nonsense"], ["e/x"]])("%s, which is neither then nor now", (path) => {
    expect(() => planCase({ was, is, paths: [path] })).toThrow(expect.objectContaining({ code: "PATH_NOT_FOUND", exitStatus: 10 }));
  });

  test("a path below a folder that is a file's place was: its folder is not asked for, so the file is not restored", () => {
    const plan = planCase({ was: { a: "file" }, is: { "a/b": "new" }, paths: ["a/b"] });
    expect(describePlan(plan)).toEqual(["remove a/b"]);
  });
});

describe("a checkpoint of the top-level files only", () => {
  table([
    [
      "says nothing of folders",
      { was: { a: "one" }, is: { a: "two", "sub/b": "x", empty: FOLDER }, scope: "top_level_files" },
      ["replace a", "alone empty (outside_scope)", "alone sub (outside_scope)"],
    ],
    ["says nothing of symlinks", { was: {}, is: { link: { link: "x" } }, scope: "top_level_files" }, ["alone link (outside_scope)"]],
    ["removes added files at the top", { was: {}, is: { b: "new" }, scope: "top_level_files" }, ["remove b"]],
    [
      "leaves the directory's own mode and time",
      { was: {}, is: { "": [FOLDER, { mode: 0o700, ...LATER }] }, scope: "top_level_files" },
      [],
    ],
  ]);
});

test("the counts are of files and symlinks, not of folders", () => {
  const plan = planCase({
    was: { "new/a": "1", "new/b": { link: "x" }, c: "1", d: "1", sub: [FOLDER, { mode: 0o700 }] },
    is: { c: "2", d: ["1", LATER], "e/f": "1", g: "1", sub: FOLDER },
    rulesThen: ["g"],
  });
  expect(plan.counts).toEqual({ created: 2, replaced: 1, removed: 1, retouched: 1, leftAlone: 1 });
});

test("a file counts as replaced when it makes room for a folder, and when it takes the place of one", () => {
  const plan = planCase({ was: { a: FOLDER, b: "1", c: FOLDER }, is: { a: "1", b: FOLDER, c: { link: "x" } } });
  expect(plan.counts).toEqual({ created: 0, replaced: 3, removed: 0, retouched: 0, leftAlone: 0 });
});
