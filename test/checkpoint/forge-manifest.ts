import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeManifest, encodeManifest, formatIndex, parseIndex, type CheckpointId, type Manifest } from "../../src/formats/index.js";
import { hashBytes } from "../../src/platform/index.js";
import type { TempChange } from "../support/temp-change.js";

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

/** Lets the newest checkpoint be so old that files can be told to be unchanged since. */
export async function makeOld({ checkpoints, directory }: TempChange): Promise<void> {
  const newest = await checkpoints.find("latest");
  forgeManifest(join(directory, ".checkpoints"), newest.id, (manifest) => ({
    ...manifest,
    scanStartedNs: manifest.scanStartedNs + 10_000_000_000n,
  }));
}
