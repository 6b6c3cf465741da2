import { describe, expect, test } from "vitest";
import { byteSize } from "../../../src/cli/print/byte-size.js";
import { checkpointBlock } from "../../../src/cli/print/checkpoint-block.js";
import { commandText } from "../../../src/cli/print/command-text.js";
import { createdText, missedText } from "../../../src/cli/print/create-text.js";
import { detailsText, entriesText } from "../../../src/cli/print/details-text.js";
import { listText } from "../../../src/cli/print/list-text.js";
import { outcomeText } from "../../../src/cli/print/outcome-text.js";
import { durationText } from "../../../src/cli/print/time-text.js";
import type { Checkpoint, UncapturedPath } from "../../../src/index.js";
import { backup, madeUpCheckpoint, madeUpEntry, madeUpRun } from "../made-up.js";

test("a list shows a block per checkpoint with a blank line after each", () => {
  const checkpoints = [madeUpCheckpoint(), madeUpCheckpoint({ stepNumber: null, type: "manual", gitCommit: null, success: null })];
  expect(listText({ changeId: "my-feature", checkpoints, isFiltered: false, sizes: null })).toMatchInlineSnapshot(`
    "Available checkpoints for 'my-feature':

    checkpoint-20251020-143025-step02
      Step: 2 (Create Proposal)
      Created: 2025-10-20 14:30:25
      Status: ✓ Success
      Files: proposal.md, todo.md
      Git: abc123def

    checkpoint-20251020-143025-step02
      Type: manual
      Created: 2025-10-20 14:30:25
      Status: – Unknown
      Files: proposal.md, todo.md

    "
  `);
});

test("an empty list says whether there are none or none that match", () => {
  expect(listText({ changeId: "x", checkpoints: [], isFiltered: false, sizes: null })).toBe("No checkpoints for 'x' yet.\n");
  expect(listText({ changeId: "x", checkpoints: [], isFiltered: true, sizes: null })).toBe("No checkpoints for 'x' match.\n");
});

test("a block shows what else is known, each on a line of its own", () => {
  const checkpoint = madeUpCheckpoint({
    notes: "before\nthe refactor",
    taskId: "7",
    stage: "start",
    tags: ["risky", "v1"],
    isPinned: true,
    isComplete: false,
  });
  expect(checkpointBlock(checkpoint)).toMatchInlineSnapshot(`
    "checkpoint-20251020-143025-step02
      Step: 2 (Create Proposal)
      Created: 2025-10-20 14:30:25
      Status: ✓ Success
      Files: proposal.md, todo.md
      Git: abc123def
      Notes: before\\nthe refactor
      Task: 7/start
      Tags: risky, v1
      Pinned
      Incomplete: some paths could not be captured
    "
  `);
  expect(checkpointBlock(backup)).toContain("  Backup of: checkpoint-20251020-143025-step02\n");
});

test("up to five files are named; of more, the first four and how many there are", () => {
  const names = Array.from({ length: 27 }, (_, at) => `file-${at}.md`);
  const line = (differences: Partial<Checkpoint>): string | undefined =>
    /Files: .*/.exec(checkpointBlock(madeUpCheckpoint(differences)))?.[0];
  expect(line({ files: names.slice(0, 5), fileCount: 5 })).toBe("Files: file-0.md, file-1.md, file-2.md, file-3.md, file-4.md");
  expect(line({ files: names, fileCount: 27, totalBytes: 1_200_000 })).toBe(
    "Files: file-0.md, file-1.md, file-2.md, file-3.md, … (27 files, 1.2 MB)",
  );
  expect(line({ files: [], fileCount: 0 })).toBe("Files: none");
});

test("text from a file or a person cannot steer the terminal", () => {
  const evil = "\u001b[2J\u202e\r\nStatus: ✓";
  const text = detailsText({
    ...madeUpCheckpoint({
      stepName: evil,
      notes: evil,
      files: [evil, "\udcff.md"],
      tags: [evil],
      taskId: evil,
      gitBranch: evil,
      metadata: { [evil]: evil },
      run: madeUpRun({ command: [evil] }),
      storedPath: evil,
    }),
    uniqueBytes: null,
  });
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\udcff]/);
  expect(text.match(/^.*Status: ✓/gm)?.filter((line) => line.startsWith("Status"))).toEqual([]);
  expect(text).toContain("\\x1b[2J\\u202e\\x0d\\nStatus");
  expect(text).toContain("\\xff.md");
});

