import { lstatSync, renameSync, unlinkSync } from "node:fs";
import { baseName, childPath, parentPath, type RelativePath } from "../formats/index.js";
import { readFolderNames, toFsPath } from "../platform/index.js";

type Kind = "file" | "directory" | "other";

/**
 * What stands in a prepared snapshot, folder by folder, as it really is: only a file in a folder whose names nobody has touched since counts,
 * and what nobody takes is cleared away.
 */
export class PresentEntries {
  readonly #snapshotPath: string;
  readonly #notedAtNs: bigint;
  readonly #folders = new Map<RelativePath, Map<string, Kind>>();
  /** The names in a folder by what some file systems take for the same; made when a name is not there as it is spelt. */
  readonly #spellings = new Map<RelativePath, Map<string, string[]>>();
  readonly #untouched = new Set<RelativePath>();
  readonly #asidePath: string;
  #asideCount = 0;

  /**
   * `asidePath` is where folders that are in the way go, on the same file system: `asidePath-1`, `-2` …; `notedAtNs` is when all was in
   * place, by the clock of that file system.
   */
  constructor({ snapshotPath, asidePath, notedAtNs }: { snapshotPath: string; asidePath: string; notedAtNs: bigint }) {
    this.#snapshotPath = snapshotPath;
    this.#asidePath = asidePath;
    this.#notedAtNs = notedAtNs;
  }

  /** Looks into a folder that is kept; a new one has nothing in it. */
  enter(folder: RelativePath): void {
    const path = this.#fullPath(folder);
    if (lstatSync(toFsPath(path), { bigint: true }).ctimeNs < this.#notedAtNs) this.#untouched.add(folder);
    const kinds = new Map<string, Kind>();
    for (const { name, entry } of readFolderNames(path)) {
      kinds.set(name, entry.isFile() ? "file" : entry.isDirectory() ? "directory" : "other");
    }
    this.#folders.set(folder, kinds);
  }

  /** Tells whether a folder stands at a path, and keeps it; anything else there is cleared away. */
  takeFolder(path: RelativePath): boolean {
    return this.#take(path, "directory");
  }

  /** Tells whether the file that was prepared stands at a path, and keeps it; anything else there is cleared away. */
  takeFile(path: RelativePath): boolean {
    return this.#take(path, this.#untouched.has(parentPath(path)) ? "file" : null);
  }

  /** Clears away whatever stands at a path. */
  clear(path: RelativePath): void {
    this.#take(path, null);
  }

  /** Clears away all that nobody has taken. */
  clearRest(): void {
    for (const [folder, kinds] of this.#folders) {
      for (const [name, kind] of kinds) this.#remove(childPath(folder, name), kind);
    }
    this.#folders.clear();
    this.#spellings.clear();
  }

  #take(path: RelativePath, wanted: Kind | null): boolean {
    const folder = parentPath(path);
    const kinds = this.#folders.get(folder);
    if (kinds === undefined) return false;
    const name = baseName(path);
    const found = kinds.get(name);
    if (found === undefined) this.#clearLike(folder, name, kinds);
    else {
      kinds.delete(name);
      if (found === wanted) return true;
      this.#remove(path, found);
    }
    return false;
  }

  /** What stands under another spelling of a name is in its way on some file systems; on others it is merely linked anew. */
  #clearLike(folder: RelativePath, name: string, kinds: Map<string, Kind>): void {
    const spellings = this.#spellingsIn(folder, kinds);
    for (const other of spellings.get(fold(name)) ?? []) {
      const kind = kinds.get(other);
      if (kind === undefined) continue;
      kinds.delete(other);
      this.#remove(childPath(folder, other), kind);
    }
  }

  #spellingsIn(folder: RelativePath, kinds: ReadonlyMap<string, Kind>): ReadonlyMap<string, string[]> {
    let spellings = this.#spellings.get(folder);
    if (spellings !== undefined) return spellings;
    spellings = new Map();
    for (const name of kinds.keys()) spellings.set(fold(name), [...(spellings.get(fold(name)) ?? []), name]);
    this.#spellings.set(folder, spellings);
    return spellings;
  }

  /** A folder goes with all that is in it, at once; the work folder is removed as a whole later. */
  #remove(path: RelativePath, kind: Kind): void {
    if (kind !== "directory") return unlinkSync(toFsPath(this.#fullPath(path)));
    this.#asideCount += 1;
    renameSync(toFsPath(this.#fullPath(path)), `${this.#asidePath}-${this.#asideCount}`);
  }

  #fullPath(path: RelativePath): string {
    return path === "" ? this.#snapshotPath : `${this.#snapshotPath}/${path}`;
  }
}

/** As a file system that does not tell capitals from small letters, or composed from decomposed ones, may see a name. */
function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
