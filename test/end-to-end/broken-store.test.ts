import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { acquireLock, readOwnIdentity } from "../../src/platform/index.js";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { expectRefusal, readErrorDocument, runBinary, runLine, stateOf } from "./command-line.js";

/** A directory with a checkpoint and an edit since. */
async function checkpointed() {
  const change = await tempChange({ "proposal.md": "one", "specs/auth.md": "spec", link: { link: "proposal.md" } });
  const { id, storedPath } = await change.checkpoints.create({ step: 1 });
  change.edit({ "proposal.md": "two", specs: null, "added.md": "new" });
  const index = join(change.directory, ".checkpoints/state.json");
  return { change, directory: change.directory, id, storedPath, index };
}

const WRITING = [
  ["create"],
  ["restore", "latest", "--yes"],
  ["undo", "--yes"],
  ["clean", "1"],
  ["delete", "latest", "--yes"],
  ["pin", "latest"],
  ["note", "latest", "text"],
];
const READING = [["list"], ["show", "latest"], ["verify"], ["status"], ["history"], ["restore", "latest", "--dry-run"]];

describe("an index that cannot be used stops every command but repair", () => {
  test.each([...WRITING, ...READING])("%s %s %s: torn", async (...words) => {
    const args = words.filter((word) => word !== undefined);
    const { directory, index } = await checkpointed();
    writeFileSync(index, readFileSync(index).subarray(0, 300));
    const error = await expectRefusal(directory, args, { code: "INDEX_UNUSABLE", status: 12 });
    expect(error.hint).toContain("stepback repair");
  });

  test.each([
    ["empty", ""],
    ["no JSON", "checkpoints: none\n"],
    ["another document", "[]"],
    ["bytes", Buffer.from([0, 255, 254, 0])],
    ["a list of something else", `{ "format_version": 1, "change_id": "x", "checkpoints": [{ "a": 1 }] }`],
  ])("%s", async (_, contents) => {
    const { directory, index } = await checkpointed();
    writeFileSync(index, contents);
    await expectRefusal(directory, ["create"], { code: "INDEX_UNUSABLE", status: 12 });
    await expectRefusal(directory, ["restore", "latest", "--yes"], { code: "INDEX_UNUSABLE", status: 12 });
  });

  test.each([...WRITING, ...READING])("%s %s %s: gone, though checkpoints are there", async (...words) => {
    const args = words.filter((word) => word !== undefined);
    const { directory, index } = await checkpointed();
    rmSync(index);
    const error = await expectRefusal(directory, args, { code: "INDEX_UNUSABLE", status: 12 });
    expect(error.message).toContain("1 checkpoint");
  });

  test.each([...WRITING, ...READING, ["repair"]])("%s %s %s: of a later version, which is no damage", async (...words) => {
    const args = words.filter((word) => word !== undefined);
    const { directory, index } = await checkpointed();
    writeFileSync(index, readFileSync(index, "utf8").replace(/"format_version": \d+/, '"format_version": 99'));
    const error = await expectRefusal(directory, args, { code: "FORMAT_TOO_NEW", status: 12 });
    expect(error.hint).toContain("newer stepback");
  });

  test("repair brings it back, keeps the broken one, and all goes on", async () => {
    const { change, directory, index, id } = await checkpointed();
    writeFileSync(index, "torn");
    expect((await runLine(directory, ["repair"])).status).toBe(0);
    expect((await runLine(directory, ["restore", id, "--yes"])).status).toBe(0);
    expect(change.files()).toEqual({ link: "-> proposal.md", "proposal.md": "one", "specs/auth.md": "spec" });
    expect(readFileSync(`${index}.broken`, "utf8")).toBe("torn");
  });
});

describe("a stored file that was changed by hand", () => {
  const spoil: [string, (storedPath: string) => void][] = [
    ["edited", (path) => rewrite(join(path, "proposal.md"), "ONE")],
    ["cut off", (path) => rewrite(join(path, "proposal.md"), "o")],
    ["grown", (path) => rewrite(join(path, "proposal.md"), "one and more")],
    ["gone", (path) => rmSync(join(path, "proposal.md"))],
    ["a folder now", (path) => replaceByFolder(join(path, "proposal.md"))],
    ["a symlink to the live file now", (path) => replaceBySymlink(join(path, "proposal.md"), "../../added.md")],
    ["in a folder that became a symlink", (path) => moveAndLink(join(path, "specs"))],
  ];

  test.each(spoil)("%s: no restore needs it, verify names it", async (_, change) => {
    const { directory, storedPath, id } = await checkpointed();
    change(storedPath);
    // Notes the damage, which is all that a refusal or a verification writes.
    await runLine(directory, ["restore", id, "--yes"]);
    const before = stateOf(directory);
    for (const args of [
      ["restore", id, "--yes"],
      ["restore", id, "--yes", "--", "proposal.md", "specs"],
    ]) {
      const error = await expectRefusal(directory, args, { code: "DAMAGED", status: 13 });
      expect(error.message).toMatch(/proposal\.md|specs\/auth\.md/);
    }
    const { status, out } = await runLine(directory, ["verify"]);
    expect(status).toBe(13);
    expect(out).toMatch(/proposal\.md|specs/);
    expect(stateOf(directory)).toEqual(before);
  });

  test("a path of the same checkpoint that is whole can still be restored", async () => {
    const { change, directory, storedPath, id } = await checkpointed();
    rewrite(join(storedPath, "proposal.md"), "ONE");
    expect((await runLine(directory, ["restore", id, "--yes", "--", "specs"])).status).toBe(0);
    expect(change.files()).toMatchObject({ "proposal.md": "two", "specs/auth.md": "spec" });
  });

  test("the next checkpoint holds the live bytes, not the damaged ones", async () => {
    const { change, directory, storedPath } = await checkpointed();
    change.edit({ "proposal.md": "one" });
    rewrite(join(storedPath, "proposal.md"), "ONE");
    const { storedPath: next } = await change.checkpoints.create();
    expect(readFileSync(join(next, "proposal.md"), "utf8")).toBe("one");
    expect((await runLine(directory, ["verify", "latest"])).status).toBe(0);
  });

  test("the whole snapshot folder gone leaves the list, with a word about it", async () => {
    const { directory, storedPath, id } = await checkpointed();
    rmSync(storedPath, { recursive: true });
    const { status, out, err } = await runLine(directory, ["list"]);
    expect({ status, shown: out.includes(id) }).toEqual({ status: 0, shown: false });
    expect(err).toContain(id);
    const restored = await runLine(directory, ["--json", "restore", id, "--yes"]);
    expect(restored.status).toBeGreaterThanOrEqual(10);
    expect(restored.status).toBeLessThan(17);
  });
});

