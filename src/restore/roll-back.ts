import { hasCode, UnsafePathError } from "../errors/index.js";
import type { JournalOperation, TreeEntry } from "../formats/index.js";
import { printablePath, Slice, type RootDirectory } from "../platform/index.js";
import { attributesOf, finishFolders, lookAtSlot, openFolders, stageSlot, trashSlot, type ApplyContext } from "./apply.js";
import { placementsOf, removalsOf, retouchesOf } from "./journal-plan.js";
import { hasContentOf } from "./live-entry.js";

/**
 * Undoes what was done of a journal; may be broken off and called again at any point.
 *
 * What somebody else put or changed in the meantime stays where it is: it is not ours to take. Gives those paths.
 */
export async function rollBackJournal(context: ApplyContext): Promise<string[]> {
  const slice = new Slice();
  const kept: string[] = [];
  openFolders(context, "before");
  openFolders(context, "after");
  for (const operation of placementsOf(context.journal).reverse()) {
    if (!(await takeBack(context, operation))) kept.push(printablePath(operation.path));
    if (slice.isOver()) await slice.rest();
  }
  for (const operation of removalsOf(context.journal).reverse()) {
    if (!putBack(context, operation)) kept.push(printablePath(operation.path));
    if (slice.isOver()) await slice.rest();
  }
  for (const operation of retouchesOf(context.journal)) await retouchBack(context, operation);
  finishFolders(existingFolders(context), "before");
  return kept;
}

/** Takes what we put in place back to the stage; false when it is no longer what we put there. */
async function takeBack({ root, work, witness }: ApplyContext, operation: JournalOperation): Promise<boolean> {
  const { path } = operation;
  const after = operation.after as TreeEntry;
  if (after.type === "directory") return removeFolderIfEmpty(root, path, operation.before);
  const slot = stageSlot(work, operation);
  // Nowhere else may it be kept: what was taken back goes away with the work folder.
  const mayTake = async (): Promise<boolean> => witness === undefined || (await witness.holdsAfter(operation));
  const staged = lookAtSlot(slot);
  if (staged !== undefined) {
    // Both names on one inode: the restore was cut off between making the one and removing the other.
    if (!root.isSameFile(path, staged)) return true;
    if (!(await mayTake())) return false;
    root.moveOut(path, `${slot}.second-name`);
    return true;
  }
  if (root.lookAt(path) === undefined) return true;
  if (!(await hasContentOf(root, path, after)) || !(await mayTake())) return false;
  root.moveOut(path, slot);
  return true;
}

/** A folder that we made goes again unless something of somebody else's is in it. */
function removeFolderIfEmpty(root: RootDirectory, path: string, before: TreeEntry | null): boolean {
  if (before?.type === "directory" || root.lookAt(path)?.isDirectory() !== true) return true;
  try {
    root.removeEmptyFolder(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return false;
    throw error;
  }
}

/** Puts what we took out back; false when the place is taken. */
function putBack({ root, work }: ApplyContext, operation: JournalOperation): boolean {
  const slot = trashSlot(work, operation);
  const stats = lookAtSlot(slot);
  if (stats === undefined) return true;
  try {
    if (stats.isDirectory()) root.moveFolderIn(slot, operation.path);
    else root.moveIn(slot, operation.path);
    return true;
  } catch (error) {
    // What somebody put in its place is theirs; the backup has ours.
    if (error instanceof UnsafePathError || hasCode(error, "ENOENT")) return false;
    if (hasCode(error, "EEXIST", "ENOTEMPTY", "ENOTDIR", "EISDIR")) return root.isSameFile(operation.path, stats);
    throw error;
  }
}

async function retouchBack({ root, keepOwner }: ApplyContext, operation: JournalOperation): Promise<void> {
  const before = operation.before as TreeEntry;
  if (await hasContentOf(root, operation.path, before)) root.setAttributes(operation.path, attributesOf(before, keepOwner));
}

/** Folders that could not be put back have no times to set. */
function existingFolders(context: ApplyContext): ApplyContext {
  const folders = context.journal.folders.filter(({ path }) => context.root.lookAt(path)?.isDirectory() === true);
  return { ...context, journal: { ...context.journal, folders } };
}
