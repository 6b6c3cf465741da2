import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { acquireLock, describeLock, readLock } from "../../src/platform/lock-file.js";
import { isTornForGood } from "../../src/platform/lock-record.js";
import { readOwnIdentity, type ProcessIdentity } from "../../src/platform/process-identity.js";
import { asOrdinaryUser } from "../support/requirements.js";

const LIVING = readOwnIdentity();
const DEAD = { ...LIVING, pid: spawnSync("true").pid, startTime: "1" };
const request = { owner: LIVING, command: "stepback create", now: () => new Date(), waitMs: 0 };
const later = (seconds: number) => () => new Date(Date.now() + seconds * 1000);

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "lock-file-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A folder with a lock as another process would have left it. */
function tempLock(owner: ProcessIdentity): string {
  const path = join(tempFolder(), "lock");
  writeFileSync(path, lockText(owner));
  return path;
}

function lockText(owner: ProcessIdentity, changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    format_version: 1,
    pid: owner.pid,
    start_time: owner.startTime,
    boot_id: owner.bootId,
    pid_namespace: owner.pidNamespace,
    host: owner.host,
    command: "stepback clean",
    acquired_at: "2026-01-31T12:00:00.000Z",
    nonce: "0123456789abcdef",
    ...changes,
  });
}

const namesBeside = (path: string) => readdirSync(join(path, ".."));

test("a lock stands complete on disk, private, and leaves nothing behind", async () => {
  const path = join(tempFolder(), "lock");
  const lock = await acquireLock(path, { ...request, now: () => new Date("2026-01-31T12:00:00Z") });
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    format_version: 1,
    pid: LIVING.pid,
    start_time: LIVING.startTime,
    boot_id: LIVING.bootId,
    pid_namespace: LIVING.pidNamespace,
    host: LIVING.host,
    command: "stepback create",
    acquired_at: "2026-01-31T12:00:00.000Z",
    nonce: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(namesBeside(path)).toEqual(["lock"]);
  lock.release();
  expect(namesBeside(path)).toEqual([]);
});

test("a held lock refuses the next with the owner's name, command and age", async () => {
  const path = tempLock(LIVING);
  const now = () => new Date("2026-01-31T12:00:12Z");
  await expect(acquireLock(path, { ...request, now })).rejects.toMatchObject({
    code: "LOCKED",
    details: { lock: path, owner: `process ${LIVING.pid} on host ${LIVING.host} (\`stepback clean\`), for 12 s`, age_seconds: 12 },
  });
  expect(readFileSync(path, "utf8")).toBe(lockText(LIVING));
});

test.each([
  ["a dead process", DEAD],
  ["a process whose pid another one has now", { ...LIVING, startTime: "1" }],
  ["a process from before the restart", { ...LIVING, bootId: "00000000-0000-0000-0000-000000000000" }],
])("the lock of %s is broken", async (_, owner) => {
  const path = tempLock(owner);
  const lock = await acquireLock(path, request);
  expect(readLock(path)).toMatchObject({ kind: "owned", owner: LIVING, command: "stepback create" });
  expect(namesBeside(path)).toEqual(["lock"]);
  lock.release();
});

test("a stale lock is broken under any spelling of its path", async () => {
  const path = join(tempLock(DEAD), "..") + "/./lock";
  (await acquireLock(path, request)).release();
  expect(namesBeside(path)).toEqual([]);
});

test.each([
  ["a process on another host", lockText({ ...DEAD, host: "elsewhere" })],
  ["a process in another pid namespace", lockText({ ...DEAD, pidNamespace: "pid:[1]" })],
  ["a process of an unknown boot", lockText({ ...DEAD, bootId: null })],
  ["a newer version", lockText(DEAD, { format_version: 2 })],
  ["a lock without a pid", lockText(DEAD, { pid: undefined })],
  ["a lock without a start time", lockText(DEAD, { start_time: undefined })],
  ["JSON that is no lock", "[]"],
])("%s keeps its lock, however old", async (_, text) => {
  const path = tempLock(LIVING);
  writeFileSync(path, text);
  await expect(acquireLock(path, { ...request, now: later(1e6) })).rejects.toMatchObject({ code: "LOCKED" });
  expect(readFileSync(path, "utf8")).toBe(text);
  expect(namesBeside(path)).toEqual(["lock"]);
});

