import {
  ConflictError,
  messageOf,
  RestoreUnfinishedError,
  RestoreVerificationError,
  StepbackError,
  UnsafePathError,
} from "../errors/index.js";
import type { Journal, RestoreRecord } from "../formats/index.js";
import { flushFileSystem, toStorageError } from "../platform/index.js";
import type { StoreWriter } from "../store/index.js";
import { applyJournal, attributesOf, type ApplyContext } from "./apply.js";
import { recordRestore } from "./record-restore.js";
import { rollBackJournal } from "./roll-back.js";
import { findUnapplied } from "./verify-applied.js";
import { closeWork, isInDirectory, markRollBack } from "./work.js";

/**
 * Applies, verifies, makes durable and records a restore; gives what went wrong instead of throwing it, because the caller must undo then.
 *
 * That includes a flush that failed: the system tells of a failed write once, so a second flush that succeeds would prove nothing.
 */
export async function tryToComplete(writer: StoreWriter, context: ApplyContext, result: RestoreRecord["result"]): Promise<Error | null> {
  try {
    await applyJournal(context);
    const wrong = await findUnapplied(context);
    if (wrong.length > 0) return new RestoreVerificationError(wrong);
    if (writer.durability === "full") await flushFileSystem(writer.store.directory);
    recordRestore(writer, context.journal, result);
    return null;
  } catch (error) {
    if (error instanceof UnsafePathError)
      return new ConflictError(String(error.details["path"]), "was swapped while the restore ran", error);
    if (error instanceof Error) return error;
    throw error;
  }
}

/**
 * Puts everything back as it was, durably, and drops the journal; gives the paths that somebody else changed and that stay.
 * @throws RestoreUnfinishedError, with the journal kept
 */
export async function undoRestore(writer: StoreWriter, context: ApplyContext, failure: Error | null): Promise<string[]> {
  const { store, durability } = writer;
  try {
    markRollBack(context.work, durability);
    const kept = await rollBackJournal(context);
    if (durability === "full") await flushFileSystem(store.directory);
    recordUndone(writer, context.journal);
    await endRestore(writer, context, "before");
    return kept;
  } catch (error) {
    if (!(toStorageError(error, store.path) instanceof StepbackError)) throw error;
    throw new RestoreUnfinishedError(context.journal.target, messageOf(failure ?? error), error);
  }
}

/** A history that cannot be written, for want of space perhaps, is no reason to leave a restore half undone. */
function recordUndone(writer: StoreWriter, journal: Journal): void {
  try {
    recordRestore(writer, journal, "rolled_back");
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
  }
}

/** Drops the journal, and gives warnings of what could not be removed. A work folder in the directory itself moves the directory's times when it goes. */
export async function endRestore(
  writer: StoreWriter,
  { work, journal, root, keepOwner }: ApplyContext,
  side: "before" | "after",
): Promise<string[]> {
  const warnings = await closeWork(work, writer.durability);
  const settled = journal.folders.find(({ path }) => path === "")?.[side] ?? null;
  if (settled !== null && isInDirectory(writer.store, work)) root.setAttributes("", attributesOf(settled, keepOwner));
  return warnings;
}
