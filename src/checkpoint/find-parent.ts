import { lstatSync } from "node:fs";
import { uptime } from "node:os";
import type { CheckpointId, CheckpointRecord, ManifestLines } from "../formats/index.js";
import { findManifestPath, readManifestLines, type Store } from "../store/index.js";
import type { Parent } from "./snapshot-writer.js";

/**
 * Gives the newest checkpoint that speaks for a whole tree and can still be read; an unusable one only costs time.
 * @param read manifests that the caller has read already
 */
export function findParent(
  store: Store,
  records: readonly CheckpointRecord[],
  read: ReadonlyMap<CheckpointId, ManifestLines> = new Map(),
): Parent | null {
  for (const record of [...records].sort((one, other) => other.sequence - one.sequence).slice(0, 3)) {
    const lines = read.get(record.id) ?? readUsableLines(store, record);
    if (lines?.scope !== "tree") continue;
    const snapshotPath = store.snapshotPath(record.id);
    return { id: record.id, lines, snapshotPath, sealedAtNs: readSealTime(store, record), isDurable: isThatFolder(snapshotPath, lines) };
  }
  return null;
}

function readUsableLines(store: Store, record: CheckpointRecord): ManifestLines | undefined {
  try {
    return readManifestLines(store, record);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "MANIFEST_UNUSABLE" || error.code === "FORMAT_TOO_NEW"))
      return undefined;
    throw error;
  }
}

/** False for a copy of the folder that was made durable, such as one out of an archive of the store. */
function isThatFolder(snapshotPath: string, { durableFolder }: ManifestLines): boolean {
  if (durableFolder === null || durableFolder.birthtimeNs === 0n) return false;
  const seen = lstatSync(snapshotPath, { bigint: true, throwIfNoEntry: false });
  return seen?.ino === durableFolder.ino && seen.birthtimeNs === durableFolder.birthtimeNs;
}

/**
 * When all folders of a snapshot were finished: its manifest was written next. 0 for one from before this start of the machine: after a
 * power cut a file may have lost its bytes, which its folder does not show.
 */
function readSealTime(store: Store, record: CheckpointRecord): bigint {
  const startedAtMs = Date.now() - uptime() * 1000;
  const manifestPath = findManifestPath(store, record.id);
  if (manifestPath === undefined || Date.parse(record.createdAt) < startedAtMs) return 0n;
  return lstatSync(manifestPath, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n;
}
