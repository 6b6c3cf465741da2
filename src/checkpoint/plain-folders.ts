import { lstatSync } from "node:fs";
import { parentPath, type RelativePath } from "../formats/index.js";
import { toFsPath } from "../platform/index.js";

/** Which folders of a stored snapshot are plain ones: a symlink among them would lead out of the store. */
export class PlainFolders {
  readonly #snapshotPath: string;
  readonly #known = new Map<RelativePath, boolean>();

  constructor(snapshotPath: string) {
    this.#snapshotPath = snapshotPath;
  }

  /** Tells whether every folder on the way to a stored path is a plain one; each is looked at once. */
  leadTo(storedPath: RelativePath): boolean {
    const folder = parentPath(storedPath);
    let isPlain = this.#known.get(folder);
    if (isPlain === undefined) {
      const path = folder === "" ? this.#snapshotPath : `${this.#snapshotPath}/${folder}`;
      isPlain = (folder === "" || this.leadTo(folder)) && lstatSync(toFsPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
      this.#known.set(folder, isPlain);
    }
    return isPlain;
  }
}