test("a folder in the lock's place is held, not a fault", async () => {
  const path = join(tempFolder(), "lock");
  mkdirSync(path);
  await expect(acquireLock(path, request)).rejects.toMatchObject({ code: "LOCKED" });
});

test.each([
  ["empty", ""],
  ["cut short", lockText(LIVING).slice(0, 40)],
  ["full of zeros", "\0".repeat(300)],
])("a torn lock (%s) is held while it is fresh and broken after ten seconds", async (_, text) => {
  const path = tempLock(LIVING);
  writeFileSync(path, text);
  await expect(acquireLock(path, request)).rejects.toMatchObject({ code: "LOCKED" });
  expect(readFileSync(path, "utf8")).toBe(text);
  const lock = await acquireLock(path, { ...request, now: later(11) });
  expect(readLock(path)).toMatchObject({ owner: LIVING });
  lock.release();
});

test.each([
  ["fresh", 1_000_000, false],
  ["ten seconds old", 990_000, false],
  ["older", 989_999, true],
  ["from before the restart, however fresh", 995_999, true, 996_000],
  ["a little in the future", 1_010_000, false],
  ["from the far future, before the clock was put back", 1_010_001, true],
])("a torn lock that is %s: for good or not", (_, changedAtMs, expected, bootedAtMs = 0) => {
  expect(isTornForGood(changedAtMs, { nowMs: 1_000_000, bootedAtMs })).toBe(expected);
});

test("release never removes another's lock, and a second release does nothing", async () => {
  const path = join(tempFolder(), "lock");
  const lock = await acquireLock(path, request);
  unlinkSync(path);
  const other = await acquireLock(path, request);
  lock.release();
  lock.release();
  expect(readLock(path)).not.toBeNull();
  other.release();
  lock.release();
  other.release();
  expect(readLock(path)).toBeNull();
});

test("waiting succeeds when the holder lets go", async () => {
  const path = join(tempFolder(), "lock");
  const first = await acquireLock(path, request);
  const second = acquireLock(path, { ...request, waitMs: 60_000 });
  first.release();
  (await second).release();
});

test("waiting succeeds when the holder dies", async () => {
  const child = spawn("sleep", ["60"]);
  const path = tempLock({ ...LIVING, pid: child.pid ?? 0, startTime: null });
  await expect(acquireLock(path, request)).rejects.toMatchObject({ code: "LOCKED" });
  const waiting = acquireLock(path, { ...request, waitMs: 60_000 });
  child.kill("SIGKILL");
  (await waiting).release();
});

test("waiting ends with LOCKED when the holder outlasts it", async () => {
  await expect(acquireLock(tempLock(LIVING), { ...request, waitMs: 120 })).rejects.toMatchObject({ code: "LOCKED" });
});

test("an abort ends the wait and leaves the holder's lock", async () => {
  const path = tempLock(LIVING);
  const controller = new AbortController();
  const waiting = acquireLock(path, { ...request, waitMs: 60_000, signal: controller.signal });
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(readFileSync(path, "utf8")).toBe(lockText(LIVING));
});

