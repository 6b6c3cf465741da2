import { ConflictError, messageOf, RestoreVerificationError, StepbackError } from "../errors/index.js";
import type { CheckpointId, RestoreRecord } from "../formats/index.js";
import { mayChangeOwners, RootDirectory, toStorageError } from "../platform/index.js";
import type { StoreWriter, WorkFolder } from "../store/index.js";
import type { ApplyContext } from "./apply.js";
import { endRestore, tryToComplete, undoRestore } from "./complete.js";
import { describeKept } from "./roll-back.js";
import { callWitness } from "./witness.js";
import { assertPlainWork, isRollingBack, openWork, readJournal } from "./work.js";

/** How a restore that a crash left was ended. */
export interface RecoveredRestore {
  target: CheckpointId;
  result: Exclude<RestoreRecord["result"], "restored">;
  /** Why it was undone; null when it was finished. */
  reason: string | null;
}

/**
 * Ends every restore that a crash left: goes on with it, or, when a path has been changed since or it was being undone, undoes
 * it. May itself be killed and called again.
 * @throws JournalUnusableError when a journal cannot be read, or its checkpoints do not bear it out; nothing is guessed then
 */
export async function recoverRestores(writer: StoreWriter, unfinished: readonly WorkFolder[]): Promise<RecoveredRestore[]> {
  const recovered: RecoveredRestore[] = [];
  for (const folder of unfinished) {
    const work = openWork(folder.path);
    assertPlainWork(work);
    const journal = readJournal(work);
    const witness = callWitness(writer, work, journal);
    const root = RootDirectory.open(writer.store.directory);
    try {
      const context: ApplyContext = { root, work, journal, keepOwner: mayChangeOwners(), witness };
      recovered.push({ target: journal.target, ...(await complete(writer, context)) });
    } finally {
      root.close();
    }
  }
  return recovered;
}

async function complete(writer: StoreWriter, context: ApplyContext): Promise<Omit<RecoveredRestore, "target">> {
  const isUndone = isRollingBack(context.work);
  const failure = isUndone ? null : await tryToComplete(writer, context, "recovered");
  if (!isUndone && failure === null) {
    writer.entry.warnings.push(...(await endRestore(writer, context, "after")));
    return { result: "recovered", reason: null };
  }
  const kept = await undoRestore(writer, context, failure);
  if (failure !== null && !(toStorageError(failure, writer.store.path) instanceof StepbackError)) throw failure;
  writer.entry.warnings.push(...kept.map((one) => `${one.path} had been changed after the crash and ${describeKept([one])}`));
  return { result: "rolled_back", reason: describeReason(failure) };
}

function describeReason(failure: Error | null): string {
  if (failure === null) return "its undoing had been begun";
  const isMeddled = failure instanceof ConflictError || failure instanceof RestoreVerificationError;
  return isMeddled ? "the directory had changed since" : messageOf(failure);
}
