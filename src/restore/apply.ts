import { unlinkSync, type BigIntStats } from "node:fs";
import { ConflictError, hasCode, messageOf, UnsafePathError } from "../errors/index.js";
import type { Journal, JournalOperation, RelativePath, TreeEntry } from "../formats/index.js";
import { printablePath, Slice, type EntryAttributes, type RootDirectory } from "../platform/index.js";
import { deepestFirst, placementsOf, removalsOf, retouchesOf } from "./journal-plan.js";
import { hasContentOf, isSameLook } from "./live-entry.js";
import { hasAttributesOf, hasRightsOf, hasRightsOfRestore, hasRightsOfRetouch } from "./rights.js";
import { holdsContentOf, lookAtSlot, stageSlot, trashSlot } from "./slots.js";
import type { Witness } from "./witness.js";
import type { RestoreWork } from "./work.js";

/** As much of a look as tells a file and its last write: a whole look at each of 100,000 would fill the memory. */
export type PlacedLook = Pick<BigIntStats, "dev" | "ino" | "mtimeNs">;

/** What the steps of a restore share. */
export interface ApplyContext {
  root: RootDirectory;
  work: RestoreWork;
  journal: Journal;
  keepOwner: boolean;
  /** For a journal that was found: nothing is taken for true that its checkpoints do not bear out. */
  witness?: Witness;
  /** What this process staged and put in place, by path; looked at again before the restore is called done. */
  placed?: Map<RelativePath, PlacedLook>;
  onStep?: (done: number, total: number) => void;
}

/**
 * Carries out a journal; may be broken off and called again at any point.
 *
 * How far it came shows in the work folder alone: a slot in `trash/` means taken out, no slot in `stage/` means put in place.
 * What is found in the directory only decides about conflicts, so edits made after a crash can never be taken for ours.
 * @throws ConflictError when a path is not what the plan saw
 */
export async function applyJournal(context: ApplyContext): Promise<void> {
  const { journal } = context;
  const slice = new Slice();
  const steps: (() => Promise<void> | void)[] = [
    () => openFolders(context, "before"),
    ...removalsOf(journal).map((operation) => () => takeOut(context, operation)),
    ...placementsOf(journal).map((operation) => () => putInPlace(context, operation)),
    ...retouchesOf(journal).map((operation) => () => retouch(context, operation)),
    () => finishFolders(context, "after"),
  ];
  for (const [position, step] of steps.entries()) {
    await step();
    if (!slice.isOver()) continue;
    context.onStep?.(position, steps.length);
    await slice.rest();
  }
}

/** Lets us work in folders that are closed even to their owner; their modes come back at the end. */
export function openFolders({ root, journal }: ApplyContext, side: "before" | "after"): void {
  for (const folder of journal.folders) {
    const entry = folder[side];
    if (entry === null || (entry.mode & 0o300) === 0o300) continue;
    try {
      const seen = root.lookAt(folder.path);
      if (seen?.isDirectory() === true && hasRightsOfRestore(seen, folder)) root.setFolderMode(folder.path, entry.mode | 0o700);
    } catch (error) {
      throw asConflict(folder.path, error);
    }
  }
}

/**
 * Gives folders the modes and times of one side, children first; what is as it should be may be somebody else's and closed to us.
 * @throws ConflictError when somebody else has given one another mode or owner
 */
export function finishFolders({ root, journal, keepOwner }: ApplyContext, side: "before" | "after"): void {
  for (const folder of [...journal.folders].sort(deepestFirst)) {
    const entry = folder[side];
    if (entry === null) continue;
    try {
      const seen = root.lookAt(folder.path);
      if (seen?.isDirectory() === true && hasAttributesOf(seen, entry, keepOwner)) continue;
      if (seen?.isDirectory() === true && !hasRightsOfRestore(seen, folder)) throw changed(folder.path);
      root.setAttributes(folder.path, attributesOf(entry, keepOwner));
    } catch (error) {
      throw asConflict(folder.path, error);
    }
  }
}

/** Mode, times and owner to set for an entry. */
export function attributesOf(entry: TreeEntry, keepOwner: boolean): EntryAttributes {
  return {
    type: entry.type,
    mode: entry.mode,
    mtimeNs: entry.mtimeNs,
    owner: keepOwner ? { uid: entry.uid, gid: entry.gid } : null,
  };
}

async function takeOut({ root, work, witness }: ApplyContext, operation: JournalOperation): Promise<void> {
  const { path } = operation;
  const before = operation.before as TreeEntry;
  const slot = trashSlot(work, operation);
  if (witness !== undefined && !(await witness.holdsBefore(operation)))
    throw new ConflictError(printablePath(path), "is not whole in the backup");
  if (lookAtSlot(slot) !== undefined) return;
  const seen = root.lookAt(path);
  if (seen === undefined) throw new ConflictError(printablePath(path), "disappeared while the restore ran");
  const isKnown = witness === undefined && isSameLook(before, seen);
  if (!isKnown && !(await hasContentOf(root, path, before))) throw changed(path);
  if (!(before.type === "directory" ? hasRightsOfRestore(seen, { before, after: null }) : hasRightsOf(seen, before))) throw changed(path);
  if (before.type === "directory" && root.readNames(path).length > 0) throw filled(path);
  try {
    root.moveOut(path, slot);
  } catch (error) {
    throw asConflict(path, error);
  }
  if (!(await isStillThat(slot, seen, before))) throw changed(path);
}

