import type { BigIntStats } from "node:fs";
import { hasCode, UnsafePathError } from "../errors/index.js";
import type { Journal, JournalOperation, TreeEntry } from "../formats/index.js";
import { printablePath, Slice, type RootDirectory } from "../platform/index.js";
import { attributesOf, finishFolders, openFolders, type ApplyContext } from "./apply.js";
import { placementsOf, removalsOf, retouchesOf } from "./journal-plan.js";
import { hasContentOf } from "./live-entry.js";
import { hasRightsOfRestore, hasRightsOfRetouch } from "./rights.js";
import { holdsContentOf, lookAtSlot, setAside, stageSlot, trashSlot } from "./slots.js";

/** A path that somebody else changed while a restore ran. */
export interface KeptPath {
  /** Printable. */
  path: string;
  /** Where a version of it is that no checkpoint has, when its place was taken; null when there is none. */
  asideAt: string | null;
}

/** Says what became of paths that somebody else changed. */
export function describeKept(kept: readonly KeptPath[]): string {
  const places = kept.flatMap(({ asideAt }) => (asideAt === null ? [] : [printablePath(asideAt)]));
  const aside = places.length === 0 ? "" : `, and what could not go back to its place is in ${places.join(", ")}`;
  return `was left as it is${aside}`;
}

/** How one path was put back: as it was, or left as somebody else made it, with the place of what was set aside. */
type PutBack = "as it was" | "left" | { asideAt: string };

/**
 * Undoes what was done of a journal; may be broken off and called again at any point.
 *
 * What somebody else put or changed in the meantime stays where it is: it is not ours to take. Gives those paths.
 */
export async function rollBackJournal(context: ApplyContext): Promise<KeptPath[]> {
  const { journal } = context;
  const slice = new Slice();
  const kept: KeptPath[] = [];
  openFolders(context, "before");
  openFolders(context, "after");
  const steps = [
    ...placementsOf(journal)
      .reverse()
      .map((operation) => ({ operation, step: takeBack })),
    ...removalsOf(journal)
      .reverse()
      .map((operation) => ({ operation, step: putBack })),
    ...retouchesOf(journal).map((operation) => ({ operation, step: retouchBack })),
  ];
  for (const { operation, step } of steps) {
    const outcome = await step(context, operation);
    if (outcome !== "as it was") {
      kept.push({ path: printablePath(operation.path), asideAt: outcome === "left" ? null : outcome.asideAt });
    }
    if (slice.isOver()) await slice.rest();
  }
  const { untouched, changed } = existingFolders(context);
  finishFolders({ ...context, journal: { ...journal, folders: untouched } }, "before");
  return [...kept, ...changed.map(({ path }) => ({ path: path === "" ? "." : printablePath(path), asideAt: null }))];
}

/** Takes what we put in place back to the stage, unless it is no longer what we put there. */
async function takeBack({ root, work, witness }: ApplyContext, operation: JournalOperation): Promise<PutBack> {
  const { path } = operation;
  const after = operation.after as TreeEntry;
  if (after.type === "directory") return removeFolderIfEmpty(root, path, operation.before);
  const slot = stageSlot(work, operation);
  // Nowhere else may it be kept: what was taken back goes away with the work folder.
  const mayTake = async (): Promise<boolean> => witness === undefined || (await witness.holdsAfter(operation));
  const staged = lookAtSlot(slot);
  if (staged !== undefined) {
    // Both names on one inode: the restore was cut off between making the one and removing the other.
    if (!root.isSameFile(path, staged)) return "as it was";
    if (!(await mayTake())) return "left";
    root.moveOut(path, `${slot}.second-name`);
    return "as it was";
  }
  if (root.lookAt(path) === undefined) return "as it was";
  if (!(await hasContentOf(root, path, after)) || !(await mayTake())) return "left";
  root.moveOut(path, slot);
  // It could have been changed between the look and the move.
  if (await holdsContentOf(slot, after)) return "as it was";
  return moveBackIn(root, slot, path) ? "left" : { asideAt: setAside(work, operation, slot) };
}

/** A folder that we made goes again unless something of somebody else's is in it. */
function removeFolderIfEmpty(root: RootDirectory, path: string, before: TreeEntry | null): PutBack {
  if (before?.type === "directory" || root.lookAt(path)?.isDirectory() !== true) return "as it was";
  try {
    root.removeEmptyFolder(path);
    return "as it was";
  } catch (error) {
    if (hasCode(error, "ENOTEMPTY", "EEXIST")) return "left";
    throw error;
  }
}

/** Puts what we took out back, unless the place is taken. */
async function putBack({ root, work }: ApplyContext, operation: JournalOperation): Promise<PutBack> {
  const slot = trashSlot(work, operation);
  if (lookAtSlot(slot) === undefined || moveBackIn(root, slot, operation.path)) return "as it was";
  // What somebody put in its place is theirs. The backup has ours, unless it was changed right before it was taken out.
  return (await holdsContentOf(slot, operation.before as TreeEntry)) ? "left" : { asideAt: setAside(work, operation, slot) };
}

/** Moves a slot's content to its place; false when that is taken or gone. */
function moveBackIn(root: RootDirectory, slot: string, path: string): boolean {
  const stats = lookAtSlot(slot) as BigIntStats;
  try {
    if (stats.isDirectory()) root.moveFolderIn(slot, path);
    else root.moveIn(slot, path);
    return true;
  } catch (error) {
    if (error instanceof UnsafePathError || hasCode(error, "ENOENT")) return false;
    if (hasCode(error, "EEXIST", "ENOTEMPTY", "ENOTDIR", "EISDIR")) return root.isSameFile(path, stats);
    throw error;
  }
}

/** Gives a file its old mode, owner and times back, unless somebody else has given it others. */
async function retouchBack({ root, keepOwner }: ApplyContext, operation: JournalOperation): Promise<PutBack> {
  const before = operation.before as TreeEntry;
  if (!(await hasContentOf(root, operation.path, before))) return "as it was";
  const seen = root.lookAt(operation.path);
  if (seen === undefined || !hasRightsOfRetouch(seen, operation)) return "left";
  root.setAttributes(operation.path, attributesOf(before, keepOwner));
  return "as it was";
}

/** The folders whose mode and times are to be set, and those that somebody else has given another mode; the rest is gone. */
function existingFolders({ root, journal }: ApplyContext): Record<"untouched" | "changed", Journal["folders"]> {
  const folders: Record<"untouched" | "changed", Journal["folders"]> = { untouched: [], changed: [] };
  for (const folder of journal.folders) {
    const seen = root.lookAt(folder.path);
    if (seen?.isDirectory() === true) folders[hasRightsOfRestore(seen, folder) ? "untouched" : "changed"].push(folder);
  }
  return folders;
}
