import { spawn, execFileSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { hashBytes } from "../../src/platform/index.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { runLine } from "../end-to-end/command-line.js";

/** Takes long enough to read that the event loop gets its turn meanwhile; takes no space. */
function writeSlowFile(change: TempChange, name: string): string {
  const path = join(change.directory, name);
  const descriptor = openSync(path, "w");
  ftruncateSync(descriptor, 96 * 1024 * 1024);
  closeSync(descriptor);
  return path;
}

/** Does something whenever the event loop gets its turn, until the test ends. */
function keepDoing(action: () => void): void {
  let isOver = false;
  const next = (): void => {
    if (isOver) return;
    action();
    setImmediate(next);
  };
  setImmediate(next);
  onTestFinished(() => {
    isOver = true;
  });
}

/** Does something once, while the first, slow file is read. */
function meanwhile({ directory }: TempChange, action: () => void): void {
  const store = join(directory, ".checkpoints");
  let isOver = false;
  keepDoing(() => {
    if (isOver || !existsSync(store)) return;
    isOver = readdirSync(store).some((name) => existsSync(join(store, name, "snapshot/a-slow")));
    if (isOver) action();
  });
  onTestFinished(() => expect(isOver).toBe(true));
}

describe("a file that changes while it is read", () => {
  test("is tried again, then left out as unstable; the checkpoint says that it is incomplete", async () => {
    const change = await tempChange({ "calm.txt": "calm" });
    const path = writeSlowFile(change, "busy.log");
    keepDoing(() => appendFileSync(path, "more"));
    const created = await change.checkpoints.create();
    expect(created.isComplete).toBe(false);
    expect(created.uncaptured).toContainEqual({ path: "busy.log", reason: "unstable", detail: "changed while it was read" });
    expect(created.files).toEqual(["calm.txt"]);
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  test("makes create exit with 3 and stops a restore, whose backup could not hold it", async () => {
    const change = await tempChange({ "calm.txt": "calm" });
    const { id } = await change.checkpoints.create();
    const path = writeSlowFile(change, "busy.log");
    change.edit({ "calm.txt": "changed" });
    keepDoing(() => appendFileSync(path, "more"));
    const { status, err } = await runLine(change.directory, ["create"]);
    expect({ status, isNamed: err.includes("busy.log") }).toEqual({ status: 3, isNamed: true });
    await expect(change.checkpoints.restore(id)).rejects.toMatchObject({ code: "BACKUP_INCOMPLETE", exitStatus: 15 });
    expect(readFileSync(join(change.directory, "calm.txt"), "utf8")).toBe("changed");
  });

  test("by another process: what is captured is one state of it, whole", async () => {
    const change = await tempChange({ "busy.log": "x".repeat(2_000_000), "calm.txt": "calm" });
    const script = `const { appendFileSync } = require("node:fs"); process.stdout.write("go"); for (;;) appendFileSync("busy.log", "y".repeat(1000));`;
    const child = spawn(process.execPath, ["-e", script], { cwd: change.directory, stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    for (let round = 0; round < 5; round += 1) {
      const { id, storedPath, isComplete } = await change.checkpoints.create();
      const entry = (await change.checkpoints.manifest(id)).entries.find(({ path }) => path === "busy.log");
      expect(entry === undefined).toBe(!isComplete);
      if (entry?.type !== "file") continue;
      const stored = readFileSync(join(storedPath, "busy.log"));
      expect([stored.length, hashBytes(stored)]).toEqual([entry.size, entry.sha256]);
    }
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });
});

describe("a tree that changes while it is captured", () => {
  test("a file that goes is in no checkpoint, and nobody misses it", async () => {
    const change = await tempChange({ "b.txt": "one", "sub/c.txt": "two" });
    writeSlowFile(change, "a-slow");
    meanwhile(change, () => change.edit({ "b.txt": null, sub: null }));
    const { isComplete, files } = await change.checkpoints.create();
    expect({ isComplete, files }).toEqual({ isComplete: true, files: ["a-slow"] });
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  test.each<[string, (directory: string, outside: string) => void]>([
    [
      "a file that becomes a symlink to outside",
      (directory, outside) =>
        replace(join(directory, "sub/b.txt"), () => symlinkSync(join(outside, "b.txt"), join(directory, "sub/b.txt"))),
    ],
    [
      "a folder that becomes a symlink to outside",
      (directory, outside) => moveAway(join(directory, "sub"), () => symlinkSync(outside, join(directory, "sub"))),
    ],
    ["a file that becomes a folder", (directory) => replace(join(directory, "sub/b.txt"), () => mkdirSync(join(directory, "sub/b.txt")))],
    [
      "a file that becomes a pipe that nobody writes to",
      (directory) => replace(join(directory, "sub/b.txt"), () => execFileSync("mkfifo", [join(directory, "sub/b.txt")])),
    ],
  ])("%s is not followed, not waited for, and named", async (_, swap) => {
    const outside = tempFolder();
    writeFileSync(join(outside, "b.txt"), "outside");
    const change = await tempChange({ "sub/b.txt": "inside", "z.txt": "last" });
    writeSlowFile(change, "a-slow");
    meanwhile(change, () => swap(change.directory, outside));
    const { id, isComplete, storedPath } = await change.checkpoints.create();
    const { uncaptured } = await change.checkpoints.manifest(id);
    expect(uncaptured.filter(({ reason }) => reason !== "store")).toMatchObject([{ path: "sub/b.txt", reason: "unstable" }]);
    expect(isComplete).toBe(false);
    expect(() => readFileSync(join(storedPath, "sub/b.txt"))).toThrow("ENOENT");
    expect(readFileSync(join(storedPath, "z.txt"), "utf8")).toBe("last");
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  test("a file that is replaced by rename is captured as one of the two, whole", async () => {
    const change = await tempChange({ "b.txt": "one" });
    writeSlowFile(change, "a-slow");
    change.edit({ "../b.new": "two, which is longer" });
    meanwhile(change, () => renameSync(join(change.directory, "../b.new"), join(change.directory, "b.txt")));
    const { storedPath, isComplete } = await change.checkpoints.create();
    expect(isComplete).toBe(true);
    expect(readFileSync(join(storedPath, "b.txt"), "utf8")).toBe("two, which is longer");
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });
});

test("a create that is called off leaves no trace", async () => {
  const change = await tempChange({ "b.txt": "one" });
  await change.checkpoints.create();
  writeSlowFile(change, "a-slow");
  const controller = new AbortController();
  meanwhile(change, () => controller.abort());
  await expect(change.checkpoints.create({ signal: controller.signal })).rejects.toMatchObject({ code: "INTERRUPTED", exitStatus: 130 });
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
  expect((await change.checkpoints.verify()).foreign).toEqual([]);
  const { removedLeftovers } = await change.checkpoints.repair();
  expect(removedLeftovers).toEqual([]);
});

function replace(path: string, make: () => void): void {
  rmSync(path);
  make();
}

function moveAway(path: string, make: () => void): void {
  renameSync(path, `${path}-moved`);
  make();
}
