import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { acquireLock, readOwnIdentity } from "../../src/platform/index.js";
import { BINARY, runBinary } from "../end-to-end/command-line.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** The checkpoint before the last step, as recorded. */
async function lastStep({ checkpoints }: TempChange) {
  const { checkpoints: all } = await checkpoints.list({ type: "step" });
  return all.at(-1);
}

describe("while the command runs", () => {
  /** Starts a step that says when it is ready. */
  async function started(change: TempChange, script: string, flags: readonly string[] = []): Promise<ChildProcessWithoutNullStreams> {
    const child = spawn(process.execPath, [BINARY, "run", "--step", "1", ...flags, "--", "sh", "-c", `echo $$ > ../pid; ${script}`], {
      cwd: change.directory,
    });
    onTestFinished(() => {
      child.kill("SIGKILL");
      killQuietly(Number(readFileSync(join(change.directory, "../pid"), "utf8")));
    });
    await once(child.stdout, "data");
    return child;
  }

  test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const)(
    "%s to the runner is passed on, and what the command makes of it is recorded",
    async (signal) => {
      const change = await tempChange({ "a.txt": "one" });
      const script = `trap 'echo caught > caught; exit 9' ${signal.slice(3)}; echo ready; while :; do sleep 0.02; done`;
      const child = await started(change, script);
      child.kill(signal);
      const [status] = (await once(child, "exit")) as [number];
      expect({ status, isCaught: existsSync(join(change.directory, "caught")) }).toEqual({ status: 9, isCaught: true });
      expect(await lastStep(change)).toMatchObject({ success: false, runState: "finished", run: { exitCode: 9, signal: null } });
    },
  );

  test("a command that dies of the signal is recorded so, and can be rolled back", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const child = await started(change, "echo two > a.txt; echo ready; exec sleep 60", ["--on-failure", "rollback"]);
    child.kill("SIGTERM");
    const [status] = (await once(child, "exit")) as [number];
    expect(status).toBe(143);
    expect(await lastStep(change)).toMatchObject({ success: false, run: { exitCode: null, signal: "SIGTERM" } });
    expect(change.files()).toEqual({ "a.txt": "one" });
  });

  test("while it runs the step shows as running, and its checkpoint cannot be deleted", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const child = await started(change, "echo ready; exec sleep 60");
    const step = await lastStep(change);
    expect(step).toMatchObject({ runState: "running", success: null });
    expect(runBinary(change.directory, ["list"]).out).toContain("… Running");
    await expect(change.checkpoints.delete([step?.id as string])).rejects.toMatchObject({ code: "IN_USE", exitStatus: 15 });
    expect((await change.checkpoints.status()).running).toEqual([step?.id]);
    child.kill("SIGTERM");
    await once(child, "exit");
  });

  test("a runner that was killed leaves a step that shows as interrupted, and can be restored and deleted", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const child = await started(change, "echo two > a.txt; echo ready; exec sleep 60");
    child.kill("SIGKILL");
    await once(child, "exit");
    const step = await lastStep(change);
    expect(step?.runState).toBe("interrupted");
    expect(runBinary(change.directory, ["list"]).out).toContain("⚠ Interrupted");
    expect(runBinary(change.directory, ["status"]).out).toMatch(/interrupted/i);
    expect((await change.checkpoints.status()).interrupted).toEqual([step?.id]);
    await change.checkpoints.restore("step:1");
    expect(change.files()).toEqual({ "a.txt": "one" });
    await change.checkpoints.delete([step?.id as string]);
  });
});

