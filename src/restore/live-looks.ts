import type { BigIntStats } from "node:fs";
import { parentPath, type RelativePath } from "../formats/index.js";
import type { RootDirectory } from "../platform/index.js";

/** Looks at paths of a directory before anything is touched; each folder once, and into none that is not there. */
export class LiveLooks {
  readonly #root: RootDirectory;
  readonly #folders = new Map<RelativePath, BigIntStats | undefined>();

  constructor(root: RootDirectory) {
    this.#root = root;
  }

  lookAt(path: RelativePath): BigIntStats | undefined {
    return path === "" || this.lookAtFolder(parentPath(path)) !== undefined ? this.#root.lookAt(path) : undefined;
  }

  /** Like `lookAt`, for a path that other paths lie below; undefined as well for what is no folder. */
  lookAtFolder(path: RelativePath): BigIntStats | undefined {
    if (this.#folders.has(path)) return this.#folders.get(path);
    const seen = this.lookAt(path);
    const folder = seen?.isDirectory() === true ? seen : undefined;
    this.#folders.set(path, folder);
    return folder;
  }

  readNames(folder: RelativePath): string[] {
    return this.#root.readNames(folder);
  }
}
