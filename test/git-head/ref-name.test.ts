import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { isPerWorktreeRef, isRefName } from "../../src/git-head/ref-name.js";
import { requires } from "../support/requirements.js";
import { tempFolder } from "./git-folders.js";

const VALID = [
  "refs/heads/main",
  "refs/heads/a/b/c",
  "refs/heads/größe",
  "refs/heads/日本語🙂",
  "refs/heads/a.b",
  "refs/heads/@",
  "refs/heads/-x",
  "refs/stash",
];

const INVALID = [
  "refs/heads/../../x",
  "refs/heads/.hidden",
  "refs/heads/a//b",
  "refs/heads/a/",
  "refs/heads/a.",
  "refs/heads/a.lock",
  "refs/heads/a.lock/b",
  "refs/heads/a..b",
  "refs/heads/a b",
  "refs/heads/a\tb",
  "refs/heads/a\nb",
  "refs/heads/a\u007fb",
  "refs/heads/a~1",
  "refs/heads/a^",
  "refs/heads/a:b",
  "refs/heads/a?",
  "refs/heads/a*",
  "refs/heads/[a",
  "refs/heads/a\\b",
  "refs/heads/a@{1}",
  "refs//heads",
  "/refs/heads/main",
];

/** Git takes some of these, but not as what a symbolic ref may name. */
const OUTSIDE_REFS = ["HEAD", "heads/main", "../refs/heads/main", "worktrees/a/refs/bisect/bad", "", "refs", "refs/", "REFS/heads/main"];

test.each(VALID)("'%s' is a ref name", (name) => expect(isRefName(name)).toBe(true));
test.each([...INVALID, ...OUTSIDE_REFS, "refs/heads/a\0b"])("'%s' is no ref name", (name) => expect(isRefName(name)).toBe(false));

test("a name in bytes that are not UTF-8 is a ref name", () => {
  expect(isRefName("refs/heads/caf\udce9")).toBe(true);
});

requires("git").test("git agrees on every name", () => {
  const folder = tempFolder();
  const isAccepted = (name: string) => spawnSync("git", ["check-ref-format", name], { cwd: folder }).status === 0;
  expect([...VALID, ...INVALID].filter(isAccepted)).toEqual(VALID);
});

test("bisect, worktree and rewritten refs belong to one worktree, others to all", () => {
  expect(["refs/bisect/bad", "refs/worktree/a", "refs/rewritten/onto"].every(isPerWorktreeRef)).toBe(true);
  expect(["refs/heads/main", "refs/heads/refs/bisect/bad", "refs/bisected", "refs/worktree"].some(isPerWorktreeRef)).toBe(false);
});
