import { StepbackError } from "../errors/index.js";
import type { CheckpointId } from "../formats/index.js";
import { workFolders, type Store, type StoreListing } from "../store/index.js";
import { openWork, readJournal } from "./work.js";

/** A restore that a crash left in the middle; the next writing command ends it. */
export interface UnfinishedRestore {
  target: CheckpointId;
  backup: CheckpointId;
  startedAt: string;
}

/** Looks for a restore in flight without ending it; journals that cannot be read are told as problems. */
export function readUnfinishedRestore(store: Store, listing: StoreListing): { unfinished: UnfinishedRestore | null; problems: string[] } {
  const problems: string[] = [];
  for (const folder of workFolders(store, listing.work)) {
    if (folder.kind !== "restore" || !folder.hasJournal) continue;
    try {
      const { target, backup, startedAt } = readJournal(openWork(folder.path));
      return { unfinished: { target, backup, startedAt }, problems };
    } catch (error) {
      if (!(error instanceof StepbackError)) throw error;
      problems.push(error.message);
    }
  }
  return { unfinished: null, problems };
}
