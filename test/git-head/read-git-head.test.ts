import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { readGitHead } from "../../src/git-head/index.js";
import { requires } from "../support/requirements.js";
import { commit, git, tempFolder, tempGitRepository, writeFiles } from "./git-folders.js";

/** Every test here asks the real git the same question. */
const { test } = requires("git");

/** What git itself says, in the form of readGitHead. */
function askGit(folder: string): { commit: string; branch: string | null; warning: null } {
  const branch = git(folder, "branch", "--show-current");
  return { commit: git(folder, "rev-parse", "HEAD"), branch: branch === "" ? null : branch, warning: null };
}

function expectSameAsGit(folder: string): void {
  expect(readGitHead(folder)).toEqual(askGit(folder));
}

test("a fresh commit on the default branch, also from a folder deep below", () => {
  const folder = tempGitRepository();
  mkdirSync(join(folder, "openspec", "changes", "my-feature"), { recursive: true });
  expect(readGitHead(folder)).toMatchObject({ branch: "main", warning: null });
  expectSameAsGit(folder);
  expectSameAsGit(join(folder, "openspec", "changes", "my-feature"));
});

test("a branch without a commit has a name and no warning", () => {
  const folder = tempFolder();
  git(folder, "init", "--quiet");
  expect(readGitHead(folder)).toEqual({ commit: null, branch: "main", warning: null });
});

test("a detached HEAD has a commit and no branch", () => {
  const folder = tempGitRepository();
  git(folder, "checkout", "--quiet", "--detach");
  expect(readGitHead(folder).branch).toBeNull();
  expectSameAsGit(folder);
});

test("a branch name with slashes and letters beyond ASCII", () => {
  const folder = tempGitRepository();
  git(folder, "checkout", "--quiet", "-b", "feature/größe/日本語🙂");
  expect(readGitHead(folder).branch).toBe("feature/größe/日本語🙂");
  expectSameAsGit(folder);
});

test("refs that were packed, with a tag between them and names that begin alike", () => {
  const folder = tempGitRepository();
  git(folder, "tag", "-a", "v1", "-m", "one");
  for (const name of ["mai", "main-2", "main2/main"]) {
    git(folder, "checkout", "--quiet", "-b", name);
    commit(folder);
  }
  git(folder, "pack-refs", "--all");
  expect(existsSync(join(folder, ".git", "refs", "heads", "main"))).toBe(false);
  for (const name of ["main", "mai", "main-2", "main2/main"]) {
    git(folder, "checkout", "--quiet", name);
    expectSameAsGit(folder);
  }
});

test("a commit after packing counts, not the packed one", () => {
  const folder = tempGitRepository();
  git(folder, "pack-refs", "--all");
  commit(folder);
  expectSameAsGit(folder);
});

test("a linked worktree has its own HEAD, and its branch among the shared refs, loose or packed", () => {
  const folder = tempGitRepository();
  const worktree = join(tempFolder(), "linked");
  git(folder, "worktree", "add", "--quiet", "-b", "topic/one", worktree);
  commit(worktree);
  expectSameAsGit(worktree);
  expectSameAsGit(folder);
  git(folder, "pack-refs", "--all");
  expectSameAsGit(worktree);
  git(worktree, "checkout", "--quiet", "--detach", "main");
  expectSameAsGit(worktree);
});

test("refs that each worktree has for itself are read from its own folder", () => {
  const folder = tempGitRepository();
  const worktree = join(tempFolder(), "linked");
  git(folder, "worktree", "add", "--quiet", "-b", "topic", worktree);
  git(folder, "update-ref", "refs/worktree/mine", "HEAD");
  commit(worktree);
  git(worktree, "update-ref", "refs/worktree/mine", "HEAD");
  for (const place of [folder, worktree]) {
    const expected = { commit: git(place, "rev-parse", "HEAD"), branch: null, warning: null };
    git(place, "symbolic-ref", "HEAD", "refs/worktree/mine");
    expect(git(place, "rev-parse", "HEAD")).toBe(expected.commit);
    expect(readGitHead(place)).toEqual(expected);
  }
});

