import { lstatSync } from "node:fs";
import { parentPath, type RelativePath } from "../formats/index.js";
import { toFsPath } from "../platform/index.js";

/** Some file systems keep times to two seconds only. */
const COARSEST_TIMES_MS = 2_000;

interface Look {
  /** A symlink would lead out of the store. */
  isPlain: boolean;
  /** No name in it was added, removed or exchanged since the checkpoint was sealed, whatever became of the files' bytes. */
  isUntouched: boolean;
}

const ABSENT: Look = { isPlain: false, isUntouched: false };

/** What one look at each folder of a stored snapshot tells of the files in it. */
export class StoredFolders {
  readonly #snapshotPath: string;
  readonly #sealedAtNs: bigint;
  readonly #looks = new Map<RelativePath, Look>();
  /** Files come folder by folder. */
  #last: { folder: RelativePath; look: Look } | null = null;

  /** @param sealedAtNs when all folders were finished, by the clock of the file system, ns since the epoch; 0 when that proves nothing */
  constructor(snapshotPath: string, sealedAtNs: bigint) {
    this.#snapshotPath = snapshotPath;
    this.#sealedAtNs = sealedAtNs;
  }

  /** Tells whether every folder on the way to a stored path is a plain one. */
  leadTo(storedPath: RelativePath): boolean {
    return this.#lookAround(storedPath).isPlain;
  }

  /**
   * Tells what looks can tell of a stored file, such as one that an edit of "all files" met as well; damage that keeps size and time shows
   * only when the file is read, by verify.
   */
  holdWhole({ path, size, mtimeNs }: { path: RelativePath; size: number; mtimeNs: bigint }): boolean {
    const { isPlain, isUntouched } = this.#lookAround(path);
    if (!isPlain || isUntouched) return isPlain;
    const stats = lstatSync(toFsPath(`${this.#snapshotPath}/${path}`), { throwIfNoEntry: false });
    if (stats === undefined || !stats.isFile() || stats.size !== size) return false;
    // The stored file of one that was only touched is older.
    return stats.mtimeMs <= Number(mtimeNs / 1_000_000n) + COARSEST_TIMES_MS;
  }

  #lookAround(storedPath: RelativePath): Look {
    const folder = parentPath(storedPath);
    if (this.#last?.folder === folder) return this.#last.look;
    const look = this.#looks.get(folder) ?? this.#lookAt(folder);
    this.#looks.set(folder, look);
    this.#last = { folder, look };
    return look;
  }

  #lookAt(folder: RelativePath): Look {
    if (folder !== "" && !this.leadTo(folder)) return ABSENT;
    const stats = lstatSync(toFsPath(folder === "" ? this.#snapshotPath : `${this.#snapshotPath}/${folder}`), {
      bigint: true,
      throwIfNoEntry: false,
    });
    if (stats?.isDirectory() !== true) return ABSENT;
    return { isPlain: true, isUntouched: stats.ctimeNs < this.#sealedAtNs };
  }
}
