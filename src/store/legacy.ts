import { lstatSync, mkdirSync, readFileSync, type BigIntStats } from "node:fs";
import { hasCode } from "../errors/index.js";
import {
  makeLegacyRecord,
  ROOT_PATH,
  type CheckpointId,
  type CheckpointRecord,
  type Manifest,
  type RelativePath,
  type Sha256,
  type StoreIndex,
  type TreeEntry,
  type UncapturedPath,
} from "../formats/index.js";
import { hashBytes, readFolderNames, toFsPath } from "../platform/index.js";
import type { StoreListing } from "./listing.js";
import type { Store } from "./open-store.js";

/**
 * Completes a legacy index from what lies in the store: backups that the original tool never listed are added, entries
 * whose folder was deleted are left out (one that lists no files never had a folder and stays), sizes are read off.
 */
export function completeLegacyIndex(
  store: Store,
  parsed: StoreIndex,
  listing: StoreListing,
  parseWarnings: readonly string[],
): { index: StoreIndex; warnings: string[] } {
  const warnings = [...parseWarnings];
  const listed = new Set(parsed.checkpoints.map(({ id }) => id));
  const unlisted = [...listing.folders].filter((id) => !listed.has(id)).map(makeLegacyRecord);
  const present = parsed.checkpoints.filter((record) => {
    const isPresent = listing.folders.has(record.id) || record.fileCount === 0;
    if (!isPresent) warnings.push(`${record.id} is left out: its folder was deleted`);
    return isPresent;
  });
  const checkpoints = [...present, ...unlisted].sort(byTimeThenSequence);
  checkpoints.forEach((record, position) => {
    record.sequence = position + 1;
    Object.assign(record, measureSnapshot(store, record));
  });
  return {
    index: { ...parsed, changeId: parsed.changeId || store.changeId, checkpoints, nextSequence: checkpoints.length + 1 },
    warnings,
  };
}

/**
 * Makes the manifest of a legacy checkpoint from its snapshot, which holds top-level files only and says nothing of
 * sub-folders. Stat identities are unknown, so nothing is ever taken for unchanged on its word.
 */
export function makeLegacyManifest(store: Store, record: CheckpointRecord): Manifest {
  const folder = store.snapshotPath(record.id);
  const stats = lookAt(folder);
  const root = lstatSync(store.directory, { bigint: true });
  const entries: TreeEntry[] = [{ type: "directory", path: ROOT_PATH, ...attributesOf(root) }];
  const uncaptured: UncapturedPath[] = [];
  // A symlink in its place leads elsewhere.
  for (const { name } of stats?.isDirectory() === true ? readFolderNames(folder) : []) {
    const path = name as RelativePath;
    const found = lstatSync(toFsPath(`${folder}/${name}`), { bigint: true });
    if (!found.isFile()) {
      uncaptured.push({ path, reason: "outside_scope", detail: "a legacy snapshot speaks for top-level files only" });
      continue;
    }
    const sha256 = hashBytes(readFileSync(toFsPath(`${folder}/${name}`))) as Sha256;
    entries.push({ type: "file", path, size: Number(found.size), sha256, ...attributesOf(found) });
  }
  return {
    checkpoint: record,
    changeId: store.changeId,
    scope: "top_level_files",
    scanStartedNs: 0n,
    durableFolder: null,
    ignoreRules: [],
    uncaptured,
    entries,
  };
}

/** Gives an empty legacy snapshot, which the original tool left without a folder, its folder. */
export function makeMissingFolder(store: Store, id: CheckpointId): void {
  try {
    mkdirSync(store.snapshotPath(id), { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
}

function measureSnapshot(store: Store, record: CheckpointRecord): Partial<CheckpointRecord> {
  const folder = store.snapshotPath(record.id);
  if (lookAt(folder)?.isDirectory() !== true) return { files: [], fileCount: 0, totalBytes: 0 };
  const files = readFolderNames(folder)
    .filter(({ entry }) => entry.isFile())
    .map(({ name }) => name);
  const totalBytes = files.reduce((sum, name) => sum + lstatSync(toFsPath(`${folder}/${name}`)).size, 0);
  return { files: files.slice(0, 100), fileCount: files.length, totalBytes };
}

function attributesOf(stats: BigIntStats) {
  return {
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeNs: stats.mtimeNs,
    ctimeNs: 0n,
    ino: 0n,
  };
}

function lookAt(path: string): BigIntStats | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false });
}

function byTimeThenSequence(one: CheckpointRecord, other: CheckpointRecord): number {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? -1 : 1;
  return one.sequence - other.sequence;
}