test("an abort before the start takes no lock", async () => {
  const path = join(tempFolder(), "lock");
  await expect(acquireLock(path, { ...request, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(namesBeside(path)).toEqual([]);
});

test("a folder that is gone makes the store unusable", async () => {
  await expect(acquireLock(join(tempFolder(), "gone", "lock"), request)).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
});

test.each([
  ["written to", 0o500],
  ["entered", 0o600],
])("a folder that may not be %s makes the store unusable", async (_, mode) => {
  const folder = join(tempFolder(), "closed");
  mkdirSync(folder, { mode });
  chmodSync(dirname(folder), 0o755);
  await asOrdinaryUser(async () => {
    await expect(acquireLock(join(folder, "lock"), request)).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  });
});

test("the lock of another user, which cannot be read, is held", async () => {
  const path = tempLock(DEAD);
  chmodSync(path, 0);
  chmodSync(dirname(path), 0o755);
  await asOrdinaryUser(async () => {
    await expect(acquireLock(path, request)).rejects.toMatchObject({ code: "LOCKED" });
  });
});

test("a new lock that replaced the stale one under a breaker's eyes is not removed", async () => {
  const path = tempLock(DEAD);
  let readings = 0;
  // The first look at the clock is the judgement of the stale lock; the next ones come after it.
  const now = () => {
    readings += 1;
    if (readings === 2) writeFileSync(path, lockText(LIVING));
    return new Date();
  };
  await expect(acquireLock(path, { ...request, now })).rejects.toMatchObject({ code: "LOCKED" });
  expect(readings).toBeGreaterThan(2);
  expect(readFileSync(path, "utf8")).toBe(lockText(LIVING));
  expect(namesBeside(path)).toEqual(["lock"]);
});

test("a stale lock is left to the breaker that is already at it", async () => {
  const path = tempLock(DEAD);
  writeFileSync(`${path}-break-rival`, lockText(LIVING));
  await expect(acquireLock(path, request)).rejects.toMatchObject({ code: "LOCKED", details: { lock: `${path}-break-rival` } });
  expect(readFileSync(path, "utf8")).toBe(lockText(DEAD));
  expect(namesBeside(path)).toEqual(["lock", "lock-break-rival"]);
  unlinkSync(`${path}-break-rival`);
  (await acquireLock(path, request)).release();
});

test("a lock whose writer is still at it is never taken for torn, however long that takes", async () => {
  const path = tempLock(LIVING);
  writeFileSync(path, "");
  writeFileSync(`${path}-break-writer`, lockText(LIVING));
  await expect(acquireLock(path, { ...request, now: later(1e6) })).rejects.toMatchObject({ code: "LOCKED" });
  expect(readFileSync(path, "utf8")).toBe("");
});

test("a breaker that died at its work holds nobody back", async () => {
  const path = tempLock(DEAD);
  writeFileSync(`${path}-break-rival`, lockText({ ...DEAD, startTime: "2" }));
  (await acquireLock(path, request)).release();
  expect(namesBeside(path)).toEqual([]);
});

test("the holder removes old temporary files and dead claims, and nothing else", async () => {
  const path = join(tempFolder(), "lock");
  const old = `${path}-00000000000000aa.tmp`;
  const kept = [`${path}-00000000000000bb.tmp`, `${path}-notes`, `${path}-break-living`];
  writeFileSync(old, "");
  writeFileSync(`${path}-break-dead`, lockText(DEAD));
  for (const each of kept) writeFileSync(each, lockText(LIVING));
  utimesSync(old, new Date(0), new Date(0));
  (await acquireLock(path, request)).release();
  expect(namesBeside(path).map((name) => join(path, "..", name))).toEqual(kept.toSorted());
});

test.each([
  ["2026-01-31T12:01:30Z", "for 90 s"],
  ["2026-01-31T12:30:00Z", "for 30 min"],
  ["2026-01-31T15:00:00Z", "for 3 h"],
  ["2026-02-04T12:00:00Z", "for 4 days"],
  ["2026-01-31T11:00:00Z", "for 0 s"],
])("at %s the lock is described as held %s", (now, age) => {
  const found = readLock(tempLock(LIVING));
  expect(found && describeLock(found, new Date(now)).description).toContain(age);
});

test("thirty acquisitions in one process exclude each other", async () => {
  const path = tempLock(DEAD);
  let inside = 0;
  let done = 0;
  const acquireOnce = async () => {
    const lock = await acquireLock(path, { ...request, waitMs: 60_000 });
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    inside -= 1;
    done += 1;
    lock.release();
  };
  await Promise.all(Array.from({ length: 30 }, acquireOnce));
  expect(done).toBe(30);
}, 60_000);

// What follows runs the lock in processes of their own.

let program: string;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "lock-file-program-"));
  program = join(folder, "program.mjs");
  const built = buildSync({
    stdin: {
      contents: 'export * from "./lock-file.js"; export * from "./process-identity.js";',
      resolveDir: join(import.meta.dirname, "../../src/platform"),
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  writeFileSync(join(folder, "lock.mjs"), built.outputFiles[0]?.contents ?? "");
  writeFileSync(program, PROGRAM);
  return () => rmSync(folder, { recursive: true });
});

/**
 * Waits for a line on stdin, takes the lock, adds one to a counter in a way that only a lock makes safe, and lets go:
 * by release, or by being killed. With `killAt` it is killed before that file system call of taking the lock and letting go of it.
 */
const PROGRAM = `
  import fs from "node:fs";
  import { once } from "node:events";
  import { syncBuiltinESMExports } from "node:module";
  import { setTimeout as sleep } from "node:timers/promises";
  import { acquireLock, readOwnIdentity } from "./lock.mjs";
  const { path, ending, hasLinks, killAt } = JSON.parse(process.argv[2]);
  const { mkdirSync, readFileSync, rmdirSync, writeFileSync } = fs;
  const die = () => process.kill(process.pid, "SIGKILL");
  if (!hasLinks) fs.linkSync = () => { throw Object.assign(new Error("no links here"), { code: "EPERM" }); };
  let isArmed = false;
  let calls = 0;
  for (const name of ["openSync", "writeSync", "closeSync", "linkSync", "renameSync", "readdirSync", "rmSync"]) {
    const original = fs[name];
    fs[name] = (...args) => {
      if (isArmed && ++calls === killAt) die();
      return original(...args);
    };
  }
  syncBuiltinESMExports();
  const owner = readOwnIdentity();
  process.stdout.write("ready");
  await once(process.stdin, "data");
  isArmed = true;
  const lock = await acquireLock(path, { owner, command: "test", now: () => new Date(), waitMs: 60_000 });
  isArmed = false;
  mkdirSync(path + ".inside");
  const count = Number(readFileSync(path + ".count", "utf8"));
  await sleep(Math.random() * 3);
  writeFileSync(path + ".count", String(count + 1));
  rmdirSync(path + ".inside");
  if (ending === "killed") die();
  isArmed = true;
  lock.release();
  process.exit(0);
`;

interface ProgramOptions {
  path: string;
  ending: "released" | "killed";
  hasLinks: boolean;
  killAt?: number;
}

async function startProgram(options: ProgramOptions): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function finishProgram(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  child.stdin?.write("go\n");
  const [exitCode, signal] = await exited;
  return signal ?? exitCode;
}

test.each([
  { ending: "released", hasLinks: true, outcome: 0 },
  { ending: "released", hasLinks: false, outcome: 0 },
  { ending: "killed", hasLinks: true, outcome: "SIGKILL" },
  { ending: "killed", hasLinks: false, outcome: "SIGKILL" },
] as const)(
  "twenty processes at one stale lock exclude each other ($ending, links: $hasLinks)",
  async ({ outcome, ...options }) => {
    const path = tempLock(DEAD);
    writeFileSync(`${path}.count`, "0");
    const children = await Promise.all(Array.from({ length: 20 }, () => startProgram({ path, ...options })));
    const outcomes = await Promise.all(children.map(finishProgram));
    expect(outcomes).toEqual(outcomes.map(() => outcome));
    expect(readFileSync(`${path}.count`, "utf8")).toBe("20");
    (await acquireLock(path, request)).release();
    expect(namesBeside(path)).toEqual(["lock.count"]);
  },
  120_000,
);

test.each([{ hasLinks: true }, { hasLinks: false }])(
  "a kill at any moment of breaking and taking a lock leaves the next one free to take it (links: $hasLinks)",
  async ({ hasLinks }) => {
    let kills = 0;
    for (let isWhole = false; !isWhole;) {
      const path = tempLock(DEAD);
      writeFileSync(`${path}.count`, "0");
      const outcome = await finishProgram(await startProgram({ path, ending: "released", hasLinks, killAt: kills + 1 }));
      isWhole = outcome === 0;
      if (!isWhole) kills += 1;
      // Old enough for a lock that was cut off while it was written.
      (await acquireLock(path, { ...request, now: later(11) })).release();
      expect(namesBeside(path).filter((name) => !/^lock-[0-9a-f]{16}\.tmp$/.test(name))).toEqual(["lock.count"]);
    }
    expect(kills).toBeGreaterThan(10);
  },
  120_000,
);
