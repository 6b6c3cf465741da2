import { chmodSync, rmdirSync, unlinkSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import { toFsPath } from "./path-bytes.js";
import { readFolderNames } from "./read-folder.js";
import { Slice } from "./slice.js";

/**
 * Removes a folder of ours with all that is in it, never through a symlink; what is gone already is fine.
 *
 * By hand, because Node's `rm` either holds the event loop for the whole tree or takes several times as long.
 */
export async function removeTree(folder: string, slice: Slice = new Slice()): Promise<void> {
  for (const { name, entry } of readNamesForRemoval(folder)) {
    const path = `${folder}/${name}`;
    if (entry.isDirectory()) await removeTree(path, slice);
    else ignoreMissing(() => unlinkSync(toFsPath(path)));
    if (slice.isOver()) await slice.rest();
  }
  ignoreMissing(() => rmdirSync(toFsPath(folder)));
}

/** A folder that came from the live directory may be closed even to its owner. */
function readNamesForRemoval(folder: string): ReturnType<typeof readFolderNames> {
  try {
    return readFolderNames(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    if (!hasCode(error, "EACCES")) throw error;
    chmodSync(toFsPath(folder), 0o700);
    return readFolderNames(folder);
  }
}

function ignoreMissing(remove: () => void): void {
  try {
    remove();
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}
