import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { array, assert, constantFrom, oneof, property, string, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { readGitHead } from "../../src/git-head/index.js";
import { ID, OTHER_ID, SHA256_ID, tempFolder, tempRepository, writeFiles } from "./git-folders.js";

const UNKNOWN = { commit: null, branch: null, warning: null };

test("no repository at all is no commit and no warning, for a directory that does not exist too", () => {
  const folder = tempFolder();
  expect(readGitHead(folder)).toEqual(UNKNOWN);
  expect(readGitHead(join(folder, "not", "there"))).toEqual(UNKNOWN);
});

test("the repository is found from a directory that does not exist yet", () => {
  const folder = tempRepository({ HEAD: `${ID}\n` });
  expect(readGitHead(join(folder, "not", "there")).commit).toBe(ID);
});

test.each([
  ["an object id", `${ID}\n`, { commit: ID, branch: null }],
  ["an object id in capitals, without a line end", ID.toUpperCase(), { commit: ID, branch: null }],
  ["a SHA-256 object id with CRLF", `${SHA256_ID}\r\n`, { commit: SHA256_ID, branch: null }],
  ["a ref without a blank, with CRLF", "ref:refs/heads/main\r\n", { commit: OTHER_ID, branch: "main" }],
  ["a ref with tabs and blanks around", "ref:\t refs/heads/main \n\n", { commit: OTHER_ID, branch: "main" }],
  ["a ref that is no branch", "ref: refs/remotes/origin/main\n", { commit: ID, branch: null }],
])("HEAD with %s is read", (_, head, expected) => {
  const folder = tempRepository({ HEAD: head, "refs/heads/main": `${OTHER_ID}\n`, "refs/remotes/origin/main": `${ID}\n` });
  expect(readGitHead(folder)).toEqual({ ...expected, warning: null });
});

test.each([
  ["nothing", ""],
  ["zero bytes, as after a power cut", Buffer.alloc(41)],
  ["all zeros as an id", "0".repeat(40)],
  ["half an id", ID.slice(0, 20)],
  ["an id with a letter too many", `${ID}a`],
  ["a ref without a name", "ref: \n"],
  ["two lines", "ref: refs/heads/main\nrefs/heads/other\n"],
  ["an id, but far too large", `${ID}\n`.padEnd(65 * 1024)],
  ["a large run of blanks", `ref:${" ".repeat(60_000)}x`],
])("HEAD with %s is a warning, also when another repository is further up", (_, head) => {
  const around = tempRepository({ HEAD: ID });
  writeFiles(join(around, "inner", ".git"), { HEAD: head, "objects/": "", "refs/": "" });
  expect(readGitHead(join(around, "inner"))).toEqual({ ...UNKNOWN, warning: expect.stringMatching(/HEAD' is damaged: .*\.$/) });
});

test("a damaged or unreadable ref is a warning, and the branch is still told", () => {
  const folder = tempRepository({ HEAD: "ref: refs/heads/a/b", "refs/heads/a/b": "", "packed-refs": `${ID} refs/heads/a/b\n` });
  expect(readGitHead(folder)).toEqual({ commit: null, branch: "a/b", warning: expect.stringContaining("is damaged") });
  writeFiles(join(folder, ".git"), { "packed-refs": `junk refs/heads/a/b\n` });
  unlinkSync(join(folder, ".git", "refs", "heads", "a", "b"));
  expect(readGitHead(folder)).toEqual({ commit: null, branch: "a/b", warning: expect.stringContaining("packed-refs' is damaged") });
});

test("an empty folder, or a file, in the way of a loose ref leads on to the packed one", () => {
  const packed = { HEAD: "ref: refs/heads/a/b", "packed-refs": `${ID} refs/heads/a/b\n` };
  expect(readGitHead(tempRepository({ ...packed, "refs/heads/a/b/c/": "" })).commit).toBe(ID);
  expect(readGitHead(tempRepository({ ...packed, "refs/heads/a": OTHER_ID })).commit).toBe(ID);
});

test("a branch name in bytes that are not UTF-8 is found, and kept as it is", () => {
  const name = Buffer.from("refs/heads/caf\xe9", "latin1");
  const packed = Buffer.concat([Buffer.from(`${ID} `), name, Buffer.from("\n")]);
  const folder = tempRepository({ HEAD: Buffer.concat([Buffer.from("ref: "), name]), "packed-refs": packed });
  expect(readGitHead(folder)).toEqual({ commit: ID, branch: "caf\udce9", warning: null });
});

test("symbolic refs in a circle are a warning", () => {
  const folder = tempRepository({ HEAD: "ref: refs/heads/a", "refs/heads/a": "ref: refs/heads/b", "refs/heads/b": "ref: refs/heads/a" });
  expect(readGitHead(folder)).toMatchObject({ commit: null, warning: expect.stringContaining("in a circle") });
});

describe("a reftable repository is a warning", () => {
  test.each([
    ["by its placeholder HEAD", { HEAD: "ref: refs/heads/.invalid\n", "refs/heads": "this repository uses the reftable format\n" }],
    ["by its config", { HEAD: ID, config: "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n" }],
  ])("%s", (_, files) => {
    expect(readGitHead(tempRepository(files))).toEqual({ ...UNKNOWN, warning: expect.stringContaining("reftable") });
  });
});

describe("a .git file", () => {
  test.each([
    ["that is empty", ""],
    ["that says something else", "hello\n"],
    ["without a path", "gitdir: \n"],
    ["that points to nothing", "gitdir: ../not-there\n"],
    ["that points to a folder that is no git folder", "gitdir: .\n"],
    ["with a zero byte in its path", "gitdir: a\0b\n"],
    ["that is far too large", `gitdir: ${"x".repeat(70_000)}`],
  ])("%s is a warning", (_, content) => {
    const folder = tempFolder();
    writeFiles(folder, { ".git": content });
    expect(readGitHead(folder)).toEqual({ ...UNKNOWN, warning: expect.stringMatching(/ '.*' (is damaged|points to|cannot be read).*\.$/) });
  });

  test("may point to a folder whose name ends in a blank", () => {
    const folder = tempFolder();
    writeFiles(folder, { "work/.git": "gitdir: ../meta \r\n", "meta /HEAD": ID, "meta /objects/": "", "meta /refs/": "" });
    expect(readGitHead(join(folder, "work"))).toEqual({ commit: ID, branch: null, warning: null });
  });
});

describe("nothing outside the git folder is read", () => {
  test.each(["ref: ../../secret", "ref: refs/../../../secret", "ref: refs/heads/../../../../secret", "ref: /etc/passwd", "ref: secret"])(
    "for HEAD with '%s'",
    (head) => {
      const around = tempFolder();
      const git = { HEAD: head, secret: ID, "objects/": "", "refs/heads/": "" };
      writeFiles(around, { secret: ID, "work/secret": ID });
      writeFiles(join(around, "work", ".git"), git);
      expect(readGitHead(join(around, "work"))).toEqual({ ...UNKNOWN, warning: expect.stringContaining("does not name a valid ref") });
    },
  );

  test("for HEAD or a ref that is a symlink to a file elsewhere", () => {
    const folder = tempRepository({ "refs/heads/": "" });
    writeFiles(folder, { secret: ID });
    symlinkSync("../secret", join(folder, ".git", "HEAD"));
    expect(readGitHead(folder)).toMatchObject({ commit: null, warning: expect.stringContaining("does not name a valid ref") });
    unlinkSync(join(folder, ".git", "HEAD"));
    symlinkSync(join(folder, "secret"), join(folder, ".git", "refs", "heads", "main"));
    writeFiles(join(folder, ".git"), { HEAD: "ref: refs/heads/main" });
    expect(readGitHead(folder)).toMatchObject({
      commit: null,
      branch: "main",
      warning: expect.stringContaining("does not name a valid ref"),
    });
  });
});

test("a HEAD symlink to a branch without a commit is that branch", () => {
  const folder = tempRepository({});
  symlinkSync("refs/heads/new", join(folder, ".git", "HEAD"));
  expect(readGitHead(folder)).toEqual({ ...UNKNOWN, branch: "new" });
});

test("a .git that is a symlink in a circle, or to nothing, is no repository", () => {
  const folder = tempRepository({ HEAD: ID });
  for (const target of [".git", "nothing"]) {
    const inner = join(folder, `inner-${target}`);
    mkdirSync(inner);
    symlinkSync(target, join(inner, ".git"));
    expect(readGitHead(inner).commit).toBe(ID);
  }
});

test.skipIf(process.platform === "win32")("a named pipe where a file should be does not hold up the reader", () => {
  const folder = tempRepository({});
  expect(spawnSync("mkfifo", [join(folder, ".git", "HEAD")]).status).toBe(0);
  expect(readGitHead(folder)).toEqual({ ...UNKNOWN, warning: expect.stringContaining("is not a regular file") });
});

test.skipIf(process.platform === "win32")("files without permission are a warning, not an error", () => {
  for (const path of ["HEAD", "config", "refs", "packed-refs", "."]) {
    const folder = tempRepository({ HEAD: "ref: refs/heads/main", config: "", "packed-refs": "" });
    chmodSync(join(folder, ".git", path), 0);
    const head = asNobody(() => readGitHead(folder));
    chmodSync(join(folder, ".git", path), 0o700);
    expect(head).toMatchObject({ commit: null, warning: expect.stringMatching(/cannot be read \(EACCES\)\.$/) });
  }
});

test("whatever HEAD and packed-refs hold, the reader gives an object id or null", () => {
  const folder = tempRepository({});
  const text = oneof(string(), constantFrom("ref: ", "refs/heads/main", ID, "/", "..", "\n", "\r\n", " ", "#", "^"));
  const content = array(oneof(text, uint8Array())).map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  const holds = property(content, content, (head, packed) => {
    writeFiles(join(folder, ".git"), { HEAD: head, "packed-refs": packed });
    expect(readGitHead(folder).commit ?? ID).toMatch(/^[0-9a-f]{40}$/);
  });
  assert(holds, { numRuns: 500 });
});

/** Root may read everything, so as root another user does the reading. */
function asNobody<T>(read: () => T): T {
  if (process.getuid?.() !== 0) return read();
  process.seteuid?.(65534);
  try {
    return read();
  } finally {
    process.seteuid?.(0);
  }
}
