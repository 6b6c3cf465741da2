import { closeSync } from "node:fs";
import { hasCode, UnsafePathError } from "../errors/index.js";
import type { RelativePath } from "../formats/index.js";
import { hashOpenFile, RootDirectory, type Batch } from "../platform/index.js";

export interface StoredFilesPlace {
  snapshotPath: string;
}

/** Hashes stored files one after the other: what a thread does of a verification. Null for a file that the caller has to try again. */
export async function hashStoredFiles({ common, items }: Batch<RelativePath, StoredFilesPlace>): Promise<(string | null)[]> {
  const hashes: (string | null)[] = [];
  const root = RootDirectory.open(common.snapshotPath);
  try {
    for (const path of items) hashes.push(await tryToHash(root, path));
  } finally {
    root.close();
  }
  return hashes;
}

/** Hashes a file of an opened snapshot, however many bytes it has. */
export async function hashStoredFile(root: RootDirectory, path: RelativePath, pause: () => Promise<void> | undefined): Promise<string> {
  const descriptor = root.openFile(path);
  try {
    return (await hashOpenFile(descriptor, pause)).sha256;
  } finally {
    closeSync(descriptor);
  }
}

async function tryToHash(root: RootDirectory, path: RelativePath): Promise<string | null> {
  try {
    return await hashStoredFile(root, path, () => undefined);
  } catch (error) {
    // Whatever it is, whoever tries again on the main thread meets it as well.
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM", "EIO", "ENXIO") || error instanceof UnsafePathError) return null;
    throw error;
  }
}
