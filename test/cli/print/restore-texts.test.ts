import { describe, expect, test } from "vitest";
import { gitMismatch } from "../../../src/cli/print/git-text.js";
import { historyText } from "../../../src/cli/print/history-text.js";
import { planText } from "../../../src/cli/print/plan-text.js";
import { leftAloneText, restoredText, restoreQuestion } from "../../../src/cli/print/restore-text.js";
import { failureText, keptText, runPlanText, successText } from "../../../src/cli/print/run-text.js";
import type { LeftAlone, RestoreRecord, StepOutcome } from "../../../src/index.js";
import { backup, madeUpCheckpoint, madeUpPlan } from "../made-up.js";

const target = madeUpCheckpoint();
const twoFiles = madeUpPlan(["replace proposal.md", "create todo.md", "retouch ."]);

test("the question tells what will happen before it asks", () => {
  expect(restoreQuestion({ target, plan: twoFiles, mismatch: null, namedPaths: 0 })).toMatchInlineSnapshot(`
    "Rollback to checkpoint 'checkpoint-20251020-143025-step02'?
      Step: 2 (Create Proposal)
      Created: 2025-10-20 14:30:25
      Files: proposal.md, todo.md
      Changes: 2 files to restore, 0 to remove

    This will:
      1. Create backup of current state
      2. Restore all files from checkpoint
      3. You can rollback to the backup if needed"
  `);
});

test("the question names the commit when HEAD has moved on, and how many paths were named", () => {
  const mismatch = gitMismatch(target, { commit: "9".repeat(40), branch: "feature" });
  const text = restoreQuestion({ target, plan: twoFiles, mismatch, namedPaths: 1 });
  expect(text).toContain("! Note: these files are from commit abc123def (branch main); HEAD is now at 999999999 (branch feature).");
  expect(text).toContain("  2. Restore 1 named path from checkpoint\n");
});

test("HEAD at the recorded commit, or no recorded commit, is no mismatch", () => {
  expect(gitMismatch(target, { commit: target.gitCommit, branch: "other" })).toBeNull();
  expect(gitMismatch({ gitCommit: null, gitBranch: null }, { commit: "9".repeat(40), branch: null })).toBeNull();
  expect(gitMismatch(target, { commit: null, branch: null })).toContain("there is no commit here now");
});

test("a finished restore tells the backup, the counts, and what can be done next", () => {
  expect(restoredText({ target, backup, plan: twoFiles, warnings: [] })).toMatchInlineSnapshot(`
    "✓ Created backup: checkpoint-20251020-144500-backup
    ✓ Restored 2 files
    ✓ Rollback complete!

    You can now:
      - Review restored files
      - Re-run step 2 with fixes
      - Undo this with \`stepback undo\`
    "
  `);
});

test("a restore that removed files and left paths alone says so; without a step there is none to run again", () => {
  const leftAlone = [
    { path: ".checkpoints", reason: "store", detail: "" },
    { path: "notes.md", reason: "kept_added", detail: "" },
    { path: "secret", reason: "unreadable", detail: "EACCES" },
  ] as LeftAlone[];
  const plan = madeUpPlan(["create a.md", "create specs/", "remove b.md", "remove c.md", "remove old/"], leftAlone);
  expect(restoredText({ target: backup, backup, plan, warnings: [] })).toMatchInlineSnapshot(`
    "✓ Created backup: checkpoint-20251020-144500-backup
    ✓ Restored 1 file and 1 folder
    ✓ Removed 2 files added since
    ✓ Removed 1 folder added since
    ✓ Rollback complete!
    ! Left alone: secret (unreadable: EACCES)
    ! Left alone: notes.md (added since, kept)

    You can now:
      - Review restored files
      - Undo this with \`stepback undo\`
    "
  `);
});

test("a restore with nothing to do says so", () => {
  expect(restoredText({ target, backup: null, plan: madeUpPlan([]), warnings: [] })).toBe(
    "Already as in checkpoint 'checkpoint-20251020-143025-step02'; nothing to do.\n",
  );
});

