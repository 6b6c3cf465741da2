import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasCode } from "../errors/index.js";
import { baseName, type JournalOperation, type TreeEntry } from "../formats/index.js";
import { decodePathBytes, hashFileAt, toFsPath } from "../platform/index.js";
import { typeOf } from "./live-entry.js";
import type { RestoreWork } from "./work.js";

export function trashSlot(work: RestoreWork, operation: JournalOperation): string {
  return join(work.trashPath, String(operation.slot));
}

export function stageSlot(work: RestoreWork, operation: JournalOperation): string {
  return join(work.stagePath, String(operation.slot));
}

/** Looks at a slot of the work folder. */
export function lookAtSlot(path: string) {
  return lstatSync(toFsPath(path), { bigint: true, throwIfNoEntry: false });
}

/** Tells whether a slot holds just what an entry says: the bytes of a file, the target of a symlink, an empty folder. */
export async function holdsContentOf(slot: string, entry: TreeEntry): Promise<boolean> {
  const stats = lookAtSlot(slot);
  if (stats === undefined || typeOf(stats) !== entry.type) return false;
  if (entry.type === "directory") return readdirSync(toFsPath(slot)).length === 0;
  if (entry.type === "symlink") return decodePathBytes(readlinkSync(toFsPath(slot), { encoding: "buffer" })) === entry.target;
  return stats.size === BigInt(entry.size) && (await hashFileAt(slot, () => undefined)).sha256 === entry.sha256;
}

/**
 * Moves what a slot holds to where nothing clears it away: `kept-…` beside the work folder, under its own name. Gives the place.
 *
 * For what nobody else has: somebody changed it after the backup was taken, and its place in the directory is no longer free.
 */
export function setAside(work: RestoreWork, operation: JournalOperation, slot: string): string {
  const folder = join(dirname(work.path), basename(work.path).replace("restore-", "kept-"));
  const place = join(folder, String(operation.slot));
  for (const path of [folder, place]) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      if (!hasCode(error, "EEXIST")) throw error;
    }
  }
  const path = `${place}/${baseName(operation.path)}`;
  renameSync(toFsPath(slot), toFsPath(path));
  return path;
}
