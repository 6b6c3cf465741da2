import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { expect, onTestFinished, test } from "vitest";
import { judgeOwner, readOwnIdentity } from "../../src/platform/process-identity.js";

const onLinux = test.skipIf(process.platform !== "linux");

test("the identity of this process names its pid and host, and is the same at every reading", () => {
  expect(readOwnIdentity()).toMatchObject({ pid: process.pid, host: hostname() });
  expect(readOwnIdentity()).toEqual(readOwnIdentity());
});

onLinux("on Linux the identity has the start time in ticks, the boot and the pid namespace", () => {
  expect(readOwnIdentity()).toMatchObject({
    startTime: expect.stringMatching(/^\d+$/),
    bootId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    pidNamespace: expect.stringMatching(/^pid:\[\d+\]$/),
  });
});

test("a command name with spaces and brackets does not shift the start time", () => {
  const title = process.title;
  process.title = "a) 1 (b) 2 3";
  expect(judgeOwner(readOwnIdentity())).toBe("alive");
  process.title = title;
});

test.each([
  ["this process", {}, "alive"],
  ["this process without a known start time", { startTime: null }, "alive"],
  ["a process whose pid was given to this one", { startTime: "1" }, "dead"],
  ["a process of an earlier boot", { bootId: "00000000-0000-0000-0000-000000000000" }, "dead"],
  ["a process of another host", { host: "elsewhere" }, "unknown"],
  ["a process of another host and boot", { host: "elsewhere", bootId: "00000000-0000-0000-0000-000000000000" }, "unknown"],
  ["a process of an unknown boot", { bootId: null }, "unknown"],
  ["a process of another pid namespace", { pidNamespace: "pid:[1]" }, "unknown"],
  ["a process group", { pid: -1 }, "unknown"],
  ["no pid at all", { pid: 0 }, "unknown"],
])("%s is judged by what is provable", (_, difference, state) => {
  expect(judgeOwner({ ...readOwnIdentity(), ...difference })).toBe(state);
});

test("a child is alive while it runs and dead once it has ended", async () => {
  const child = spawn("sleep", ["60"]);
  const owner = { ...readOwnIdentity(), pid: child.pid ?? 0, startTime: null };
  expect(judgeOwner(owner)).toBe("alive");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(judgeOwner(owner)).toBe("dead");
});

test("a process that ended long ago is dead, also when its pid is used again", () => {
  const { pid } = spawnSync("true");
  expect(judgeOwner({ ...readOwnIdentity(), pid, startTime: "1" })).toBe("dead");
});

onLinux("a zombie is dead: it can write no more", async () => {
  // The shell becomes a program that never asks how its child ended.
  const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  const readStat = (of: number | undefined) => readFileSync(`/proc/${of}/stat`, "latin1");
  await expect.poll(() => readStat(parent.pid), { timeout: 4000 }).toContain("(sleep)");
  process.kill(pid, "SIGKILL");
  await expect.poll(() => readStat(pid), { timeout: 4000 }).toContain(") Z ");
  expect(judgeOwner({ ...readOwnIdentity(), pid, startTime: null })).toBe("dead");
});
