import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { acquireLock, readOwnIdentity } from "../../src/platform/index.js";
import { copyStore, pictureBelow } from "../store/copied-store.js";
import { requires } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

const NOW = new Date("2026-01-31T12:00:00Z");

describe("status counts", () => {
  test("nothing in a store that is empty", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    await change.checkpoints.delete([id]);
    expect(await change.checkpoints.status()).toMatchObject({
      changeId: "my-feature",
      directory: change.directory,
      storePath: join(change.directory, ".checkpoints"),
      checkpoints: 0,
      pinned: 0,
      backups: 0,
      latest: null,
      lastSuccessfulStep: null,
      interrupted: [],
      running: [],
      unfinishedRestore: null,
      lock: null,
      changes: null,
      warnings: [],
    });
  });

  test("checkpoints, pins and backups, and names the latest and the last successful step", async () => {
    const change = await tempChange({ "a.txt": "one" }, { now: () => NOW });
    const { checkpoints } = change;
    const first = await checkpoints.create({ step: 1, success: true });
    const second = await checkpoints.create({ step: 2, success: false });
    await checkpoints.pin(first.id);
    change.edit({ "a.txt": "two" });
    await checkpoints.restore(first.id);
    expect(await checkpoints.status()).toMatchObject({
      checkpoints: 3,
      pinned: 1,
      backups: 1,
      // As for the word `latest`, backups do not count.
      latest: { id: second.id, createdAt: NOW.toISOString() },
      lastSuccessfulStep: 1,
    });
  });

  test("what changed since the latest checkpoint", async () => {
    const change = await tempChange({ "a.txt": "one", "b.txt": "two", "c.txt": "three", "sub/d.txt": "four" });
    await change.checkpoints.create();
    expect(await change.checkpoints.status()).toMatchObject({ changes: { added: 0, changed: 0, removed: 0 } });
    change.edit({ "a.txt": "changed", "b.txt": null, "c.txt": null, "new.txt": "x", "more/deep/new.txt": "x", "sub/new.txt": "x" });
    expect(await change.checkpoints.status()).toMatchObject({ changes: { added: 3, changed: 1, removed: 2 } });
  });

  test("the bytes of the store, content that is shared once", async () => {
    const change = await tempChange({ "large.bin": Buffer.alloc(1_000_000, 1) });
    const sizes: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      await change.checkpoints.create();
      sizes.push((await change.checkpoints.status()).storeBytes);
    }
    expect(sizes[0]).toBeGreaterThanOrEqual(1_000_000);
    expect(sizes[2]).toBeLessThan(1_200_000);
  });

  test("only what is there: a folder that was deleted by hand is a warning", async () => {
    const { checkpoints } = await tempChange({ "a.txt": "one" });
    const first = await checkpoints.create();
    const second = await checkpoints.create();
    rmSync(second.storedPath, { recursive: true });
    const { warnings, ...status } = await checkpoints.status();
    expect(status).toMatchObject({ checkpoints: 1, latest: { id: first.id } });
    expect(warnings.join()).toContain(second.id);
  });
});

describe("status tells of a step", () => {
  test("that runs", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { checkpoints } = change;
    const running = checkpoints.run({ command: ["sh", "-c", "until test -e go; do sleep 0.02; done"], cwd: change.directory, step: 1 });
    await expect.poll(async () => (await checkpoints.status().catch(() => ({ running: [] }))).running.length).toBe(1);
    expect(await checkpoints.status()).toMatchObject({
      running: [expect.stringContaining("step01") as unknown],
      interrupted: [],
      lock: null,
    });
    change.edit({ go: "" });
    await running;
    expect(await checkpoints.status()).toMatchObject({ running: [], interrupted: [], lastSuccessfulStep: 1 });
  });

  test.each([
    ["was killed", (runner: Runner) => ({ ...runner, start_time: "1" }), true],
    ["ran before the machine was started anew", (runner: Runner) => ({ ...runner, boot_id: "00000000-0000-0000-0000-000000000000" }), true],
    ["runs on another machine", (runner: Runner) => ({ ...runner, host: `not-${hostname()}` }), false],
    ["runs in another container", (runner: Runner) => ({ ...runner, pid_namespace: "pid:[1]" }), false],
  ] as const)("whose runner %s", async (_, move, isInterrupted) => {
    const { checkpoints, storePath } = await runningStep(move);
    const { running, interrupted } = await checkpoints.status();
    expect([running.length, interrupted.length]).toEqual(isInterrupted ? [0, 1] : [1, 0]);
    expect(readFileSync(join(storePath, "state.json"), "utf8")).toContain('"running"');
  });
});