test("of many paths left alone the first ten are named, failures before all others", () => {
  const leftAlone = Array.from({ length: 12 }, (_, at) => ({ path: `p${at}`, reason: at === 11 ? "unstable" : "ignored", detail: "" }));
  const lines = leftAloneText({ leftAlone: leftAlone as LeftAlone[] })
    .trimEnd()
    .split("\n");
  expect(lines[0]).toBe("! Left alone: p11 (unstable)");
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe("! Left alone: 2 more");
});

test("a dry run shows every operation and says that nothing was changed", () => {
  expect(planText(target, madeUpPlan(["replace proposal.md", "create specs/", "remove b\u001b.md", "retouch ."]))).toMatchInlineSnapshot(`
    "Would rollback to checkpoint 'checkpoint-20251020-143025-step02':
      replace  proposal.md
      create   specs/
      remove   b\\x1b.md
      retouch  ./

    Would restore 1 file and remove 1; nothing was changed.
    "
  `);
});

test("the history shows when, to where, with which backup, and how it ended", () => {
  const restore: RestoreRecord = {
    at: "2025-10-20T14:45:00Z",
    target: target.id,
    backup: backup.id,
    paths: ["a", "b", "c", "d", "e", "f"],
    counts: { created: 1, replaced: 2, removed: 3, retouched: 4, leftAlone: 5 },
    result: "restored",
  };
  expect(historyText("my-feature", [restore])).toMatchInlineSnapshot(`
    "Restores of 'my-feature':

    2025-10-20 14:45:00
      To: checkpoint-20251020-143025-step02
      Backup: checkpoint-20251020-144500-backup
      Paths: a, b, c, d, e, … (6 paths)
      Changes: 1 created, 2 replaced, 3 removed, 4 retouched
      Result: ✓ Restored

    "
  `);
  expect(historyText("my-feature", [])).toBe("No restores of 'my-feature' yet.\n");
});

describe("run", () => {
  const request = { command: ["npm", "test"] as [string, string], step: 3, stepName: "Create Specs" };
  const outcome: StepOutcome = {
    before: target,
    success: false,
    exitStatus: 1,
    exitCode: 1,
    signal: null,
    durationMs: 2500,
    verifyExitCode: null,
    problem: null,
    rollback: null,
    warnings: [],
  };

  test("a step that went well names the checkpoint before it", () => {
    expect(successText(request, outcome)).toBe(
      "✓ Step 3 (Create Specs) succeeded in 2.5 s\n  Checkpoint before it: checkpoint-20251020-143025-step02\n",
    );
  });

  test.each<[string, Partial<StepOutcome>]>([
    ["✗ Step 3 (Create Specs) failed with exit code 1", {}],
    ["✗ Step 3 (Create Specs) was ended by SIGKILL", { exitCode: null, exitStatus: 137, signal: "SIGKILL" }],
    ["✗ Step 3 (Create Specs) failed: the command was not found", { exitCode: null, exitStatus: 127 }],
    ["✗ Step 3 (Create Specs) failed: the command cannot be executed", { exitCode: null, exitStatus: 126 }],
    ["✗ Step 3 (Create Specs) failed: the verification ended with exit code 4", { exitCode: 0, exitStatus: 4, verifyExitCode: 4 }],
  ])("%s", (text, differences) => {
    expect(failureText(request, { ...outcome, ...differences })).toBe(`${text}\n`);
  });

  test("a command without a step is named by itself", () => {
    expect(failureText({ command: ["npm", "test"] }, outcome)).toBe("✗ `npm test` failed with exit code 1\n");
  });

  test("files that were kept come with the way back", () => {
    expect(keptText(target)).toContain("`stepback restore checkpoint-20251020-143025-step02`");
  });

  test("a dry run lists what would be done", () => {
    expect(runPlanText({ ...request, verify: "npm run check", onFailure: "ask", checkpoints: true })).toMatchInlineSnapshot(`
      "Would do, and has not done:
        1. Create a checkpoint before step 3 (Create Specs)
        2. Run: npm test
        3. Verify with: npm run check
        4. On failure: ask whether to roll back
      "
    `);
    expect(runPlanText({ command: ["ls"], onFailure: "keep", checkpoints: false })).toMatchInlineSnapshot(`
      "Would do, and has not done:
        1. Create no checkpoint
        2. Run: ls
      "
    `);
  });
});
