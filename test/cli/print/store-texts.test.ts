import { expect, test } from "vitest";
import { colorize } from "../../../src/cli/print/colorize.js";
import { jsonText } from "../../../src/cli/print/json-text.js";
import { repairText } from "../../../src/cli/print/repair-text.js";
import { statusText } from "../../../src/cli/print/status-text.js";
import { verifyText } from "../../../src/cli/print/verify-text.js";
import type { CheckpointVerification, RelativePath, RepairReport, StatusReport } from "../../../src/index.js";
import { backup, madeUpCheckpoint } from "../made-up.js";

const old = madeUpCheckpoint({ id: "checkpoint-20251019-101523-step01" as ReturnType<typeof madeUpCheckpoint>["id"] });

test("a verification shows each checkpoint, each damage, and things that belong to none", () => {
  const whole: CheckpointVerification = { id: old.id, status: "whole", damages: [], problem: null, checkedFiles: 2, checkedBytes: 1234 };
  const damaged = {
    ...whole,
    id: backup.id,
    status: "damaged",
    damages: [
      { path: "proposal.md", problem: "content", detail: "", sharedWith: [whole.id, old.id, madeUpCheckpoint().id] },
      { path: "todo.md", problem: "missing", detail: "ENOENT", sharedWith: [] },
    ],
  } as CheckpointVerification;
  const unverifiable: CheckpointVerification = { ...whole, id: madeUpCheckpoint().id, status: "unverifiable", problem: "no manifest" };
  expect(verifyText({ checkpoints: [whole, damaged, unverifiable], foreign: ["notes.json"] })).toMatchInlineSnapshot(`
    "✓ checkpoint-20251019-101523-step01
    ✗ checkpoint-20251020-144500-backup: proposal.md (content)
    ✗ checkpoint-20251020-144500-backup: todo.md (missing: ENOENT)
    ✗ checkpoint-20251020-143025-step02: cannot be verified (no manifest)
    ! Not part of any checkpoint: notes.json

    ✗ 3 checkpoints checked: 6 files, 3.7 kB; 2 not whole
    "
  `);
  expect(verifyText({ checkpoints: [whole], foreign: [] })).toMatchInlineSnapshot(`
    "✓ checkpoint-20251019-101523-step01

    ✓ 1 checkpoint checked: 2 files, 1.2 kB
    "
  `);
  expect(verifyText({ checkpoints: [], foreign: [] })).toBe("No checkpoints to verify.\n");
});

test("a repair tells all that was done, or that nothing was", () => {
  const nothing: RepairReport = {
    indexRebuilt: false,
    finishedRestores: [],
    adopted: [],
    forgotten: [],
    removedLeftovers: [],
    keptIndexAs: null,
    healed: [],
    damaged: [],
    warnings: [],
  };
  expect(repairText(nothing)).toBe("Nothing to repair.\n");
  const much: RepairReport = {
    ...nothing,
    indexRebuilt: true,
    finishedRestores: [
      { target: old.id, result: "recovered" },
      { target: backup.id, result: "rolled_back" },
    ],
    adopted: [old.id],
    forgotten: [backup.id],
    removedLeftovers: ["tmp-0123456789abcdef"],
    keptIndexAs: "state.json.broken",
    healed: [
      { id: old.id, path: "proposal.md" as RelativePath, from: backup.id },
      { id: old.id, path: "todo.md" as RelativePath, from: "directory" },
      { id: old.id, path: "specs" as RelativePath, from: "manifest" },
    ],
    damaged: [
      {
        id: backup.id,
        status: "damaged",
        damages: [{ path: "a.txt" as RelativePath, problem: "content", detail: "has other bytes", sharedWith: [old.id] }],
        problem: null,
        checkedFiles: 1,
        checkedBytes: 1,
      },
    ],
  };
  expect(repairText(much)).toMatchInlineSnapshot(`
    "✓ Finished the restore of checkpoint-20251019-101523-step01
    ✓ Undid the unfinished restore of checkpoint-20251020-144500-backup
    ✓ Rebuilt the index from the manifests
    ✓ Kept the old index as state.json.broken
    ✓ Added to the index: checkpoint-20251019-101523-step01
    ✓ Taken off the index, because the folder is gone: checkpoint-20251020-144500-backup
    ✓ Removed what a crash left: tmp-0123456789abcdef
    ✓ Healed in checkpoint-20251019-101523-step01: proposal.md (from checkpoint-20251020-144500-backup)
    ✓ Healed in checkpoint-20251019-101523-step01: todo.md (from the directory itself)
    ✓ Healed in checkpoint-20251019-101523-step01: specs (from the manifest)
    ✗ checkpoint-20251020-144500-backup: a.txt (content: has other bytes; the same file as in checkpoint-20251019-101523-step01)
    "
  `);
});

