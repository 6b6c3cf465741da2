import { expect, test } from "vitest";
import { runCli, type Io } from "../../src/cli/index.js";
import { CheckpointNotFoundError, type Checkpoints, type Progress } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi, madeUpCheckpoint } from "./made-up.js";

const progress: Progress = { activity: "capture", doneEntries: 500, totalEntries: 2000, doneBytes: 0, totalBytes: null };

/** Creates a checkpoint with reports at these milliseconds, and gives what stderr got. */
async function stderrOfCreate(reportsAtMs: number | readonly number[], args: string[], parts: Partial<Io> & { answers?: string[] }) {
  let nowMs = 0;
  const create: Checkpoints["create"] = async (request = {}) => {
    for (nowMs of [reportsAtMs].flat()) {
      request.onProgress?.(progress);
      // The bar and its library load in between.
      await import("../../src/cli/print/progress-bar.js");
      await import("cli-progress");
      await new Promise((resolve) => setImmediate(resolve));
    }
    return { ...madeUpCheckpoint(), uncaptured: [], removed: [], warnings: [] };
  };
  const io = fakeIo({ now: () => new Date(nowMs), ...parts });
  expect(await runCli(["create", ...args], io, madeUpApi({ create }))).toBe(0);
  return io.err();
}

test("work that lasts over half a second shows a bar on a terminal, and clears it", async () => {
  const err = await stderrOfCreate(501, [], { answers: [] });
  expect(err).toContain("Storing files [======------------------] 25% | 500 of 2000");
  expect(err.endsWith("\u001b[2K")).toBe(true);
});

test("short work shows none; nor do a pipe, --quiet, --json, --progress none and a terminal that cannot draw", async () => {
  expect(await stderrOfCreate(499, [], { answers: [] })).toBe("");
  expect(await stderrOfCreate(5000, [], {})).toBe("");
  expect(await stderrOfCreate(5000, ["--quiet"], { answers: [] })).toBe("");
  expect(await stderrOfCreate(5000, ["--json"], { answers: [] })).toBe("");
  expect(await stderrOfCreate(5000, ["--progress", "none"], { answers: [] })).toBe("");
  expect(await stderrOfCreate(5000, [], { answers: [], env: { TERM: "dumb" } })).toBe("");
});

test("a bar needs stderr alone: what comes in through a pipe has one too", async () => {
  expect(await stderrOfCreate(501, [], { isErrorTerminal: true })).toContain("Storing files");
  expect(await stderrOfCreate(501, [], { answers: [], isErrorTerminal: false })).toBe("");
});

test("--progress json writes a line for each activity at once, and then every quarter of a second", async () => {
  for (const args of [["--json"], ["--quiet"]]) {
    const err = await stderrOfCreate([0, 100, 249, 250, 400, 1000], ["--progress", "json", ...args], {});
    const lines = err.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[2] as string)).toEqual({
      progress: {
        activity: "capture",
        done_entries: 500,
        total_entries: 2000,
        done_bytes: 0,
        total_bytes: null,
        entries_per_second: 0,
        bytes_per_second: null,
        seconds_left: null,
      },
    });
  }
});

test("with --json --progress json an error is one line as well", async () => {
  const create: Checkpoints["create"] = async () => {
    throw new CheckpointNotFoundError("latest");
  };
  for (const option of [["--progress", "json"], ["--progress=json"]]) {
    const io = fakeIo();
    expect(await runCli(["create", "--json", ...option], io, madeUpApi({ create }))).toBe(10);
    expect(io.err().split("\n")).toHaveLength(2);
    expect(JSON.parse(io.err())).toHaveProperty("error.code");
  }
});

test("another word after --progress is a usage error that names the right ones", async () => {
  const io = fakeIo();
  expect(await runCli(["list", "--progress", "yes"], io, madeUpApi({}))).toBe(2);
  expect(io.err()).toContain("auto, none, json");
});

test("the bar of a step is gone when its command begins, and comes back for the rollback", async () => {
  let nowMs = 0;
  const steps: string[] = [];
  const io = fakeIo({ answers: ["y"], now: () => new Date(nowMs) });
  const report = async (onProgress: ((progress: Progress) => void) | undefined, activity: Progress["activity"]): Promise<void> => {
    for (const afterMs of [0, 600]) {
      nowMs += afterMs;
      onProgress?.({ ...progress, activity });
      await import("../../src/cli/print/progress-bar.js");
      await import("cli-progress");
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const run: Checkpoints["run"] = async (request) => {
    await report(request.onProgress, "capture");
    request.onStart?.({ ...madeUpCheckpoint(), uncaptured: [], removed: [], warnings: [] });
    steps.push(io.err());
    await report(request.onProgress, "stage");
    return { success: true, exitStatus: 0, before: null, rollback: null, warnings: [], durationMs: 1, problem: null } as never;
  };
  expect(await runCli(["run", "--", "true"], io, madeUpApi({ run }))).toBe(0);
  expect(steps[0]).toContain("Storing files");
  expect(steps[0]).toMatch(/\u001b\[2K✓ Created checkpoint: \S+\n$/);
  expect(io.err().slice(steps[0]?.length)).toMatch(/Preparing files[^]*\u001b\[2K✓[^\u001b]*$/);
});
