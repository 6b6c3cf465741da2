import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeManifest, encodeManifest, formatIndex, parseIndex, type CheckpointId, type Manifest } from "../../src/formats/index.js";
import { hashBytes } from "../../src/platform/index.js";

/** Rewrites the manifest of a checkpoint so that its index still vouches for it. */
export function forgeManifest(storePath: string, id: CheckpointId, change: (manifest: Manifest) => Manifest): void {
  const path = join(storePath, `manifests/${id}.json`);
  const bytes = encodeManifest(change(decodeManifest(readFileSync(path), path)));
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  const indexPath = join(storePath, "state.json");
  const { index } = parseIndex(readFileSync(indexPath, "utf8"), indexPath);
  const checkpoints = index.checkpoints.map((record) => (record.id === id ? { ...record, manifestSha256: hashBytes(bytes) } : record));
  writeFileSync(indexPath, formatIndex({ ...index, checkpoints }));
}
