import { join } from "node:path";
import { renameSync, lstatSync } from "node:fs";
import { hasCode, JournalUnusableError, messageOf, StepbackError } from "../errors/index.js";
import { encodeJournal, parseJournal, type Journal } from "../formats/index.js";
import {
  isShortage,
  isThere,
  readPlainFile,
  replaceFile,
  syncFolder,
  syncFolderOrUndo,
  toStorageError,
  type Durability,
} from "../platform/index.js";
import { discardWorkFolder, JOURNAL_NAME, makeLiveWorkFolder, makeWorkFolder, type Store } from "../store/index.js";

/** Its presence turns a recovery round: the restore is being undone, not finished. */
const ROLL_BACK_NAME = "roll-back";

const PARTS = ["stage", "trash"] as const;

/** The folder of one restore in flight: what goes in (`stage/`), what came out (`trash/`), and the journal. */
export interface RestoreWork {
  readonly path: string;
  readonly stagePath: string;
  readonly trashPath: string;
}

/** Names the parts of a work folder that is there. */
export function openWork(path: string): RestoreWork {
  return { path, stagePath: join(path, "stage"), trashPath: join(path, "trash") };
}

/**
 * Makes the work folder of a new restore: in the store, or, where that lies on another file system, in the change directory,
 * because only a rename within one file system is atomic.
 */
export function makeWork(store: Store): RestoreWork {
  const isSameFileSystem = lstatSync(store.path, { bigint: true }).dev === lstatSync(store.directory, { bigint: true }).dev;
  return openWork(isSameFileSystem ? makeWorkFolder(store, "restore", PARTS) : makeLiveWorkFolder(store, PARTS));
}

/** Whether the folder lies in the change directory itself, whose times its removal changes. */
export function isInDirectory(store: Store, work: RestoreWork): boolean {
  return !work.path.startsWith(join(store.path, "restore-"));
}

/**
 * Makes sure that what goes in and out stays in the work folder, whoever made it.
 * @throws JournalUnusableError when a part of it leads elsewhere
 */
export function assertPlainWork(work: RestoreWork): void {
  for (const path of [work.path, work.stagePath, work.trashPath]) {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory())
      throw new JournalUnusableError(join(work.path, JOURNAL_NAME), `${path} is no plain folder`);
  }
}

/** The commit point: from here on the restore is finished or undone, by whoever comes next. */
export function writeJournal(work: RestoreWork, journal: Journal, durability: Durability): void {
  replaceFile(join(work.path, JOURNAL_NAME), encodeJournal(journal), { durability });
  if (durability === "full") syncFolder(join(work.path, ".."));
}

/** @throws JournalUnusableError */
export function readJournal(work: RestoreWork): Journal {
  const path = join(work.path, JOURNAL_NAME);
  let bytes: Buffer | undefined;
  try {
    bytes = readPlainFile(path);
  } catch (error) {
    // A journal that only cannot be reached at the moment is not one to move away.
    if (isShortage(error) || hasCode(error, "EACCES", "EPERM")) throw toStorageError(error, path);
    throw new JournalUnusableError(path, messageOf(error), error);
  }
  if (bytes === undefined) throw new JournalUnusableError(path, "is gone");
  return parseJournal(bytes.toString("utf8"), path);
}

/**
 * Ends a restore: without its journal the folder is mere waste, which the next writer would clear as well; gives warnings of what could not
 * be removed. An end that fails is none: the journal is there again, and whoever comes next ends the restore.
 */
export async function closeWork(work: RestoreWork, durability: Durability): Promise<string[]> {
  try {
    const path = join(work.path, JOURNAL_NAME);
    renameSync(path, `${path}.done`);
    if (durability === "full") syncFolderOrUndo(work.path, () => renameSync(`${path}.done`, path));
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw toStorageError(error, work.path);
  }
  return discardWorkFolder(work.path);
}

/**
 * Tells a recovery that this restore is being undone. Without the mark it would go forward again, which is as safe; so a disk
 * that takes no mark, which may be why it is being undone, does not stop the undoing.
 */
export function markRollBack(work: RestoreWork, durability: Durability): void {
  if (isRollingBack(work)) return;
  try {
    replaceFile(join(work.path, ROLL_BACK_NAME), "This restore is being undone.\n", { durability });
  } catch (error) {
    if (!(toStorageError(error, work.path) instanceof StepbackError)) throw error;
  }
}

export function isRollingBack(work: RestoreWork): boolean {
  return isThere(join(work.path, ROLL_BACK_NAME));
}
