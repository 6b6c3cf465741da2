import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { acquireLock, readOwnIdentity } from "../../src/platform/index.js";
import { runStep as runStepHere, type StepEnvironment } from "../../src/workflow/index.js";
import { BINARY, runBinary } from "../end-to-end/command-line.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** Runs a shell text as a step, with the real binary. */
function runStep({ directory }: TempChange, script: string, flags: readonly string[] = [], options: { input?: string } = {}) {
  return runBinary(directory, ["run", ...flags, "--", "sh", "-c", script], options);
}

/** The checkpoint before the last step, as recorded. */
async function lastStep({ checkpoints }: TempChange) {
  const { checkpoints: all } = await checkpoints.list({ type: "step" });
  return all.at(-1);
}

describe("the exit status is the command's own", () => {
  test.each([
    ["true", 0, { exitCode: 0, signal: null }],
    ["exit 3", 3, { exitCode: 3, signal: null }],
    ["exit 125", 125, { exitCode: 125, signal: null }],
    ["kill -TERM $$", 143, { exitCode: null, signal: "SIGTERM" }],
    ["kill -KILL $$", 137, { exitCode: null, signal: "SIGKILL" }],
    ["kill -INT $$", 130, { exitCode: null, signal: "SIGINT" }],
  ])("%s → %i, recorded with its success", async (script, status, end) => {
    const change = await tempChange({ "a.txt": "one" });
    const ran = runStep(change, script, ["--step", "3", "--name", "Create Specs", "--tag", "red"]);
    expect({ status: ran.status, out: ran.out }).toEqual({ status, out: "" });
    expect(await lastStep(change)).toMatchObject({
      stepNumber: 3,
      stepName: "Create Specs",
      tags: ["red"],
      success: status === 0,
      runState: "finished",
      run: { ...end, status: "finished", command: ["sh", "-c", script], durationMs: expect.any(Number) as number, verify: null },
    });
  });

  test("126 for what cannot be executed, 127 for what is not there; both are recorded as failed", async () => {
    const change = await tempChange({ "a.txt": "one" });
    for (const [command, status] of [
      ["./a.txt", 126],
      ["./missing", 127],
      ["no-such-command", 127],
    ] as const) {
      const ran = runBinary(change.directory, ["run", "--step", "1", "--", command]);
      expect({ command, status: ran.status }).toEqual({ command, status });
      expect(ran.err).toContain("could not be started");
      expect(await lastStep(change)).toMatchObject({ success: false, runState: "finished", run: { exitCode: null } });
    }
  });

  test("125 when stepback fails before it: the command is not run", async () => {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    const lock = await acquireLock(join(change.directory, ".checkpoints/lock"), {
      owner: readOwnIdentity(),
      command: "stepback create",
      waitMs: 0,
      now: () => new Date(),
    });
    onTestFinished(() => lock.release());
    const { status, out, err } = runStep(change, "touch ran");
    expect({ status, out }).toEqual({ status: 125, out: "" });
    expect(err).toContain("hint:");
    expect(existsSync(join(change.directory, "ran"))).toBe(false);
    expect(runBinary(change.directory, ["--store", change.directory, "run", "true"]).status).toBe(125);
  });

  test.each([
    [["run"]],
    [["run", "--"]],
    [["run", "--step", "x", "true"]],
    [["run", "--json", "--", "touch", "ran"]],
    [["run", "--bogus", "--", "touch", "ran"]],
  ])("2 for the command line %j, which is wrong in itself", async (args) => {
    const change = await tempChange({ "a.txt": "one" });
    expect(runBinary(change.directory, args).status).toBe(2);
    expect(existsSync(join(change.directory, "ran"))).toBe(false);
    expect(existsSync(join(change.directory, ".checkpoints"))).toBe(false);
  });
});

describe("the command", () => {
  test("has stdin, stdout and stderr to itself; what stepback says goes to stderr", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { out, err } = runStep(change, "cat; echo oops >&2", ["--step", "1"], { input: "from\0the pipe\n" });
    expect(out).toBe("from\0the pipe\n");
    expect(err).toMatch(/✓ Created checkpoint: .*\noops\n/);
    expect(runStep(change, "echo out; echo oops >&2", ["--quiet"])).toMatchObject({ status: 0, out: "out\n", err: "oops\n" });
  });

  test("gets its arguments untouched, with or without --", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const words = ["%s|", "a b", "--yes", "", "$HOME", "--", "-n"];
    expect(runBinary(change.directory, ["run", "--quiet", "--", "printf", ...words]).out).toBe("a b|--yes||$HOME|--|-n|");
    expect(runBinary(change.directory, ["run", "--quiet", "printf", ...words]).out).toBe("a b|--yes||$HOME|--|-n|");
  });

  test("runs where stepback was started, not where the change is", async () => {
    const change = await tempChange({ "sub/a.txt": "one" });
    expect(runBinary(join(change.directory, "sub"), ["--dir", "..", "run", "-q", "--", "pwd"]).out).toBe(`${change.directory}/sub\n`);
  });

  test("may use stepback itself", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { status } = runStep(
      change,
      `"${process.execPath}" "${BINARY}" create inside && "${process.execPath}" "${BINARY}" note step:1 changed`,
      ["--step", "1"],
    );
    expect(status).toBe(0);
    expect((await change.checkpoints.list()).checkpoints).toMatchObject([
      { type: "step", notes: "changed", success: true, runState: "finished" },
      { type: "manual", notes: "inside" },
    ]);
  });

  test("that takes its own checkpoint away ends with its own code, and a warning", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { status, err } = runStep(change, "rm -rf .checkpoints; exit 4");
    expect(status).toBe(4);
    expect(err).toContain("could not be recorded");
  });
});