test("a submodule, and the repository around it", () => {
  const library = tempGitRepository();
  const folder = tempGitRepository();
  git(folder, "submodule", "--quiet", "add", library, "libs/library");
  commit(join(folder, "libs", "library"));
  expect(readGitHead(join(folder, "libs", "library")).commit).not.toBe(readGitHead(folder).commit);
  expectSameAsGit(join(folder, "libs", "library"));
  expectSameAsGit(join(folder, "libs"));
});

test("a git folder elsewhere, by an absolute path and by a relative one", () => {
  const elsewhere = join(tempFolder(), "elsewhere.git");
  const folder = tempGitRepository(`--separate-git-dir=${elsewhere}`);
  expectSameAsGit(folder);
  renameSync(elsewhere, join(folder, "meta"));
  writeFileSync(join(folder, ".git"), "gitdir: ./x/../meta\n");
  mkdirSync(join(folder, "x"));
  expectSameAsGit(folder);
});

test("a .git that is a symlink into another repository's worktrees, whose commondir goes up from where it leads", () => {
  const folder = tempGitRepository();
  const worktree = join(tempFolder(), "linked");
  git(folder, "worktree", "add", "--quiet", "-b", "topic", worktree);
  renameSync(join(worktree, ".git"), join(worktree, "was.git"));
  symlinkSync(join(folder, ".git", "worktrees", "linked"), join(worktree, ".git"));
  expectSameAsGit(worktree);
});

test("a directory reached over a symlink belongs to the repository where it really lies", () => {
  const around = tempGitRepository();
  const folder = tempGitRepository();
  commit(folder);
  symlinkSync(folder, join(around, "link"));
  expect(readGitHead(join(around, "link"))).toEqual(askGit(folder));
});

test("SHA-256 repositories", () => {
  const folder = tempGitRepository("--object-format=sha256");
  expect(readGitHead(folder).commit).toHaveLength(64);
  expectSameAsGit(folder);
  git(folder, "pack-refs", "--all");
  expectSameAsGit(folder);
});

test("HEAD as a symlink", () => {
  const folder = tempGitRepository();
  git(folder, "config", "core.preferSymlinkRefs", "true");
  git(folder, "symbolic-ref", "HEAD", "refs/heads/main");
  expect(lstatSync(join(folder, ".git", "HEAD")).isSymbolicLink()).toBe(true);
  expectSameAsGit(folder);
});

test("a chain of symbolic refs is followed exactly as far as git follows it", () => {
  const folder = tempGitRepository();
  git(folder, "symbolic-ref", "refs/heads/alias1", "refs/heads/main");
  for (const number of [2, 3]) git(folder, "symbolic-ref", `refs/heads/alias${number}`, `refs/heads/alias${number - 1}`);
  writeFileSync(join(folder, ".git", "HEAD"), "ref: refs/heads/alias3\n");
  expect(readGitHead(folder).branch).toBe("main");
  expectSameAsGit(folder);
  git(folder, "symbolic-ref", "refs/heads/alias4", "refs/heads/alias3");
  writeFileSync(join(folder, ".git", "HEAD"), "ref: refs/heads/alias4\n");
  expect(() => git(folder, "rev-parse", "--verify", "HEAD")).toThrow();
  expect(readGitHead(folder)).toMatchObject({ commit: null, warning: expect.stringContaining("too long a chain") });
});

test("a .git folder that lacks HEAD, objects or refs is passed by on the way up", () => {
  const folder = tempGitRepository();
  const whole = { HEAD: "ref: refs/heads/other\n", "objects/": "", "refs/": "" };
  for (const missing of Object.keys(whole)) {
    const inner = join(folder, `without-${missing}`);
    writeFiles(join(inner, ".git"), { ...whole, config: "" });
    rmSync(join(inner, ".git", missing), { recursive: true });
    expectSameAsGit(inner);
  }
  writeFiles(join(folder, "whole", ".git"), whole);
  expect(readGitHead(join(folder, "whole")).branch).toBe("other");
});
