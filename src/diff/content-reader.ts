import { closeSync, fstatSync, readSync } from "node:fs";
import { DamagedError, hasCode, UnsafePathError } from "../errors/index.js";
import type { CheckpointId, FileEntry, SymlinkEntry } from "../formats/index.js";
import { encodePathBytes, hashBytes, isShortage, printablePath, RootDirectory } from "../platform/index.js";
import type { Store } from "../store/index.js";
import type { DiffSide } from "./requests.js";

/** Reads what entries of one side of a comparison hold, each held against its hash. */
export class ContentReader {
  readonly #side: DiffSide;
  readonly #path: string | null;
  #root: RootDirectory | null = null;

  constructor(store: Store, side: DiffSide) {
    this.#side = side;
    this.#path = side.kind === "nothing" ? null : side.kind === "live" ? store.directory : store.snapshotPath(side.id);
  }

  /**
   * Gives the bytes of a file, or the target of a symlink; undefined for a live file that is no longer as it was compared.
   * @throws DamagedError for a stored one that is not as its manifest says
   */
  read(entry: FileEntry | SymlinkEntry): Buffer | undefined {
    if (entry.type === "symlink") return encodePathBytes(entry.target);
    if (entry.size === 0) return Buffer.alloc(0);
    const bytes = this.#tryToRead(entry);
    if (bytes !== undefined && hashBytes(bytes) === entry.sha256) return bytes;
    if (this.#side.kind !== "checkpoint") return undefined;
    throw damaged(this.#side.id, entry);
  }

  close(): void {
    this.#root?.close();
    this.#root = null;
  }

  #tryToRead(entry: FileEntry): Buffer | undefined {
    if (this.#path === null) return undefined;
    try {
      this.#root ??= RootDirectory.open(this.#path);
      const descriptor = this.#root.openFile(entry.path);
      try {
        return readExactly(descriptor, entry.size);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }
}

/** Undefined when it has not that many bytes. */
function readExactly(descriptor: number, size: number): Buffer | undefined {
  const stats = fstatSync(descriptor);
  if (!stats.isFile() || stats.size !== size) return undefined;
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size;) {
    const read = readSync(descriptor, bytes, at, size - at, at);
    if (read === 0) return undefined;
    at += read;
  }
  return bytes;
}

/** Tells whether an error says that a file cannot be read as what it was. */
export function isGone(error: unknown): boolean {
  if (isShortage(error)) return false;
  return (
    hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EISDIR", "EACCES", "EPERM", "EIO", "ESTALE") || error instanceof UnsafePathError
  );
}

export function damaged(id: CheckpointId, { path }: { path: string }): DamagedError {
  return new DamagedError(id, [printablePath(path)]);
}
