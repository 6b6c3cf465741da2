import { expect, test } from "vitest";
import { cleanText } from "../../../src/cli/print/clean-text.js";
import { deletedText, deleteQuestion } from "../../../src/cli/print/delete-text.js";
import type { CleanResult, KeepReason } from "../../../src/index.js";
import { backup, madeUpCheckpoint } from "../made-up.js";

const old = madeUpCheckpoint({ id: "checkpoint-20251019-101523-step01" as ReturnType<typeof madeUpCheckpoint>["id"] });

function madeUpClean(differences: Partial<CleanResult> = {}): CleanResult {
  const kept = Array.from({ length: 5 }, () => ({ record: madeUpCheckpoint(), reasons: ["last"] as KeepReason[] }));
  return { decision: { kept, expired: [old] }, freedBytes: 1_200_000, isDryRun: false, ...differences };
}

test("a cleanup lists what it removes and counts what stays", () => {
  expect(cleanText("my-feature", { keepLast: 5 }, madeUpClean())).toMatchInlineSnapshot(`
    "Keeping 5 most recent checkpoints for 'my-feature'

    Removing old checkpoints:
      - checkpoint-20251019-101523-step01

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
  expect(cleanText("my-feature", { keepLast: 1, keepWithinDays: 30 }, madeUpClean({ decision: { kept, expired: [old, old] } })))
    .toMatchInlineSnapshot(`
    "Keeping 1 most recent checkpoint and those of the last 30 days for 'my-feature'

    Also keeping:
      - checkpoint-20251020-144500-backup (backup of the last day, pinned)

    Removing old checkpoints:
      - checkpoint-20251019-101523-step01
      - checkpoint-20251019-101523-step01

    ✓ Removed 2 old checkpoints
    ✓ Kept 2 recent checkpoints
    ✓ Freed 1.2 MB
    "
  `);
});

test("a dry run says what would be removed and freed", () => {
  expect(cleanText("my-feature", { keepWithinDays: 30 }, madeUpClean({ isDryRun: true }))).toMatchInlineSnapshot(`
    "Keeping checkpoints of the last 30 days for 'my-feature'

    Would remove old checkpoints:
      - checkpoint-20251019-101523-step01

    Would remove 1 old checkpoint and free 1.2 MB
    Would keep 5 recent checkpoints; nothing was changed
    "
  `);
});

test("a cleanup without anything to remove says so", () => {
  const { kept } = madeUpClean().decision;
  expect(cleanText("my-feature", { keepLast: 10 }, madeUpClean({ decision: { kept, expired: [] } }))).toMatchInlineSnapshot(`
    "Keeping 10 most recent checkpoints for 'my-feature'

    Nothing to remove.

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
