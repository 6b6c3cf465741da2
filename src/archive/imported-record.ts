import { isFailure, type CheckpointId, type CheckpointRecord, type Manifest } from "../formats/index.js";

/** How many paths a record lists; the manifest has all. */
const LISTED_FILES = 100;

interface Import {
  archived: CheckpointRecord;
  changeId: string;
  id: CheckpointId;
  sequence: number;
  now: Date;
}

/**
 * Makes the record of an imported checkpoint: what was said of it where it was made, and what its manifest holds. A backup is one no
 * longer, because no restore of this directory goes back to it; a step that was still running has lost its runner.
 */
export function makeImportedRecord(manifest: Manifest, { archived, changeId, id, sequence, now }: Import): CheckpointRecord {
  const content = manifest.entries.filter((entry) => entry.type !== "directory");
  return {
    ...archived,
    id,
    sequence,
    type: archived.type === "backup" ? "manual" : archived.type,
    files: content.slice(0, LISTED_FILES).map(({ path }) => path),
    fileCount: content.length,
    totalBytes: content.reduce((sum, entry) => sum + (entry.type === "file" ? entry.size : 0), 0),
    isPinned: false,
    isComplete: !manifest.uncaptured.some(isFailure),
    backupOf: null,
    rollbackUsed: false,
    rollbackCount: 0,
    // Sessions and workflows are those of the store that it left.
    sessionId: null,
    workflowId: null,
    run: archived.run?.status === "running" ? { ...archived.run, status: "interrupted" } : archived.run,
    importedFrom: { changeId, id: archived.id, at: now.toISOString() },
    manifestSha256: null,
  };
}

/**
 * Makes the manifest of an imported checkpoint. The stat identities are those of files on another machine, or made up: they must never
 * let a live file pass for unchanged.
 */
export function makeImportedManifest(archived: Manifest, checkpoint: CheckpointRecord, changeId: string): Manifest {
  const entries = archived.entries.map((entry) => ({ ...entry, ino: 0n, ctimeNs: 0n }));
  return { ...archived, checkpoint, changeId, scanStartedNs: 0n, entries };
}
