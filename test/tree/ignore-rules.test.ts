import { writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RelativePath } from "../../src/formats/index.js";
import { loadIgnoreRules, makeIgnoreRules } from "../../src/tree/index.js";
import { tempFolder } from "../support/temp-change.js";

/** Whether rules leave a path out; a path ending in `/` is a folder. */
function isIgnored(lines: string[], path: string): boolean {
  const isFolder = path.endsWith("/");
  return makeIgnoreRules(lines).matches((isFolder ? path.slice(0, -1) : path) as RelativePath, isFolder);
}

describe("rules are git's", () => {
  test.each<[string[], string, boolean]>([
    [["*.log"], "a.log", true],
    [["*.log"], "sub/deep/a.log", true],
    [["*.log"], "a.log/", true],
    [["*.log"], "a.log.txt", false],
    [["/a.txt"], "a.txt", true],
    [["/a.txt"], "sub/a.txt", false],
    [["sub/a.txt"], "sub/a.txt", true],
    [["sub/a.txt"], "x/sub/a.txt", false],
    [["build/"], "build/", true],
    [["build/"], "build", false],
    [["build/"], "sub/build/", true],
    [["**/cache/**"], "a/cache/b", true],
    [["a/**/z"], "a/z", true],
    [["a/**/z"], "a/b/c/z", true],
    [["*.o", "!keep.o"], "keep.o", false],
    [["*.o", "!keep.o"], "other.o", true],
    [["!keep.o", "*.o"], "keep.o", true],
    [["?.txt"], "a.txt", true],
    [["?.txt"], "ab.txt", false],
    [["[ab].txt"], "b.txt", true],
    [["\\!important"], "!important", true],
    [["\\#notes"], "#notes", true],
    [["# a comment"], "# a comment", false],
    [["trailing  "], "trailing", true],
    [["a\\ "], "a ", true],
    [["README"], "readme", false],
    [["readme"], "README", false],
    [["*.LOG"], "a.log", false],
    [["ünï"], "ünï", true],
    [["a"], "-a", false],
    [["*"], ".hidden", true],
    [[""], "a", false],
    [["   "], "a", false],
  ])("%j and %s: %s", (lines, path, expected) => {
    expect(isIgnored(lines, path)).toBe(expected);
  });

  test("nothing is ignored without rules, and the directory itself never", () => {
    expect(isIgnored([], "a")).toBe(false);
    expect(makeIgnoreRules(["*"]).matches("" as RelativePath, true)).toBe(false);
  });

  test("a name in bytes that are not UTF-8 can be matched and does not disturb", () => {
    expect(isIgnored(["*.log"], "a\udce9.log")).toBe(true);
    expect(isIgnored(["*.log"], "a\udce9.txt")).toBe(false);
  });

  test.each(["..a", "...", "a..b", ".x", "-", "a\\b", "a\nb", " a", "a ", "C:", "~"])("the odd name %j is just a name", (name) => {
    expect(isIgnored(["*.log"], name)).toBe(false);
    expect(isIgnored(["*"], name)).toBe(true);
  });
});

describe("the ignore file", () => {
  test("comes first, the configuration's patterns after it; comments and empty lines are not recorded", () => {
    const folder = tempFolder();
    writeFileSync(join(folder, ".checkpointignore"), "\ufeff# a comment\r\n*.log\r\n\r\n  \n!keep.log\n");
    const rules = loadIgnoreRules(folder, ["*.tmp", "keep.log"]);
    expect(rules.lines).toEqual(["*.log", "!keep.log", "*.tmp", "keep.log"]);
    expect(rules.matches("keep.log" as RelativePath, false)).toBe(true);
  });

  test("that is not there means no rules; one that cannot be read is an error, because guessing would capture too much", () => {
    const folder = tempFolder();
    expect(loadIgnoreRules(folder, []).lines).toEqual([]);
    mkdirSync(join(folder, ".checkpointignore"));
    expect(() => loadIgnoreRules(folder, [])).toThrow(expect.objectContaining({ code: "STORE_UNUSABLE", exitStatus: 12 }));
  });
});
