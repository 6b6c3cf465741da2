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
    ["as it was: nothing", { then: { a: "one" }, now: { a: "one" } }, []],
    ["as it was, but never looked at before: nothing", { then: { a: "one" }, now: { a: ["one", { ctimeNs: 0n, ino: 0n }] } }, []],
    ["other bytes", { then: { a: "one" }, now: { a: "two" } }, ["replace a"]],
    ["other bytes, same looks", { then: { a: "one" }, now: { a: ["owt", {}] } }, ["replace a"]],
    ["gone", { then: { a: "one" }, now: {} }, ["create a"]],
    ["added", { then: {}, now: { a: "one" } }, ["remove a"]],
    ["other mode", { then: { a: "one" }, now: { a: ["one", { mode: 0o600 }] } }, ["retouch a"]],
    ["other time", { then: { a: "one" }, now: { a: ["one", LATER] } }, ["retouch a"]],
    ["a time within what can be set", { then: { a: "one" }, now: { a: ["one", { mtimeNs: 1_000_000_000_000_001_999n }] } }, []],
    ["a time just beyond it", { then: { a: "one" }, now: { a: ["one", { mtimeNs: 1_000_000_000_000_002_000n }] } }, ["retouch a"]],
    ["other owner, which only root can give", { then: { a: "one" }, now: { a: ["one", { uid: 1 }] } }, []],
    ["other owner, for root", { then: { a: "one" }, now: { a: ["one", { uid: 1 }] }, keepOwner: true }, ["retouch a"]],
    ["other group, for root", { then: { a: "one" }, now: { a: ["one", { gid: 1 }] }, keepOwner: true }, ["retouch a"]],
    [
      "a symlink as it was, of another mode, which means nothing",
      { then: { a: { link: "x" } }, now: { a: [{ link: "x" }, { mode: 0o755 }] } },
      [],
    ],
    ["a symlink with another target", { then: { a: { link: "x" } }, now: { a: { link: "y" } } }, ["replace a"]],
    ["a symlink with another time", { then: { a: { link: "x" } }, now: { a: [{ link: "x" }, LATER] } }, ["retouch a"]],
    ["an empty folder gone", { then: { a: FOLDER }, now: {} }, ["create a"]],
    ["an empty folder added", { then: {}, now: { a: FOLDER } }, ["remove a"]],
    ["a folder with another mode", { then: { a: FOLDER }, now: { a: [FOLDER, { mode: 0o700 }] } }, ["retouch a"]],
    ["the directory itself with another time", { then: {}, now: { "": [FOLDER, LATER] } }, ["retouch ."]],
  ]);
});

describe("one kind in another's place", () => {
  table([
    ["a file for a symlink", { then: { a: "one" }, now: { a: { link: "x" } } }, ["replace a"]],
    ["a symlink for a file", { then: { a: { link: "x" } }, now: { a: "one" } }, ["replace a"]],
    ["a file for an empty folder", { then: { a: "one" }, now: { a: FOLDER } }, ["replace a"]],
    [
      "a file for a full folder",
      { then: { a: "one" }, now: { "a/b/c": "x", "a/d": "y" } },
      ["replace a", "remove a/b", "remove a/b/c", "remove a/d"],
    ],
    ["a full folder for a file", { then: { "a/b/c": "x" }, now: { a: "one" } }, ["replace a", "create a/b", "create a/b/c"]],
    ["a folder for a symlink to one", { then: { "a/b": "x" }, now: { a: { link: "elsewhere" } } }, ["replace a", "create a/b"]],
    ["a renamed folder", { then: { "a/b": "x" }, now: { "c/b": "x" } }, ["create a", "create a/b", "remove c", "remove c/b"]],
  ]);
});

