import { closeSync, constants, lstatSync, openSync, readdirSync, renameSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { hasCode } from "../errors/index.js";
import { isCheckpointId, type CheckpointId, type StoreIndex } from "../formats/index.js";
import { removeFile } from "../platform/index.js";
import type { Store } from "./open-store.js";
import { makeWorkFolder, newWorkPath, type WorkFolder } from "./work-folders.js";

/** The folder, in a work folder, of the snapshot under construction. */
export const SNAPSHOT_NAME = "snapshot";
const NOTE_PREFIX = "prepared-from-";

/** A snapshot that was begun before anybody asked for it: links to files of a checkpoint. */
export interface PreparedSnapshot {
  workPath: string;
  /** The checkpoint whose files they are. */
  base: CheckpointId;
  /** When all was in place, by the clock of the file system, ns since the epoch: a folder that was touched later is not as it was made. */
  notedAtNs: bigint;
}

/** Makes the work folder of a snapshot that is to be prepared; until it is noted it is mere waste, which the next writer clears away. */
export function makePreparation(store: Store): { workPath: string; snapshotPath: string } {
  const workPath = makeWorkFolder(store, "tmp", [SNAPSHOT_NAME]);
  return { workPath, snapshotPath: join(workPath, SNAPSHOT_NAME) };
}

/** Says in a work folder that its snapshot is ready for whoever captures next; the name alone says it. */
export function notePrepared(workPath: string, base: CheckpointId): void {
  closeSync(openSync(join(workPath, NOTE_PREFIX + base), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
}

/** Finds, among the work folders of a store, a snapshot that was prepared from what is the newest checkpoint now. */
export function findPrepared(left: readonly WorkFolder[], { checkpoints }: StoreIndex): PreparedSnapshot | null {
  const newest = checkpoints.at(-1)?.id;
  if (newest === undefined) return null;
  for (const { kind, path } of left) {
    const prepared = kind === "tmp" ? readPrepared(path) : undefined;
    if (prepared?.base === newest) return prepared;
  }
  return null;
}

/** Takes over what was prepared, under a name that the one who prepared it does not know; null when it has gone meanwhile. */
export function takePrepared(store: Store, prepared: PreparedSnapshot): PreparedSnapshot | null {
  const workPath = newWorkPath(store, "tmp");
  try {
    renameSync(prepared.workPath, workPath);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
  removeFile(join(workPath, NOTE_PREFIX + prepared.base));
  return { ...prepared, workPath };
}

/** Undefined for what is anything else, or from before this start of the machine: its links were never made durable. */
function readPrepared(workPath: string): PreparedSnapshot | undefined {
  try {
    const notes = readdirSync(workPath).filter((name) => name.startsWith(NOTE_PREFIX));
    const base = notes[0]?.slice(NOTE_PREFIX.length) ?? "";
    if (notes.length !== 1 || !isCheckpointId(base)) return undefined;
    const { ctimeNs, ctimeMs } = lstatSync(join(workPath, NOTE_PREFIX + base), { bigint: true });
    if (Number(ctimeMs) < Date.now() - uptime() * 1000) return undefined;
    return lstatSync(join(workPath, SNAPSHOT_NAME)).isDirectory() ? { workPath, base, notedAtNs: ctimeNs } : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}
