import { readdirSync } from "node:fs";
import { join } from "node:path";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import { acquireLock, readOwnIdentity } from "../../src/platform/index.js";
import { readActiveSession, openStore } from "../../src/store/index.js";
import { BINARY } from "../end-to-end/command-line.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** A `stepback watch` that runs, with what it says line by line. */
function startWatch(change: TempChange, args: readonly string[] = ["--interval", "0.1s"]) {
  const child = spawn(process.execPath, [BINARY, "watch", ...args], {
    cwd: change.directory,
    env: { ...process.env, STEPBACK_DURABILITY: "none" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    said.push(line);
    for (const look of waiting) look();
  });
  /** Waits until it has said something that fits, after what was said so far when it was called. */
  const hears = (pattern: RegExp): Promise<string> => {
    const from = said.length;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = said.slice(from).find((line) => pattern.test(line));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      child.once("exit", () => reject(new Error(`it ended, having said: ${said.join("\n")}`)));
    });
  };
  return { child, said, hears };
}

async function endOf(child: ChildProcessWithoutNullStreams) {
  const [status, signal] = (await once(child, "exit")) as [number | null, string | null];
  return { status, signal };
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "watch takes a checkpoint whenever something changed, skips when not, and %s ends it with a last one",
  async (signal) => {
    const change = await tempChange({ "a.txt": "one" });
    const { child, hears } = startWatch(change);
    await hears(/Created checkpoint/);
    await hears(/Nothing changed/);
    await hears(/Nothing changed/);
    expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
    const second = hears(/Created checkpoint/);
    change.edit({ "a.txt": "two" });
    await second;
    await hears(/Nothing changed/);
    // Stopped, so that the change is met by the last look alone.
    child.kill("SIGSTOP");
    change.edit({ "b.txt": "last" });
    child.kill(signal);
    child.kill("SIGCONT");
    expect(await endOf(child)).toEqual({ status: 0, signal: null });
    const { checkpoints } = await change.checkpoints.list();
    expect(checkpoints.map(({ type, files }) => [type, files])).toEqual([
      ["auto", ["a.txt"]],
      ["auto", ["a.txt"]],
      ["auto", ["a.txt", "b.txt"]],
    ]);
    expect((await change.checkpoints.status()).lock).toBeNull();
  },
);

test("another writer makes watch wait, and then say so and go on", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  const { child, hears, said } = startWatch(change);
  await hears(/Nothing changed/);
  const lockPath = `${change.checkpoints.storePath}/lock`;
  const lock = await acquireLock(lockPath, { owner: readOwnIdentity(), command: "a long one", now: () => new Date(), waitMs: 5000 });
  const skipped = hears(/No checkpoint this time: the store is locked/);
  change.edit({ "a.txt": "two" });
  await skipped;
  const created = hears(/Created checkpoint/);
  lock.release();
  await created;
  child.kill("SIGTERM");
  expect(await endOf(child)).toEqual({ status: 0, signal: null });
  expect(said.filter((line) => /fault|stepback:/.test(line))).toEqual([]);
});

test("in a session its checkpoints belong to it, and the interruption is on record; the summary is one document", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const { session } = await change.checkpoints.sessions.start();
  change.edit({ "a.txt": "two" });
  const { child } = startWatch(change, ["--interval", "0.1s", "--json"]);
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  for (;;) {
    const { checkpoints } = await change.checkpoints.list({ type: "auto" });
    if (checkpoints.length > 0) break;
  }
  child.kill("SIGTERM");
  expect((await endOf(child)).status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    change_id: "my-feature",
    checkpoints: [{ type: "auto", session_id: session.sessionId }],
    skipped: 0,
  });
  const events = readActiveSession(openStore(change.directory))?.events.map(({ kind }) => kind);
  expect(events).toEqual(["started", "checkpoint", "interrupted"]);
});

test("a run that a signal ends in a session leaves a checkpoint of how the files were left", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.sessions.start();
  const child = spawn(process.execPath, [BINARY, "run", "--", "sh", "-c", "echo two > a.txt; echo ready; exec sleep 60"], {
    cwd: change.directory,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  expect((await endOf(child)).status).toBe(143);
  const { checkpoints } = await change.checkpoints.list();
  expect(checkpoints.map(({ type }) => type)).toEqual(["session_start", "step", "auto"]);
  await change.checkpoints.restore("latest~1");
  expect(change.files()).toEqual({ "a.txt": "one" });
  expect((await change.checkpoints.sessions.active())?.events.map(({ kind }) => kind)).toContain("interrupted");
});

test("the interval comes from the configuration, which can also want none", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const ended = new AbortController();
  ended.abort();
  const { signal } = ended;
  expect(await change.checkpoints.watch({ signal })).toMatchObject({ looks: 2, checkpoints: [{ type: "auto" }] });
  for (const config of [{ autoCheckpoint: false }, { checkpointOn: ["task_complete" as const] }]) {
    const checkpoints = await change.reopen({ config });
    await expect(checkpoints.watch({ signal })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await checkpoints.watch({ signal, intervalMs: 1000 })).toMatchObject({ looks: 2 });
  }
  await expect(change.checkpoints.watch({ signal, intervalMs: 0 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

test("between two looks the next checkpoint is begun", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const controller = new AbortController();
  const begun: string[][] = [];
  const onLook = (): void => {
    begun.push(readdirSync(join(change.directory, ".checkpoints")).filter((name) => name.startsWith("tmp-")));
    if (begun.length === 2) controller.abort();
  };
  await change.checkpoints.watch({ intervalMs: 100, signal: controller.signal, onLook });
  expect(begun.slice(0, 2)).toEqual([[], [expect.any(String)]]);
});

test("watch waits for interval_minutes between two looks", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const { setTimeout: realSetTimeout } = globalThis;
  const waited: number[] = [];
  let ended = new AbortController();
  const timer = vi.spyOn(globalThis, "setTimeout").mockImplementation(((act: () => void, delay = 0) => {
    if (delay < 60_000) return realSetTimeout(act, delay);
    waited.push(delay);
    ended.abort();
    return undefined;
  }) as typeof setTimeout);
  onTestFinished(() => timer.mockRestore());
  for (const config of [{}, { intervalMinutes: 7 }]) {
    ended = new AbortController();
    const checkpoints = await change.reopen({ config: { durability: "none", ...config } });
    expect(await checkpoints.watch({ signal: ended.signal })).toMatchObject({ looks: 2 });
  }
  expect(waited).toEqual([15 * 60_000, 7 * 60_000]);
});