/** What was moved is looked at again, because it could have been changed between the look and the move. */
async function isStillThat(slot: string, seen: BigIntStats, before: TreeEntry): Promise<boolean> {
  const moved = lookAtSlot(slot);
  if (moved === undefined || moved.ino !== seen.ino || moved.mtimeNs !== seen.mtimeNs || moved.mode !== seen.mode) return false;
  if (before.type === "file" && moved.size !== seen.size) return false;
  // The times of a file that was young when it was captured prove nothing.
  return before.ino !== 0n || holdsContentOf(slot, before);
}

async function putInPlace(context: ApplyContext, operation: JournalOperation): Promise<void> {
  const { root, work } = context;
  const { path } = operation;
  const after = operation.after as TreeEntry;
  if (context.witness !== undefined) await assertStaged(context, operation);
  try {
    if (after.type === "directory") makeFolder(root, path, after.mode);
    else {
      const staged = placeStaged(root, stageSlot(work, operation), path);
      if (staged !== undefined) context.placed?.set(path, { dev: staged.dev, ino: staged.ino, mtimeNs: staged.mtimeNs });
    }
  } catch (error) {
    throw asConflict(path, error);
  }
}

/** What lies in the slot of a work folder that was found must be what the journal says, and a file of its own. */
async function assertStaged({ root, work }: ApplyContext, operation: JournalOperation): Promise<void> {
  const after = operation.after as TreeEntry;
  const slot = stageSlot(work, operation);
  const staged = lookAtSlot(slot);
  if (after.type === "directory" || staged === undefined) return;
  const isOwn = staged.nlink <= 1n || root.isSameFile(operation.path, staged);
  if (isOwn && (await holdsContentOf(slot, after))) return;
  throw new ConflictError(printablePath(operation.path), "is not what was staged");
}

function makeFolder(root: RootDirectory, path: string, mode: number): void {
  try {
    root.makeFolder(path, mode | 0o700);
  } catch (error) {
    if (!hasCode(error, "EEXIST") || root.lookAt(path)?.isDirectory() !== true) throw error;
    root.setFolderMode(path, mode | 0o700);
  }
}

/** Gives what was found in the slot; nothing there means that it is in place already. */
function placeStaged(root: RootDirectory, slot: string, path: string): BigIntStats | undefined {
  const staged = lookAtSlot(slot);
  if (staged === undefined) return undefined;
  try {
    root.moveIn(slot, path);
  } catch (error) {
    // A crash between making the new name and removing the old one leaves both on one inode.
    if (!hasCode(error, "EEXIST") || !root.isSameFile(path, staged)) throw error;
    unlinkSync(slot);
  }
  return staged;
}

async function retouch({ root, keepOwner }: ApplyContext, operation: JournalOperation): Promise<void> {
  const { path } = operation;
  const [before, after] = [operation.before as TreeEntry, operation.after as TreeEntry];
  const seen = root.lookAt(path);
  if (seen === undefined) throw new ConflictError(printablePath(path), "disappeared while the restore ran");
  if (!isSameLook(before, seen)) {
    if (!(await hasContentOf(root, path, after)) || !hasRightsOfRetouch(seen, operation)) throw changed(path);
    if (hasAttributesOf(seen, after, keepOwner)) return;
  }
  try {
    root.setAttributes(path, attributesOf(after, keepOwner));
  } catch (error) {
    throw asConflict(path, error);
  }
}

function changed(path: string): ConflictError {
  return new ConflictError(printablePath(path), "changed while the restore ran");
}

function filled(path: string): ConflictError {
  return new ConflictError(printablePath(path), "received something new while the restore ran");
}

/** What somebody else's hand in the directory makes our calls meet; a full or broken disk stays what it is. */
function asConflict(path: string, error: unknown): unknown {
  if (hasCode(error, "EEXIST")) return new ConflictError(printablePath(path), "appeared while the restore ran", error);
  if (hasCode(error, "ENOENT", "ENOTDIR", "ENOTEMPTY", "EISDIR", "ELOOP", "ENAMETOOLONG") || error instanceof UnsafePathError) {
    return new ConflictError(printablePath(path), `could not be restored: ${messageOf(error)}`, error);
  }
  if (hasCode(error, "EACCES", "EPERM", "EROFS", "EBUSY", "EXDEV", "ETXTBSY")) {
    return new ConflictError(printablePath(path), `could not be changed (${error.code})`, error);
  }
  return error;
}