describe("a manifest that cannot be used", () => {
  test.each<[string, (path: string) => void]>([
    ["edited", (path) => rewrite(path, readFileSync(path, "utf8").replace("proposal.md", "proposal.MD"))],
    ["cut off", (path) => rewrite(path, readFileSync(path).subarray(0, 100))],
    ["gone", (path) => rmSync(path)],
  ])("%s: restore refuses, verify is unsure", async (_, spoil) => {
    const { directory, id } = await checkpointed();
    spoil(join(directory, `.checkpoints/manifests/${id}.json`));
    await expectRefusal(directory, ["restore", id, "--yes"], { code: "MANIFEST_UNUSABLE", status: 12 });
    await expectRefusal(directory, ["restore", id, "--dry-run"], { code: "MANIFEST_UNUSABLE", status: 12 });
    await expectRefusal(directory, ["manifest", id], { code: "MANIFEST_UNUSABLE", status: 12 });
    expect((await runLine(directory, ["verify"])).status).toBe(12);
  });
});

describe("a held lock", () => {
  async function locked(change: TempChange) {
    const now = () => new Date();
    const lock = await acquireLock(join(change.directory, ".checkpoints/lock"), {
      owner: readOwnIdentity(),
      command: "stepback create",
      waitMs: 0,
      now,
    });
    onTestFinished(() => lock.release());
    return lock;
  }

  test.each([...WRITING.filter(([name]) => name !== "undo"), ["repair"]])("stops %s %s %s", async (...words) => {
    const args = words.filter((word) => word !== undefined);
    const { change, directory } = await checkpointed();
    await locked(change);
    const error = await expectRefusal(directory, args, { code: "LOCKED", status: 11 });
    expect(error.message).toContain("stepback create");
    expect(error.hint).toContain("--wait");
  });

  test.each(READING)("does not concern %s %s %s", async (...words) => {
    const args = words.filter((word) => word !== undefined);
    const { change, directory } = await checkpointed();
    await locked(change);
    expect((await runLine(directory, args)).status).toBe(0);
  });

  test("--wait gives up with the same error, and goes on when the lock is let go", async () => {
    const { change, directory } = await checkpointed();
    const lock = await locked(change);
    await expectRefusal(directory, ["--wait", "1s", "create"], { code: "LOCKED", status: 11 });
    const waiting = runLine(directory, ["--wait", "1m", "create"]);
    setImmediate(() => lock.release());
    expect((await waiting).status).toBe(0);
  });

  test("of a process that was killed is broken by the next command", async () => {
    const { change, directory } = await checkpointed();
    const lockPath = join(directory, ".checkpoints/lock");
    await locked(change);
    const dead = spawn("true");
    await once(dead, "exit");
    const text = readFileSync(lockPath, "utf8").replace(/"pid": ?\d+/, `"pid":${dead.pid}`);
    writeFileSync(lockPath, text);
    expect(runBinary(directory, ["create"])).toMatchObject({ status: 0, err: "" });
    expect(existsSync(lockPath)).toBe(false);
  });

  test("in the real binary", async () => {
    const { change, directory } = await checkpointed();
    await locked(change);
    const { status, err } = runBinary(directory, ["--json", "create"]);
    expect({ status, code: readErrorDocument(err).code }).toEqual({ status: 11, code: "LOCKED" });
  });
});

test("other people's things in the store are named and never removed", async () => {
  const { directory } = await checkpointed();
  writeFileSync(join(directory, ".checkpoints/my-notes.txt"), "mine");
  expect((await runLine(directory, ["create"])).status).toBe(0);
  expect((await runLine(directory, ["repair"])).status).toBe(0);
  expect((await runLine(directory, ["clean", "1"])).status).toBe(0);
  const { status, out } = await runLine(directory, ["verify"]);
  expect({ status, named: out.includes("my-notes.txt") }).toEqual({ status: 0, named: true });
  expect(readdirSync(join(directory, ".checkpoints"))).toContain("my-notes.txt");
});

/** Stored files are read-only; a hand that edits them opens them first. */
function rewrite(path: string, contents: string | Uint8Array): void {
  chmodSync(path, 0o600);
  writeFileSync(path, contents);
}

function replaceBySymlink(path: string, target: string): void {
  rmSync(path);
  symlinkSync(target, path);
}

function replaceByFolder(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

function moveAndLink(folder: string): void {
  renameSync(folder, `${folder}-moved`);
  symlinkSync(`${folder}-moved`, folder);
}