describe("the outcome of a step", () => {
  test.each<[string, Partial<Checkpoint>]>([
    ["✓ Success", { success: true }],
    ["✗ Failed", { success: false }],
    ["– Unknown", { success: null }],
    ["… Running", { success: null, run: madeUpRun({ status: "running" }), runState: "running" }],
    ["⚠ Interrupted", { success: null, run: madeUpRun({ status: "running" }), runState: "interrupted" }],
    ["✗ Failed (exit code 3)", { success: false, run: madeUpRun({ exitCode: 3 }), runState: "finished" }],
    ["✗ Failed (SIGKILL)", { success: false, run: madeUpRun({ exitCode: null, signal: "SIGKILL" }), runState: "finished" }],
    ["✗ Failed (verify exit code 4)", { success: false, run: madeUpRun({ verify: { command: "v", exitCode: 4 } }), runState: "finished" }],
    ["✗ Failed", { success: false, run: madeUpRun(), runState: "finished" }],
    ["✓ Success", { success: true, run: madeUpRun({ exitCode: 3 }), runState: "finished" }],
  ])("%s", (text, differences) => {
    expect(outcomeText(madeUpCheckpoint(differences))).toBe(text);
  });
});

test("show adds all that the list leaves out", () => {
  const checkpoint = madeUpCheckpoint({
    phase: "implement",
    sessionId: "evening",
    workflowId: "release",
    state: { tasksCompleted: 3, decisionsMade: 0, filesModified: 0, filesCreated: 0, testsPassing: 41, testsFailing: 1 },
    metadata: { ticket: "42" },
    run: madeUpRun({ verify: { command: "npm test", exitCode: 0 } }),
    runState: "finished",
    rollbackCount: 2,
  });
  expect(detailsText({ ...checkpoint, uniqueBytes: 512 })).toMatchInlineSnapshot(`
    "checkpoint-20251020-143025-step02
      Step: 2 (Create Proposal)
      Created: 2025-10-20 14:30:25
      Status: ✓ Success
      Files: proposal.md, todo.md
      Git: abc123def
      Type: step
      Phase: implement
      Session: evening
      Workflow: release
      State: 3 tasks completed, 41 tests passing, 1 tests failing
      Branch: main
      Metadata: ticket=42
      Command: npm run 'it'\\''s'
      Started: 2025-10-20 14:30:26
      Duration: 12.3 s
      Verify: npm test (exit code 0)
      Rolled back to: 2 times
      Size: 2 files, 1.2 kB, 512 bytes on disk only here
      Snapshot: /home/ada/.checkpoints/checkpoint-20251020-143025-step02
    "
  `);
});

test("show --files lists entries with sizes, links with targets, and what was left out with the reason", () => {
  const link = { ...madeUpEntry("link/"), type: "symlink", path: "link", target: "../elsewhere" } as ReturnType<typeof madeUpEntry>;
  const uncaptured = [
    { path: "a.sock", reason: "special", detail: "socket" },
    { path: "secret", reason: "unreadable", detail: "EACCES" },
  ] as UncapturedPath[];
  expect(entriesText([madeUpEntry(""), madeUpEntry("specs/"), madeUpEntry("specs/a.md"), link], uncaptured)).toMatchInlineSnapshot(`
    "   -  specs/
      10  specs/a.md
       -  link -> ../elsewhere
    ! Not captured: a.sock (special: socket)
    ! Not captured: secret (unreadable: EACCES)
    "
  `);
});

test("create tells the id, the size, and what its user may not expect to be left out", () => {
  const uncaptured = [
    { path: ".git", reason: "git", detail: "" },
    { path: "big.iso", reason: "over_limit", detail: "5 GB" },
  ] as UncapturedPath[];
  expect(createdText({ ...madeUpCheckpoint(), uncaptured, removed: [], warnings: [] })).toMatchInlineSnapshot(`
    "✓ Created checkpoint: checkpoint-20251020-143025-step02
      2 files, 1.2 kB
      Left out: big.iso (over limit: 5 GB)
    "
  `);
});

test("an incomplete checkpoint names the paths that were missed, and no others", () => {
  const uncaptured = [
    { path: "secret", reason: "unreadable", detail: "EACCES" },
    { path: "a.log", reason: "unstable", detail: "" },
    { path: "node_modules", reason: "ignored", detail: "node_modules/" },
  ] as UncapturedPath[];
  expect(missedText(uncaptured)).toMatchInlineSnapshot(`
    "✗ The checkpoint is incomplete; not captured:
      secret (unreadable: EACCES)
      a.log (unstable)
    "
  `);
});

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1000, "1 kB"],
  [1234, "1.2 kB"],
  [27_400, "27 kB"],
  [999_999, "1 MB"],
  [1_200_000, "1.2 MB"],
  [3.4e9, "3.4 GB"],
  [2e15, "2 PB"],
  [5e18, "5000 PB"],
])("%d bytes are written as %s", (bytes, text) => {
  expect(byteSize(bytes)).toBe(text);
});

test.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [12_345, "12.3 s"],
  [60_000, "1 min 0 s"],
  [7_380_000, "2 h 3 min"],
])("%d ms are written as %s", (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});

test("a command is written as a shell would read it", () => {
  expect(commandText(["npm", "run", "it's here", "", "--x=1"])).toBe("npm run 'it'\\''s here' '' --x=1");
});
