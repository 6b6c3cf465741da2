import { IndexUnusableError, StepbackError } from "../errors/index.js";
import { parseManifestRecord, toSnakeKey, type CheckpointRecord, type StoreIndex } from "../formats/index.js";
import type { StoreListing } from "./listing.js";
import { readSoundBytes } from "./manifest-bytes.js";
import type { Store } from "./open-store.js";

/** What is settled when a checkpoint is published, and decides what an id such as `latest` or `step:3` leads to. */
const SETTLED = [
  "sequence",
  "type",
  "stepNumber",
  "createdAt",
  "taskId",
  "stage",
  "sessionId",
  "workflowId",
  "fileCount",
  "totalBytes",
  "backupOf",
] as const;

/**
 * Holds an index that does not bear its own checksum against the manifests: by whichever hand or fault it was altered, it must not lead a
 * restore to another checkpoint than the one that was meant. Notes, tags and the like are taken as they stand, with a warning.
 * @throws IndexUnusableError when something that is settled differs
 */
export function judgeAlteredIndex(store: Store, index: StoreIndex, listing: StoreListing): string {
  for (const record of index.checkpoints) {
    const differing = findDifference(store, record);
    if (differing === undefined) continue;
    throw new IndexUnusableError(store.indexPath, `was altered: ${differing} of ${record.id} is not what its manifest says`);
  }
  const listed = new Set(index.checkpoints.map(({ id }) => id));
  const withoutFolder = [...listed].find((id) => !listing.folders.has(id));
  const unlisted = [...listing.folders].find((id) => !listed.has(id) && listing.manifests.has(id));
  if (withoutFolder !== undefined && unlisted !== undefined) {
    throw new IndexUnusableError(store.indexPath, `was altered: it names ${withoutFolder}, which is not there, and lacks ${unlisted}`);
  }
  return "state.json was altered by another hand, or is damaged: look over notes, tags and pins, then let any command that writes confirm them";
}

function findDifference(store: Store, record: CheckpointRecord): string | undefined {
  if (record.manifestSha256 === null) return "manifest_sha256";
  try {
    const found = readSoundBytes(store, record);
    const settled = found === null ? undefined : parseManifestRecord(found.bytes);
    if (settled?.id !== record.id) return undefined;
    const differing = SETTLED.find((key) => settled[key] !== record[key]);
    return differing === undefined ? undefined : toSnakeKey(differing);
  } catch (error) {
    // A checkpoint without its manifest cannot be restored, so it cannot be restored by mistake.
    if (error instanceof StepbackError) return undefined;
    throw error;
  }
}