describe("status tells of a lock", () => {
  test("by its owner, command and age, and waits for nobody", async () => {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    const request = { owner: readOwnIdentity(), command: "stepback clean", now: () => NOW, waitMs: 0 };
    const lock = await acquireLock(join(change.checkpoints.storePath, "lock"), request);
    const checkpoints = await change.reopen({ now: () => new Date(NOW.getTime() + 12_000) });
    expect((await checkpoints.status()).lock).toMatchObject({
      description: `process ${process.pid} on host ${hostname()} (\`stepback clean\`), for 12 s`,
      ageSeconds: 12,
    });
    lock.release();
    expect((await checkpoints.status()).lock).toBeNull();
  });

  test.each([
    ["torn", "", "a lock that is not whole"],
    ["of a later version", '{"format_version":2}', "a lock that this version does not understand"],
  ])("that is %s", async (_, text, description) => {
    const { checkpoints } = await tempChange({ "a.txt": "one" });
    await checkpoints.create();
    writeFileSync(join(checkpoints.storePath, "lock"), text);
    expect((await checkpoints.status()).lock?.description).toContain(description);
  });
});

describe("status tells of an unfinished restore", () => {
  test("and leaves it as it is", async () => {
    const { checkpoints, directory } = await copyStore("stores", "v1-cut-off");
    const before = pictureBelow(directory, { times: true });
    expect(await checkpoints.status()).toMatchObject({
      unfinishedRestore: { target: "checkpoint-20260304-080000-step01", startedAt: "2026-03-04T08:10:00.000Z" },
    });
    expect(pictureBelow(directory, { times: true })).toEqual(before);
  });

  test("but not of work without a journal, which is mere waste", async () => {
    const { checkpoints } = await tempChange({ "a.txt": "one" });
    await checkpoints.create();
    mkdirSync(join(checkpoints.storePath, "restore-0123456789abcdef/stage"), { recursive: true });
    expect((await checkpoints.status()).unfinishedRestore).toBeNull();
  });

  test("also when its journal cannot be read, which stops every command that writes", async () => {
    const { checkpoints, storePath } = await copyStore("stores", "v1-cut-off");
    const work = readdirSync(storePath).find((name) => name.startsWith("restore-")) ?? "";
    writeFileSync(join(storePath, work, "journal.json"), "{");
    const { unfinishedRestore, warnings } = await checkpoints.status();
    expect(unfinishedRestore !== null || warnings.join().includes(work)).toBe(true);
  });
});

describe("status still tells the rest", () => {
  test("when the manifest of the latest checkpoint cannot be used", async () => {
    const { checkpoints } = await tempChange({ "a.txt": "one" });
    const { id } = await checkpoints.create();
    rmSync(join(checkpoints.storePath, "manifests", `${id}.json`));
    expect(await checkpoints.status()).toMatchObject({ checkpoints: 1, latest: { id }, changes: null });
  });

  test("when the latest checkpoint could not be restored because something uncaptured is in its way", async () => {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    change.edit({ "a.txt": null, "a.txt/": "" });
    execFileSync("mkfifo", [join(change.directory, "a.txt/pipe")]);
    expect(await change.checkpoints.status()).toMatchObject({ checkpoints: 1 });
  });
});

test("status writes nothing, in any of these states", async () => {
  for (const name of ["v1-small", "v1-cut-off"]) {
    const { checkpoints, directory } = await copyStore("stores", name);
    const before = pictureBelow(directory, { times: true });
    await checkpoints.status();
    expect(pictureBelow(directory, { times: true })).toEqual(before);
  }
});

test("status needs a store", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
  await expect(checkpoints.status()).rejects.toMatchObject({ code: "STORE_NOT_FOUND", exitStatus: 10 });
  expect(readdirSync(directory)).toEqual(["a.txt"]);
});

requires("git").test("status tells where HEAD is", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
  await checkpoints.create();
  expect((await checkpoints.status()).git).toBeNull();
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], { cwd: directory, encoding: "utf8" }).trim();
  git("init", "--quiet", "--initial-branch=topic");
  git("commit", "--quiet", "--allow-empty", "--message=first");
  expect((await checkpoints.status()).git).toEqual({ commit: git("rev-parse", "HEAD"), branch: "topic" });
});

type Runner = Record<string, unknown>;

/** A store with a step on record as running, by this process or one that it is made into. */
async function runningStep(move: (runner: Runner) => Runner) {
  const { checkpoints } = await tempChange({ "a.txt": "one" });
  await checkpoints.create({ step: 1 });
  const { pid, startTime, bootId, pidNamespace, host } = readOwnIdentity();
  const runner = move({ pid, start_time: startTime, boot_id: bootId, pid_namespace: pidNamespace, host });
  const path = join(checkpoints.storePath, "state.json");
  const json = JSON.parse(readFileSync(path, "utf8")) as { checkpoints: Record<string, unknown>[] };
  Object.assign(json.checkpoints[0] ?? {}, { run: { status: "running", command: ["x"], started_at: NOW.toISOString(), runner } });
  writeFileSync(path, JSON.stringify(json));
  return { checkpoints, storePath: checkpoints.storePath };
}