describe("files added since", () => {
  table([
    [
      "are kept when asked for, with the folders that hold them",
      { then: { a: "x" }, now: { a: "y", "b/c": "new", d: "new" }, keepAdded: true },
      ["replace a", "alone b (kept_added)", "alone b/c (kept_added)", "alone d (kept_added)"],
    ],
    [
      "are kept in a folder that was there",
      { then: { "a/b": "x" }, now: { "a/b": "x", "a/c": "new" }, keepAdded: true },
      ["alone a/c (kept_added)"],
    ],
  ]);

  test("cannot be kept where a file must come in their folder's place", () => {
    const made = { then: { a: "x" }, now: { "a/mine": "new" }, keepAdded: true };
    expect(() => planCase(made)).toThrow(expect.objectContaining({ code: "UNCAPTURED_IN_THE_WAY" }));
  });
});

describe("what was never captured", () => {
  table([
    [
      "is not removed, nor the folder that holds it; the rest of that folder is",
      { then: {}, now: { "a/b": "new", "a/deep/c": "new" }, leftOutNow: { "a/deep/queue": "special" } },
      ["remove a/b", "remove a/deep/c"],
    ],
    [
      "now, but then: is left alone",
      { then: { "build/out": "x", a: "one" }, now: { a: "two" }, leftOutNow: { build: "ignored" } },
      ["replace a", "alone build (ignored)", "alone build/out (ignored)"],
    ],
    [
      "then, but now: is left alone",
      { then: { a: "one" }, now: { a: "two", "build/out": "x" }, leftOutThen: { build: "ignored" } },
      ["replace a", "alone build (ignored)", "alone build/out (ignored)"],
    ],
    [
      "then or now: is nobody's business",
      { then: { a: "one" }, now: { a: "one" }, leftOutThen: { build: "ignored" }, leftOutNow: { build: "ignored", ".git": "git" } },
      [],
    ],
    ["is left alone when it is special now", { then: { a: "one" }, now: {}, leftOutNow: { a: "special" } }, ["alone a (special)"]],
    [
      "is left alone when it was over the limit then",
      { then: {}, now: { "big.bin": "x" }, leftOutThen: { "big.bin": "over_limit" } },
      ["alone big.bin (over_limit)"],
    ],
    [
      "is left alone when it could not be read then",
      { then: {}, now: { secret: "x" }, leftOutThen: { secret: "unreadable" } },
      ["alone secret (unreadable)"],
    ],
    [
      "is left alone when it would have been ignored then",
      { then: {}, now: { "a/new.log": "x", "a/new.txt": "x" }, rulesThen: ["*.log"] },
      ["remove a/new.txt", "alone a/new.log (ignored)"],
    ],
    [
      "is left alone when its folder would have been ignored then",
      { then: {}, now: { "build/a": "x", "build/b/c": "x" }, rulesThen: ["build/"] },
      ["alone build (ignored)", "alone build/a (ignored)", "alone build/b (ignored)", "alone build/b/c (ignored)"],
    ],
    [
      "by the rules of then does not hold back what the checkpoint has",
      { then: { "a.log": "one" }, now: { "a.log": "two" }, rulesThen: ["*.log"] },
      ["replace a.log"],
    ],
    [
      "keeps no name that merely begins like it",
      { then: {}, now: { "build-2/a": "x" }, leftOutThen: { build: "ignored" } },
      ["remove build-2", "remove build-2/a"],
    ],
  ]);

  test.each<[string, PlanCase]>([
    ["a folder with it must make room for a file", { then: { a: "one" }, now: { "a/b": "x" }, leftOutNow: { "a/queue": "special" } }],
    [
      "a folder with it deep inside must make room",
      { then: { a: { link: "x" } }, now: { "a/b/c": "x" }, leftOutNow: { "a/b/d/cache": "ignored" } },
    ],
    ["what was ignored then stands in such a folder", { then: { a: "one" }, now: { "a/new.log": "x" }, rulesThen: ["*.log"] }],
    ["a sub-folder stands where a legacy checkpoint has a file", { then: { a: "one" }, now: { "a/b": "x" }, scope: "top_level_files" }],
  ])("refuses the whole restore when %s", (_, made) => {
    expect(() => planCase(made)).toThrow(expect.objectContaining({ code: "UNCAPTURED_IN_THE_WAY", exitStatus: 15 }));
  });
});

