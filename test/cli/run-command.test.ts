import { describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/index.js";
import { LockedError, type Checkpoints, type RunRequest, type StepOutcome } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi, madeUpCheckpoint } from "./made-up.js";
import { runOnStore } from "./run-on-store.js";

const target = madeUpCheckpoint();

describe("run", () => {
  const outcome: StepOutcome = {
    before: target,
    success: true,
    exitStatus: 0,
    exitCode: 0,
    signal: null,
    durationMs: 2500,
    verifyExitCode: null,
    problem: null,
    rollback: null,
    warnings: [],
  };
  const failed: StepOutcome = { ...outcome, success: false, exitStatus: 42, exitCode: 42 };

  test("the command after -- is untouched, and stdout is the command's own", async () => {
    const runStep = vi.fn<Checkpoints["run"]>(async () => outcome);
    const line = "run --step 3 --name S --verify check --note n -- npm --json -- --step 4 --help";
    const { status, out, err } = await runOnStore(line.split(" "), { run: runStep });
    expect({ status, out }).toEqual({ status: 0, out: "" });
    expect(err).toContain("✓ Step 3 (S) succeeded in 2.5 s");
    expect(runStep.mock.calls[0]?.[0]).toMatchObject({
      command: ["npm", "--json", "--", "--step", "4", "--help"],
      step: 3,
      stepName: "S",
      verify: "check",
      notes: "n",
      onFailure: "keep",
      cwd: "/home/ada",
    });
  });

  test("without -- the command begins at the first word", async () => {
    const runStep = vi.fn<Checkpoints["run"]>(async () => outcome);
    await runOnStore(["--dir", "x", "run", "--step", "3", "npm", "test", "--json"], { run: runStep });
    expect(runStep.mock.calls[0]?.[0].command).toEqual(["npm", "test", "--json"]);
  });

  test("the exit status is the command's own, and a failure tells the way back", async () => {
    const { status, err } = await runOnStore(["run", "--", "false"], { run: async () => failed });
    expect(status).toBe(42);
    expect(err).toContain("✗ `false` failed with exit code 42\n");
    expect(err).toContain(`stepback restore ${target.id}`);
  });

  test.each([
    ["y", "rollback"],
    ["", "keep"],
  ])("on a terminal the answer '%s' means %s", async (answer, expected) => {
    const decisions: string[] = [];
    const runStep = async ({ onFailure }: RunRequest): Promise<StepOutcome> => {
      decisions.push(typeof onFailure === "function" ? await onFailure(failed) : String(onFailure));
      return failed;
    };
    const { err, questions } = await runOnStore(["run", "--", "false"], { run: runStep }, { answers: [answer] });
    expect({ decisions, questions }).toEqual({ decisions: [expected], questions: ["Continue? [y/N]: "] });
    expect(err.match(/failed with exit code 42/g)).toHaveLength(1);
  });

  test.each([
    [["--on-failure", "rollback"], "rollback"],
    [["--on-failure", "keep"], "keep"],
    [["--yes"], "rollback"],
  ])("%j on a terminal asks nothing and means %s", async (options, expected) => {
    const runStep = vi.fn<Checkpoints["run"]>(async () => outcome);
    await runOnStore(["run", ...options, "--", "true"], { run: runStep }, { answers: [] });
    expect(runStep.mock.calls[0]?.[0].onFailure).toBe(expected);
  });

  test("what fails before the command exits with 125, expected or not", async () => {
    const locked = new LockedError({ description: "pid 42", path: "lock", ageSeconds: 1 });
    for (const error of [locked, new TypeError("broken")]) {
      const runStep = async (): Promise<never> => {
        throw error;
      };
      expect(await runOnStore(["run", "--", "true"], { run: runStep })).toMatchObject({
        status: 125,
        err: expect.stringContaining(error.message) as unknown,
      });
    }
  });

  test("signals are handed over before the command gets the terminal", async () => {
    const handOverSignals = vi.fn();
    const runStep = async (request: RunRequest): Promise<StepOutcome> => {
      expect(handOverSignals).not.toHaveBeenCalled();
      request.onStart?.(null);
      expect(handOverSignals).toHaveBeenCalledOnce();
      return outcome;
    };
    expect((await runOnStore(["run", "--", "true"], { run: runStep }, { handOverSignals })).status).toBe(0);
  });

  test("--no-checkpoints opens no store", async () => {
    const io = fakeIo({ answers: [] });
    const runWithoutCheckpoints = vi.fn(async () => ({ ...failed, before: null }));
    const api = { ...madeUpApi({}), runWithoutCheckpoints };
    expect(await runCli(["run", "--no-checkpoints", "--", "false"], io, api)).toBe(42);
    expect(api.opened).toEqual([]);
    expect(runWithoutCheckpoints).toHaveBeenCalledWith(expect.objectContaining({ command: ["false"], onFailure: "keep" }));
  });

  test("a dry run opens nothing and runs nothing", async () => {
    const io = fakeIo();
    const api = madeUpApi({});
    expect(await runCli(["run", "--dry-run", "--json", "--step", "3", "--", "ls"], io, api)).toBe(0);
    expect(api.opened).toEqual([]);
    expect(JSON.parse(io.out())).toMatchObject({ dry_run: true, command: ["ls"], step: 3, on_failure: "keep", checkpoints: true });
  });
});
