import { expect, test } from "vitest";
import { cleanText } from "../../../src/cli/print/clean-text.js";
import { deletedText, deleteQuestion } from "../../../src/cli/print/delete-text.js";
import type { CleanResult, KeepReason, RetentionPolicy } from "../../../src/index.js";
import { backup, madeUpCheckpoint } from "../made-up.js";

const old = madeUpCheckpoint({ id: "checkpoint-20251019-101523-step01" as ReturnType<typeof madeUpCheckpoint>["id"] });

function madeUpClean(
  policy: RetentionPolicy,
  { decision, ...differences }: Partial<Omit<CleanResult, "decision">> & { decision?: Partial<CleanResult["decision"]> } = {},
): CleanResult {
  const kept = Array.from({ length: 5 }, () => ({ record: madeUpCheckpoint(), reasons: ["last"] as KeepReason[] }));
  const decided = { kept, expired: [old], overLimit: [], keptBytes: null, ...decision };
  return { policy, decision: decided, freedBytes: 1_200_000, isDryRun: false, ...differences };
}

test("a cleanup lists what it removes and counts what stays", () => {
  expect(cleanText("my-feature", madeUpClean({ keepLast: 5 }))).toMatchInlineSnapshot(`
    "Keeping 5 most recent checkpoints for 'my-feature'

    Removing old checkpoints:
      - checkpoint-20251019-101523-step01

    Keeping, and why:
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)

    ✓ Removed 1 old checkpoint
    ✓ Kept 5 recent checkpoints
    ✓ Freed 1.2 MB
    "
  `);
});

test("what no rule keeps but must stay is listed with the reason", () => {
  const kept = [
    { record: madeUpCheckpoint(), reasons: ["last", "newest_complete"] as KeepReason[] },
    { record: backup, reasons: ["recent_backup", "pinned"] as KeepReason[] },
  ];
  expect(cleanText("my-feature", madeUpClean({ keepLast: 1, olderThanDays: 30 }, { decision: { kept, expired: [old, old] } })))
    .toMatchInlineSnapshot(`
      "Keeping the most recent one and those of the last 30 days for 'my-feature'

      Removing old checkpoints:
        - checkpoint-20251019-101523-step01
        - checkpoint-20251019-101523-step01

      Keeping, and why:
        - checkpoint-20251020-143025-step02 (most recent, newest complete one)
        - checkpoint-20251020-144500-backup (backup of the last day, pinned)

      ✓ Removed 2 old checkpoints
      ✓ Kept 2 recent checkpoints
      ✓ Freed 1.2 MB
      "
    `);
});

test("a dry run says what would be removed and freed", () => {
  expect(cleanText("my-feature", madeUpClean({ olderThanDays: 30 }, { isDryRun: true }))).toMatchInlineSnapshot(`
    "Keeping those of the last 30 days for 'my-feature'

    Would remove old checkpoints:
      - checkpoint-20251019-101523-step01

    Keeping, and why:
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)

    Would remove 1 old checkpoint and free 1.2 MB
    Would keep 5 recent checkpoints; nothing was changed
    "
  `);
});

test("a cleanup without anything to remove says so", () => {
  const { kept } = madeUpClean({}).decision;
  expect(cleanText("my-feature", madeUpClean({ keepLast: 10 }, { decision: { kept, expired: [] } }))).toMatchInlineSnapshot(`
    "Keeping 10 most recent checkpoints for 'my-feature'

    Nothing to remove.

    Keeping, and why:
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)
      - checkpoint-20251020-143025-step02 (most recent)

    ✓ Kept 5 recent checkpoints
    "
  `);
});

test("a deletion names what goes before it asks, and what went", () => {
  expect(deleteQuestion([madeUpCheckpoint(), backup])).toMatchInlineSnapshot(`
    "Delete 2 checkpoints? This cannot be undone.
      - checkpoint-20251020-143025-step02
          Step: 2 (Create Proposal)
          Created: 2025-10-20 14:30:25
      - checkpoint-20251020-144500-backup
          Type: backup
          Created: 2025-10-20 14:45:00"
  `);
  expect(deletedText({ deleted: [old], freedBytes: 0 })).toBe("✓ Deleted checkpoint-20251019-101523-step01\n✓ Freed 0 bytes\n");
});