describe("named paths", () => {
  const then = { "a/b/c": "one", "a/d": "one", e: "one", link: { link: "e" }, "gone/x/y": "one" };
  const now = { "a/b/c": "two", "a/d": "two", e: "two", "a/new": "new", f: "new", link: { link: "f" } };

  table([
    ["a file", { then, now, paths: ["e"] }, ["replace e"]],
    ["a symlink", { then, now, paths: ["link"] }, ["replace link"]],
    ["a folder with all in it, added files too", { then, now, paths: ["a"] }, ["replace a/b/c", "replace a/d", "remove a/new"]],
    ["a folder inside", { then, now, paths: ["a/b"] }, ["replace a/b/c"]],
    ["several", { then, now, paths: ["a/d", "e"] }, ["replace a/d", "replace e"]],
    ["one inside another", { then, now, paths: ["a", "a/d"] }, ["replace a/b/c", "replace a/d", "remove a/new"]],
    ["the directory itself", { then, now, paths: [""] }, describePlan(planCase({ then, now }))],
    [
      "a file whose folders are gone, with the folders",
      { then, now, paths: ["gone/x/y"] },
      ["create gone", "create gone/x", "create gone/x/y"],
    ],
    ["one that was added is removed", { then, now, paths: ["f"] }, ["remove f"]],
    [
      "one that was added is kept when asked for",
      { then, now, paths: ["a"], keepAdded: true },
      ["replace a/b/c", "replace a/d", "alone a/new (kept_added)"],
    ],
    [
      "a path that begins like another's name",
      { then: { ab: "one", "a/c": "one" }, now: { ab: "two", "a/c": "two" }, paths: ["a"] },
      ["replace a/c"],
    ],
    [
      "below a file that took the folder's place: the file goes",
      { then: { "a/b": "x", "a/c": "y" }, now: { a: "file" }, paths: ["a/b"] },
      ["replace a", "create a/b"],
    ],
    [
      "a file where a folder is now: all in the folder goes",
      { then: { a: "file", z: "one" }, now: { "a/b": "x", z: "two" }, paths: ["a"] },
      ["replace a", "remove a/b"],
    ],
    [
      "their folders keep their modes",
      { then: { a: [FOLDER, { mode: 0o700 }], "a/b": "one" }, now: { "a/b": "two" }, paths: ["a/b"] },
      ["replace a/b"],
    ],
  ]);

  test.each([["nonsense"], ["a/nonsense"], ["e/x"]])("%s, which is neither then nor now", (path) => {
    expect(() => planCase({ then, now, paths: [path] })).toThrow(expect.objectContaining({ code: "PATH_NOT_FOUND", exitStatus: 10 }));
  });

  test("a path below a folder that is a file's place then: its folder is not asked for, so the file is not restored", () => {
    const plan = planCase({ then: { a: "file" }, now: { "a/b": "new" }, paths: ["a/b"] });
    expect(describePlan(plan)).toEqual(["remove a/b"]);
  });
});

describe("a checkpoint of the top-level files only", () => {
  table([
    [
      "says nothing of folders",
      { then: { a: "one" }, now: { a: "two", "sub/b": "x", empty: FOLDER }, scope: "top_level_files" },
      ["replace a", "alone empty (outside_scope)", "alone sub (outside_scope)"],
    ],
    ["says nothing of symlinks", { then: {}, now: { link: { link: "x" } }, scope: "top_level_files" }, ["alone link (outside_scope)"]],
    ["removes added files at the top", { then: {}, now: { b: "new" }, scope: "top_level_files" }, ["remove b"]],
    [
      "leaves the directory's own mode and time",
      { then: {}, now: { "": [FOLDER, { mode: 0o700, ...LATER }] }, scope: "top_level_files" },
      [],
    ],
  ]);
});

test("the counts are of files and symlinks, not of folders", () => {
  const plan = planCase({
    then: { "new/a": "1", "new/b": { link: "x" }, c: "1", d: "1", sub: [FOLDER, { mode: 0o700 }] },
    now: { c: "2", d: ["1", LATER], "e/f": "1", g: "1", sub: FOLDER },
    rulesThen: ["g"],
  });
  expect(plan.counts).toEqual({ created: 2, replaced: 1, removed: 1, retouched: 1, leftAlone: 1 });
});
