import { expect, test } from "vitest";
import { runCli, type Io } from "../../src/cli/index.js";
import type { Checkpoints, Progress } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi, madeUpCheckpoint } from "./made-up.js";

const progress: Progress = { activity: "capture", doneEntries: 500, totalEntries: 2000, doneBytes: 0, totalBytes: null };

/** Creates a checkpoint with progress after so many milliseconds, and gives what stderr got. */
async function stderrOfCreate(elapsedMs: number, args: string[], parts: Partial<Io> & { answers?: string[] }): Promise<string> {
  let nowMs = 0;
  const create: Checkpoints["create"] = async (request = {}) => {
    nowMs = elapsedMs;
    request.onProgress?.(progress);
    // The bar's library loads in between.
    await import("cli-progress");
    await new Promise((resolve) => setImmediate(resolve));
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

test("short work shows none; nor do a pipe, --quiet and --json", async () => {
  expect(await stderrOfCreate(499, [], { answers: [] })).toBe("");
  expect(await stderrOfCreate(5000, [], {})).toBe("");
  expect(await stderrOfCreate(5000, ["--quiet"], { answers: [] })).toBe("");
  expect(await stderrOfCreate(5000, ["--json"], { answers: [] })).toBe("");
});
