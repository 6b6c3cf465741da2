import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempChange, tempFolder } from "../support/temp-change.js";

const now = () => new Date("2026-01-31T12:00:00.999Z");

test("a line bears the time, the task and the message, and the file is the owner's alone", async () => {
  const { checkpoints } = await tempChange({}, { now });
  await checkpoints.log.append("began", { taskId: "7" });
  await checkpoints.log.append("no task here");
  await checkpoints.log.append("the very first", { taskId: "0" });
  const path = join(checkpoints.storePath, "progress.log");
  expect(readFileSync(path, "utf8")).toBe(
    "[2026-01-31 12:00:00 UTC] [Task 7] began\n[2026-01-31 12:00:00 UTC] no task here\n[2026-01-31 12:00:00 UTC] [Task 0] the very first\n",
  );
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("lines are chosen by task, where the marker counts only at the beginning, and by number", async () => {
  const { checkpoints } = await tempChange({}, { now });
  const { log } = checkpoints;
  expect(await log.read()).toEqual([]);
  await log.append("one", { taskId: "7" });
  await log.append("two", { taskId: "70" });
  await log.append("see [Task 7] for this", { taskId: "0" });
  await log.append("four", { taskId: "7" });
  const messages = async (filter: Parameters<typeof log.read>[0]) => (await log.read(filter)).map(({ message }) => message);
  expect(await messages({ taskId: "7" })).toEqual(["one", "four"]);
  expect(await messages({ taskId: "0" })).toEqual(["see [Task 7] for this"]);
  expect(await messages({ taskId: "7", recent: 1 })).toEqual(["four"]);
  expect(await messages({ recent: 2 })).toEqual(["see [Task 7] for this", "four"]);
  await expect(log.read({ recent: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("a message cannot make lines of its own, nor steer a terminal", async () => {
  const { checkpoints } = await tempChange({}, { now });
  await checkpoints.log.append("one\n[2026-01-31 12:00:00 UTC] [Task 9] forged\r\u001b[2J\u2028.");
  expect(await checkpoints.log.read()).toEqual([
    { at: "2026-01-31T12:00:00Z", taskId: null, message: "one\\n[2026-01-31 12:00:00 UTC] [Task 9] forged\\x0d\\x1b[2J\\u2028." },
  ]);
  for (const [message, taskId] of [
    ["", null],
    ["  \n ", null],
    ["x".repeat(70_000), null],
    ["fine", "7] [Task 8"],
    ["fine", "a\nb"],
    ["fine", ""],
  ] as const) {
    await expect(checkpoints.log.append(message, { taskId })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
});

test("a torn last line is ended before the next one, and what is no line is left out", async () => {
  const { checkpoints } = await tempChange({}, { now });
  await checkpoints.log.append("whole");
  appendFileSync(
    join(checkpoints.storePath, "progress.log"),
    "[2026-01-31 12:00:00 UTC] [Task 7] to\n\n[2026-99-31 12:00:00 UTC] no such day\n\0\0\0[2026-0",
  );
  await checkpoints.log.append("after", { taskId: "7" });
  expect((await checkpoints.log.read()).map(({ message }) => message)).toEqual(["whole", "to", "after"]);
});

test("a symlink in its place is not followed", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "one" }, { now });
  await checkpoints.create();
  const target = join(tempFolder(), "target");
  writeFileSync(target, "mine\n");
  symlinkSync(target, join(checkpoints.storePath, "progress.log"));
  await expect(checkpoints.log.append("x")).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  await expect(checkpoints.log.read()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  expect(readFileSync(target, "utf8")).toBe("mine\n");
});

test("processes that append at the same time lose and mix no line", async () => {
  const { checkpoints, directory } = await tempChange({}, { now });
  await checkpoints.log.append("first");
  const path = join(directory, ".checkpoints/progress.log");
  const appenders = ["a", "b", "c"].map((name) =>
    spawn("sh", ["-c", `i=0; while [ $i -lt 200 ]; do echo "[2026-01-31 12:00:00 UTC] [Task ${name}] $i" >> "${path}"; i=$((i+1)); done`]),
  );
  for (let at = 0; at < 200; at += 1) await checkpoints.log.append(String(at), { taskId: "own" });
  await Promise.all(appenders.map(async (child) => child.exitCode ?? (await once(child, "exit"))));
  for (const taskId of ["own", "a", "b", "c"]) {
    const own = await checkpoints.log.read({ taskId });
    expect(own.map(({ message }) => message)).toEqual(Array.from({ length: 200 }, (_, at) => String(at)));
  }
});
