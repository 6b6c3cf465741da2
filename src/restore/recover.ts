import type { CheckpointId, RestoreRecord } from "../formats/index.js";
import { RootDirectory } from "../platform/index.js";
import type { StoreWriter, WorkFolder } from "../store/index.js";
import type { ApplyContext } from "./apply.js";
import { finishRestore, isRoot, tryToApply, undoRestore } from "./restore.js";
import { callWitness } from "./witness.js";
import { assertPlainWork, isRollingBack, openWork, readJournal } from "./work.js";

/** How a restore that a crash left was ended. */
export interface RecoveredRestore {
  target: CheckpointId;
  result: Exclude<RestoreRecord["result"], "restored">;
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
      const context: ApplyContext = { root, work, journal, keepOwner: isRoot(), witness };
      recovered.push({ target: journal.target, result: await endRestore(writer, context) });
    } finally {
      root.close();
    }
  }
  return recovered;
}

async function endRestore(writer: StoreWriter, context: ApplyContext): Promise<RecoveredRestore["result"]> {
  const failure = isRollingBack(context.work) ? true : await tryToApply(context);
  if (failure === null) {
    await finishRestore(writer, context, "recovered");
    return "recovered";
  }
  const kept = await undoRestore(writer, context);
  writer.entry.warnings.push(...kept.map((path) => `${path} had been changed after the crash and was left as it is`));
  return "rolled_back";
}