describe("--verify", () => {
  test("runs after a command that exited 0, and its failure is the step's", async () => {
    const change = await tempChange({ "a.txt": "one" });
    expect(runStep(change, "echo 1 > done", ["--verify", "test -f done"]).status).toBe(0);
    expect(await lastStep(change)).toMatchObject({ success: true, run: { exitCode: 0, verify: { command: "test -f done", exitCode: 0 } } });
    expect(runStep(change, "true", ["--verify", "exit 4"]).status).toBe(4);
    expect(await lastStep(change)).toMatchObject({ success: false, run: { exitCode: 0, verify: { exitCode: 4 } } });
  });

  test("is not run after a command that failed", async () => {
    const change = await tempChange({ "a.txt": "one" });
    expect(runStep(change, "exit 5", ["--verify", "touch verified"]).status).toBe(5);
    expect(existsSync(join(change.directory, "verified"))).toBe(false);
    expect(await lastStep(change)).toMatchObject({ success: false, run: { exitCode: 5, verify: { exitCode: null } } });
  });
});

describe("a step that fails", () => {
  test("with --on-failure rollback has its changes undone, and a backup of them", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { status, err } = runStep(change, "echo two > a.txt; echo new > b.txt; exit 6", ["--step", "1", "--on-failure", "rollback"]);
    expect(status).toBe(6);
    expect(err).toContain("Rollback complete");
    expect(change.files()).toEqual({ "a.txt": "one" });
    await change.checkpoints.undo();
    expect(change.files()).toEqual({ "a.txt": "two\n", "b.txt": "new\n" });
  });

  test.each([[["--on-failure", "keep"]], [[]]])("with %j has them kept, without a question", async (flags) => {
    const change = await tempChange({ "a.txt": "one" });
    const { status, err } = runStep(change, "echo two > a.txt; exit 6", flags);
    expect(status).toBe(6);
    expect(err).toMatch(/stepback (restore|rollback)/);
    expect(change.files()).toEqual({ "a.txt": "two\n" });
  });

  test("with --yes is rolled back, and one that succeeds never is", async () => {
    const change = await tempChange({ "a.txt": "one" });
    expect(runStep(change, "echo two > a.txt; exit 6", ["--yes"]).status).toBe(6);
    expect(change.files()).toEqual({ "a.txt": "one" });
    expect(runStep(change, "echo two > a.txt", ["--on-failure", "rollback"]).status).toBe(0);
    expect(change.files()).toEqual({ "a.txt": "two\n" });
  });
});

describe("without a checkpoint", () => {
  test("--no-checkpoints just runs the command and makes no store", async () => {
    const change = await tempChange({ "a.txt": "one" });
    expect(runStep(change, "cat; exit 3", ["--no-checkpoints"], { input: "in" })).toMatchObject({ status: 3, out: "in" });
    expect(existsSync(join(change.directory, ".checkpoints"))).toBe(false);
    expect(runStep(change, "true", ["--no-checkpoints", "--on-failure", "rollback"]).status).toBe(2);
  });

  test("--dry-run says what would be done, runs nothing, and makes no store", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { status, out } = runStep(change, "touch ran", ["--dry-run", "--step", "3", "--verify", "npm test"]);
    expect(status).toBe(0);
    expect(out).toMatch(/touch ran[^]*npm test/);
    expect(change.files()).toEqual({ "a.txt": "one" });
    expect(existsSync(join(change.directory, ".checkpoints"))).toBe(false);
  });
});

test("what is begun for the next checkpoint ends with the step, also when looking at its work fails", async () => {
  const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
  const begunPath = join(directory, "begun");
  let hasEnded = false;
  const environment: StepEnvironment = {
    now: () => new Date(),
    create: (request) => checkpoints.create(request),
    annotate: () => Promise.reject(new Error("there is nothing to record")),
    restore: () => Promise.reject(new Error("there is nothing to restore")),
    prepareNext: (signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          hasEnded = true;
          resolve(true);
        };
        signal.addEventListener("abort", end);
        writeFileSync(begunPath, "");
      }),
  };
  const request = { command: ["sh", "-c", "until test -e begun; do sleep 0.02; done"] as [string, ...string[]], cwd: directory };
  const check = (): Promise<never> => Promise.reject(new Error("its work cannot be looked at"));
  await expect(runStepHere(request, environment, { check })).rejects.toThrow("cannot be looked at");
  expect(hasEnded).toBe(true);
});
