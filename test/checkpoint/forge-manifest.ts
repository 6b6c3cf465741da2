import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeManifest, encodeManifest, type CheckpointId, type Manifest } from "../../src/formats/index.js";
import { hashBytes } from "../../src/platform/index.js";

/** Rewrites the manifest of a checkpoint so that its index still vouches for it. */
export function forgeManifest(storePath: string, id: CheckpointId, change: (manifest: Manifest) => Manifest): void {
  const path = join(storePath, `manifests/${id}.json`);
  const bytes = encodeManifest(change(decodeManifest(readFileSync(path), path)));
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  const indexPath = join(storePath, "state.json");
  const index = JSON.parse(readFileSync(indexPath, "utf8")) as { checkpoints: { checkpoint_id: string; manifest_sha256: string }[] };
  for (const record of index.checkpoints) if (record.checkpoint_id === id) record.manifest_sha256 = hashBytes(bytes);
  writeFileSync(indexPath, JSON.stringify(index));
}
