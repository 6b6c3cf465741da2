import { closeSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { hasCode, JournalUnusableError, messageOf, StepbackError, UnsafePathError } from "../errors/index.js";
import {
  entriesByPath,
  parentPath,
  type CheckpointId,
  type FileEntry,
  type Journal,
  type JournalOperation,
  type Manifest,
  type RelativePath,
  type TreeEntry,
} from "../formats/index.js";
import { hashOpenFile, printablePath, readState, RootDirectory } from "../platform/index.js";
import { JOURNAL_NAME, readManifest, type StoreWriter } from "../store/index.js";
import type { RestoreWork } from "./work.js";

/**
 * What the two checkpoints of a journal say to it.
 *
 * A journal that was found, not just written, may come from anywhere; nothing is done on its word alone. What it takes out must stand in
 * its backup, what it puts in place in its target, so that neither can be lost and nothing else be touched.
 */
export interface Witness {
  /** Whether the backup really has what an operation takes out, byte for byte. */
  holdsBefore(operation: JournalOperation): Promise<boolean>;
  /** Whether the target really has what an operation puts in place. */
  holdsAfter(operation: JournalOperation): Promise<boolean>;
}

/** @throws JournalUnusableError when the manifests of its checkpoints do not bear a journal out */
export function callWitness(writer: StoreWriter, work: RestoreWork, journal: Journal): Witness {
  const path = join(work.path, JOURNAL_NAME);
  const backup = manifestOf(writer, journal.backup, path);
  const target = manifestOf(writer, journal.target, path);
  const problem = findUnproven(journal, backup, target);
  if (problem !== undefined) throw new JournalUnusableError(path, `'${printablePath(problem)}' is not in its checkpoints as it says`);
  const holds = (id: CheckpointId, entry: TreeEntry | null) => holdsContent(writer.store.snapshotPath(id), entry);
  return {
    holdsBefore: ({ before }) => holds(journal.backup, before),
    holdsAfter: ({ after }) => holds(journal.target, after),
  };
}

function manifestOf(writer: StoreWriter, id: CheckpointId, path: string): Manifest {
  const record = writer.index.checkpoints.find((one) => one.id === id);
  if (record === undefined) throw new JournalUnusableError(path, `its checkpoint ${id} is not there`);
  try {
    return readManifest(writer.store, record);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    throw new JournalUnusableError(path, `its checkpoint ${id} cannot be read: ${messageOf(error)}`, error);
  }
}

/** The first path of which the journal says what the manifests do not. */
function findUnproven(journal: Journal, backup: Manifest, target: Manifest): RelativePath | undefined {
  const lives = entriesByPath(backup);
  const targets = entriesByPath(target);
  const uncaptured = new Set<string>(backup.uncaptured.map(({ path }) => path));
  const wasThere = (path: RelativePath, entry: TreeEntry | null): boolean =>
    entry === null ? !lives.has(path) && !isBelow(path, uncaptured) : isSameEntry(entry, lives.get(path));
  const isWanted = (path: RelativePath, entry: TreeEntry | null): boolean => entry === null || isDeepStrictEqual(entry, targets.get(path));
  const seen = { slots: new Set<number>(), paths: new Set<string>() };
  for (const { slot, path, before, after } of journal.operations) {
    if (seen.slots.has(slot) || seen.paths.has(path)) return path;
    seen.slots.add(slot);
    seen.paths.add(path);
    if ((before === null && after === null) || !wasThere(path, before) || !isWanted(path, after)) return path;
  }
  // Of a folder null says that no folder was there; one that stays may only become newer.
  const wasFolder = (path: RelativePath, entry: TreeEntry | null): boolean =>
    entry === null ? lives.get(path)?.type !== "directory" && !isBelow(path, uncaptured) : wasThere(path, entry);
  const isSettled = ({ path, before, after }: Journal["folders"][number]): boolean =>
    wasFolder(path, before) &&
    (isWanted(path, after) || (before !== null && isDeepStrictEqual({ ...after, mtimeNs: before.mtimeNs }, before)));
  return journal.folders.find((folder) => !isSettled(folder))?.path;
}

/** A journal leaves out the inode of a file that was young when it was captured, so that it is known by its hash. */
function isSameEntry(entry: TreeEntry, known: TreeEntry | undefined): boolean {
  return isDeepStrictEqual(entry.ino === 0n && known !== undefined ? { ...entry, ino: known.ino } : entry, known);
}

function isBelow(path: RelativePath, among: ReadonlySet<string>): boolean {
  for (let at = path; at !== ""; at = parentPath(at)) if (among.has(at)) return true;
  return false;
}

async function holdsContent(snapshotPath: string, entry: TreeEntry | null): Promise<boolean> {
  if (entry?.type !== "file") return true;
  try {
    const snapshot = RootDirectory.open(snapshotPath);
    try {
      return (await hashStored(snapshot, entry)) === entry.sha256;
    } finally {
      snapshot.close();
    }
  } catch (error) {
    if (error instanceof UnsafePathError || hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EIO", "ENXIO")) return false;
    throw error;
  }
}

async function hashStored(snapshot: RootDirectory, entry: FileEntry): Promise<string | undefined> {
  const descriptor = snapshot.openFile(entry.path);
  try {
    const stats = readState(descriptor);
    if (!stats.isFile() || stats.size !== BigInt(entry.size)) return undefined;
    return (await hashOpenFile(descriptor, () => undefined)).sha256;
  } finally {
    closeSync(descriptor);
  }
}
