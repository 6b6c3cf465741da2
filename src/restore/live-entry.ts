import { closeSync, type BigIntStats } from "node:fs";
import { hasCode } from "../errors/index.js";
import type { TreeEntry } from "../formats/index.js";
import { hashOpenFile, type RootDirectory } from "../platform/index.js";
import { hasSameIdentity } from "../tree/index.js";

/** Tells whether a look at a path found the very state that an entry recorded, without reading the file. */
export function isSameLook(entry: TreeEntry, stats: BigIntStats): boolean {
  const looks = {
    type: typeOf(stats) ?? "file",
    mode: Number(stats.mode) & 0o7777,
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    ino: stats.ino,
    ...(entry.type === "file" ? { size: Number(stats.size) } : {}),
  };
  return typeOf(stats) === entry.type && hasSameIdentity(entry, looks);
}

/** Tells whether what stands at a path has an entry's content: the bytes of a file, the target of a symlink. */
export async function hasContentOf(root: RootDirectory, path: string, entry: TreeEntry): Promise<boolean> {
  const stats = root.lookAt(path);
  if (stats === undefined || typeOf(stats) !== entry.type) return false;
  if (entry.type === "directory") return true;
  if (entry.type === "symlink") return root.readLink(path) === entry.target;
  if (stats.size !== BigInt(entry.size)) return false;
  return (await hashLiveFile(root, path)) === entry.sha256;
}

export function typeOf(stats: BigIntStats): TreeEntry["type"] | undefined {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "symlink" : undefined;
}

async function hashLiveFile(root: RootDirectory, path: string): Promise<string | undefined> {
  let descriptor: number;
  try {
    descriptor = root.openFile(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ELOOP", "ENOTDIR", "EACCES", "ENXIO")) return undefined;
    throw error;
  }
  try {
    return (await hashOpenFile(descriptor, () => undefined)).sha256;
  } finally {
    closeSync(descriptor);
  }
}