const quietStatus: StatusReport = {
  changeId: "my-feature",
  directory: "/home/ada/my-feature",
  storePath: "/home/ada/my-feature/.checkpoints",
  checkpoints: 7,
  pinned: 1,
  backups: 2,
  latest: { id: old.id, createdAt: "2025-10-20T12:00:00Z" },
  lastSuccessfulStep: 3,
  interrupted: [],
  running: [],
  unfinishedRestore: null,
  lock: null,
  gitMismatch: null,
  session: null,
  workflow: null,
  incomplete: [],
  changes: { added: 1, changed: 2, removed: 0 },
  storeBytes: 1_200_000,
  cleanable: { checkpoints: 2, freedBytes: 30_000 },
  git: { commit: "abc123def4567890", branch: "main" },
  warnings: [],
};
const now = new Date("2025-10-20T15:00:00Z");

test("the status shows the state at a glance", () => {
  expect(statusText(quietStatus, now)).toMatchInlineSnapshot(`
    "Change: my-feature
    Directory: /home/ada/my-feature
    Store: /home/ada/my-feature/.checkpoints
    Checkpoints: 7 (2 backups, 1 pinned), 1.2 MB on disk
    Clean: would remove 2 and free 30 kB
    Latest: checkpoint-20251019-101523-step01 (3 hours ago)
    Since then: 1 added, 2 changed, 0 removed
    Last successful step: 3
    Git: abc123def (branch main)
    "
  `);
});

test("the status names steps that were interrupted or run, an unfinished restore and a lock", () => {
  const report: StatusReport = {
    ...quietStatus,
    latest: null,
    changes: null,
    git: null,
    lastSuccessfulStep: null,
    interrupted: [old.id],
    running: [backup.id],
    unfinishedRestore: { target: old.id, startedAt: "2025-10-20T14:00:00Z" },
    lock: { description: "pid 42 (stepback create)", ageSeconds: 3 },
  };
  expect(statusText(report, now)).toMatchInlineSnapshot(`
    "Change: my-feature
    Directory: /home/ada/my-feature
    Store: /home/ada/my-feature/.checkpoints
    Checkpoints: 7 (2 backups, 1 pinned), 1.2 MB on disk
    Clean: would remove 2 and free 30 kB
    … running: the step of checkpoint-20251020-144500-backup
    ⚠ interrupted: the step of checkpoint-20251019-101523-step01
    ⚠ unfinished: the restore of checkpoint-20251019-101523-step01, started 2025-10-20 14:00:00; \`stepback repair\` finishes it
    ! locked by pid 42 (stepback create)
    "
  `);
});

test("a status without changes says so", () => {
  expect(statusText({ ...quietStatus, changes: { added: 0, changed: 0, removed: 0 } }, now)).toContain("Since then: no changes\n");
});

test("colours touch symbols at the start of lines and ids, never the text", () => {
  const text = `✓ Kept ✓ 5\n  Status: ✗ Failed\nwarning: x\n${old.id}\n`;
  const colored = colorize(text);
  expect(colored).not.toBe(text);
  expect(colored.replace(/\u001b\[\d+m/g, "")).toBe(text);
  expect(colored).toContain("Kept ✓ 5");
});

test("JSON escapes what a terminal could take for commands, and writes big numbers as text", () => {
  expect(jsonText({ a: "\u001b\u009b\u007f", b: 1n })).toBe('{\n  "a": "\\u001b\\u009b\\u007f",\n  "b": "1"\n}\n');
});