describe("after the command", () => {
  function startStep({ directory }: TempChange, flags: readonly string[], script: string): ChildProcess {
    const args = [BINARY, "run", "--step", "1", ...flags, "--", "sh", "-c", script];
    const child = spawn(process.execPath, args, { cwd: directory, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  }

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await sleep(2);
  }

  test.each(["SIGINT", "SIGTERM"] as const)("%s while a failed step is rolled back leaves nothing half-done", async (signal) => {
    const change = await tempChange({ "a.txt": "one" });
    // Takes a while to bring back; takes no space.
    const large = openSync(join(change.directory, "large.img"), "w");
    ftruncateSync(large, 256 * 1024 * 1024);
    closeSync(large);
    await change.checkpoints.create();
    const store = join(change.directory, ".checkpoints");
    const child = startStep(change, ["--on-failure", "rollback"], "rm large.img; echo two > a.txt; exit 6");
    await until(() => readdirSync(store).some((name) => name.startsWith("restore-")));
    child.kill(signal);
    const [status, killedBy] = (await once(child, "exit")) as [number | null, string | null];
    expect({ isKilled: killedBy !== null, leftovers: readdirSync(store).filter((name) => /^(restore-|tmp-|lock)/.test(name)) }).toEqual({
      isKilled: false,
      leftovers: [],
    });
    // Either it was called off before its commit point, or it was finished.
    const isRestored = existsSync(join(change.directory, "large.img"));
    expect([status, change.files()["a.txt"]]).toEqual(isRestored ? [6, "one"] : [signal === "SIGINT" ? 130 : 143, "two\n"]);
  });

  test("SIGTERM while the end of a step waits to be recorded does not turn it into an interrupted one without a word", async () => {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    const child = startStep(change, [], "echo > started; until test -e go; do sleep 0.01; done; echo > done");
    await until(() => existsSync(join(change.directory, "started")));
    const request = { owner: readOwnIdentity(), command: "stepback create", waitMs: 5000, now: () => new Date() };
    const lock = await acquireLock(join(change.directory, ".checkpoints/lock"), request);
    onTestFinished(() => lock.release());
    change.edit({ go: "" });
    await until(() => existsSync(join(change.directory, "done")));
    await sleep(100);
    child.kill("SIGTERM");
    await sleep(500);
    lock.release();
    const [status, killedBy] = (await once(child, "exit")) as [number | null, string | null];
    // The command's own result, or that of the signal; but told by the runner, not by its death.
    expect([0, 143]).toContain(status);
    expect(killedBy).toBeNull();
    expect((await lastStep(change))?.runState).not.toBe("interrupted");
  });
});

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

describe("while the step of a workflow runs", () => {
  const FILE = `steps:\n  - name: Only\n    run: echo part >> a.txt; test -e ../go && exit 0; touch ../ready; exec sleep 60\n`;

  /** Runs the workflow until its step has done half of its work, tells stepback to end, and lets the next attempt through. */
  async function cutOff(signal: NodeJS.Signals, flags: readonly string[] = []): Promise<TempChange> {
    const change = await tempChange({ "a.txt": "", "stepback.workflow.yaml": FILE });
    const child = spawn(process.execPath, [BINARY, "workflow", "run", ...flags], { cwd: change.directory, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    while (!existsSync(join(change.directory, "../ready"))) await sleep(10);
    child.kill(signal);
    expect(((await once(child, "exit")) as [number])[0]).not.toBe(0);
    expect(change.files()["a.txt"]).toBe("part\n");
    closeSync(openSync(join(change.directory, "../go"), "w"));
    return change;
  }

  test.each(["SIGTERM", "SIGINT"] as const)("%s cuts it off, and resume does it anew from before it", async (signal) => {
    const change = await cutOff(signal);
    expect(runBinary(change.directory, ["resume"])).toMatchObject({ status: 0 });
    expect(change.files()["a.txt"]).toBe("part\n");
  });

  test.each([
    ["whoever decided to keep what it had done keeps it", ["--on-failure", "keep"], ["resume"]],
    ["whoever wants to keep what it had done keeps it", [], ["resume", "--keep-partial"]],
  ])("%s", async (_, flags, resume) => {
    const change = await cutOff("SIGTERM", flags);
    expect(runBinary(change.directory, resume)).toMatchObject({ status: 0 });
    expect(change.files()["a.txt"]).toBe("part\npart\n");
  });
});
