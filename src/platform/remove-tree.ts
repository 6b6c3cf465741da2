import { chmodSync, lstatSync, rmdirSync, unlinkSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import { toFsPath } from "./path-bytes.js";
import { readFolderNames } from "./read-folder.js";
import { Slice } from "./slice.js";

/** Told of each file that was removed; between two slices it may report. */
export interface RemovalWatch {
  onRemoved(): void;
  onRest(): void;
}

/**
 * Removes a folder of ours with all that is in it, never through a symlink; what is gone already, or is no folder, is left at that.
 *
 * By hand, because Node's `rm` either holds the event loop for the whole tree or takes several times as long. A folder that came from
 * the live directory may be closed even to its owner; it is opened for its removal.
 */
export async function removeTree(folder: string, watch?: RemovalWatch): Promise<void> {
  if (lstatSync(toFsPath(folder), { throwIfNoEntry: false })?.isDirectory() === true)
    await removePlainTree(folder, { slice: new Slice(), watch });
}

/** Whoever is still at work in a folder that is to go finds its path gone at the next call. */
const ATTEMPTS = 3;

interface Removal {
  slice: Slice;
  watch: RemovalWatch | undefined;
}

async function removePlainTree(folder: string, removal: Removal, attempts = ATTEMPTS): Promise<void> {
  const { slice, watch } = removal;
  for (const { name, entry } of inFolder(folder, () => readFolderNames(folder)) ?? []) {
    const path = `${folder}/${name}`;
    if (entry.isDirectory()) await removePlainTree(path, removal);
    inFolder(folder, () => (entry.isDirectory() ? rmdirSync(toFsPath(path)) : unlinkSync(toFsPath(path))));
    if (!entry.isDirectory()) watch?.onRemoved();
    if (!slice.isOver()) continue;
    watch?.onRest();
    await slice.rest();
  }
  try {
    inFolder(folder, () => rmdirSync(toFsPath(folder)));
  } catch (error) {
    if (attempts <= 1 || !hasCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    await removePlainTree(folder, removal, attempts - 1);
  }
}

/** Does something in a folder, after opening it to its owner if need be; undefined when it is gone. */
function inFolder<Result>(folder: string, action: () => Result): Result | undefined {
  return unlessGone(() => {
    try {
      return action();
    } catch (error) {
      if (!hasCode(error, "EACCES", "EPERM")) throw error;
    }
    chmodSync(toFsPath(folder), 0o700);
    return action();
  });
}

function unlessGone<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
