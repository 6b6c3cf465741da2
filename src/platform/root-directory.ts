import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  utimesSync,
  type BigIntStats,
} from "node:fs";
import { hasCode, UnsafePathError } from "../errors/index.js";
import { decodePathBytes, toFsPath } from "./path-bytes.js";
import { readFolderNames } from "./read-folder.js";
import { toTimestamp } from "./timestamps.js";
import { readMonotonicMs } from "./clock.js";

/** open(2)'s O_PATH, which Node does not name: a handle that needs no permission to read. */
const O_PATH = 0o10000000;
const IS_LINUX = process.platform === "linux";
const FOLDER_FLAGS = constants.O_DIRECTORY | constants.O_NOFOLLOW | (IS_LINUX ? O_PATH : constants.O_RDONLY);

/** An opened folder may be renamed away under us; so long at most is it used without a look whether it still is where it was. */
const MAX_UNCHECKED_MS = 1;

interface OpenFolder {
  path: string;
  descriptor: number;
  dev: bigint;
  ino: bigint;
}

export interface EntryAttributes {
  type: "file" | "directory" | "symlink";
  mode: number;
  mtimeNs: bigint;
  /** Set only where the process may (root); null leaves the owner. */
  owner: { uid: number; gid: number } | null;
}

/**
 * An opened directory below which every call stays, even when somebody swaps a folder for a symlink meanwhile.
 *
 * On Linux each folder on the way is opened with O_NOFOLLOW and reached through `/proc/self/fd`, as openat(2) would; elsewhere
 * every folder on the way is looked at before the call, which leaves a moment between look and call.
 */
export class RootDirectory {
  readonly path: string;
  readonly device: bigint;
  /** The opened folders on the way to the last path asked for, the root first. */
  readonly #chain: OpenFolder[];
  #checkedAt = 0;

  /** @throws UnsafePathError when the path is not a plain directory. */
  static open(path: string): RootDirectory {
    try {
      return new RootDirectory(path, openSync(toFsPath(path), FOLDER_FLAGS));
    } catch (error) {
      if (hasCode(error, "ENOTDIR", "ELOOP")) throw new UnsafePathError(path, "is not a plain directory", error);
      throw error;
    }
  }

  private constructor(path: string, descriptor: number) {
    this.path = path;
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    this.device = dev;
    this.#chain = [{ path: "", descriptor, dev, ino }];
  }

  close(): void {
    for (const { descriptor } of this.#chain.splice(0)) closeSync(descriptor);
  }

  /** Looks at a path itself, not at what a symlink there points to; undefined when nothing is there. */
  lookAt(path: string): BigIntStats | undefined {
    try {
      return path === "" ? fstatSync(this.#root(), { bigint: true }) : lstatSync(this.#locate(path), { bigint: true });
    } catch (error) {
      // A symlink or file on the way, or a name that cannot be held, means that nothing stands at this path of the directory itself.
      if (hasCode(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG", "EILSEQ", "EINVAL") || error instanceof UnsafePathError) return undefined;
      throw error;
    }
  }

  /** Gives where a symlink leads; undefined when none is there, for it may be gone since somebody looked. */
  readLink(path: string): string | undefined {
    try {
      return decodePathBytes(readlinkSync(this.#locate(path), { encoding: "buffer" }));
    } catch (error) {
      if (hasCode(error, "ENOENT", "ENOTDIR", "EINVAL")) return undefined;
      throw error;
    }
  }

  /** Opens a regular file for reading; the caller closes it. */
  openFile(path: string): number {
    return openSync(this.#locate(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  }

  /** The names in a folder, sorted. */
  readNames(path: string): string[] {
    return readFolderNames(this.#folderPath(path)).map(({ name }) => name);
  }

  /** @throws EEXIST when something is there already. */
  makeFolder(path: string, mode: number): void {
    mkdirSync(this.#locate(path), { mode });
  }

  /** Renames a path of the directory out to a place of the caller's on the same file system. */
  moveOut(path: string, destination: string): void {
    renameSync(this.#locate(path), toFsPath(destination));
    this.#forget(path);
  }

  /**
   * Moves a file or symlink of the caller's in, never over something that is there.
   *
   * A link is made before the old name goes, because rename would silently replace what somebody put there meanwhile.
   * @throws EEXIST when the path is taken.
   */
  moveIn(source: string, path: string): void {
    const target = this.#locate(path);
    try {
      linkSync(toFsPath(source), target);
    } catch (error) {
      if (!hasCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV")) throw error;
      if (this.lookAt(path) !== undefined) throw Object.assign(new Error(`EEXIST: ${path}`), { code: "EEXIST" });
      renameSync(toFsPath(source), this.#locate(path));
      return;
    }
    unlinkSync(toFsPath(source));
  }

  /** Puts a file or symlink of the caller's in the place of whatever file or symlink is there, in one step. */
  moveOver(source: string, path: string): void {
    renameSync(toFsPath(source), this.#locate(path));
  }

  /** Tells whether a path is the same inode as a file looked at before. */
  isSameFile(path: string, other: BigIntStats): boolean {
    const stats = this.lookAt(path);
    return stats !== undefined && stats.ino === other.ino && stats.dev === other.dev;
  }

  /** Moves a folder of the caller's back in; rename replaces at most an empty folder. */
  moveFolderIn(source: string, path: string): void {
    this.#forget(path);
    renameSync(toFsPath(source), this.#locate(path));
  }

  /** Removes an empty folder; @throws ENOTEMPTY when it is not. */
  removeEmptyFolder(path: string): void {
    this.#forget(path);
    rmdirSync(this.#locate(path));
  }

  /** Sets owner, mode and modification time of what stands at a path, if it still is of that type. */
  setAttributes(path: string, attributes: EntryAttributes): void {
    const time = toTimestamp(attributes.mtimeNs);
    if (attributes.type === "symlink") {
      const target = this.#locate(path);
      if (attributes.owner) lchownSync(target, attributes.owner.uid, attributes.owner.gid);
      lutimesSync(target, time, time);
      return;
    }
    this.#withHandle(path, (handle, stats) => {
      const isThatType = attributes.type === "directory" ? stats.isDirectory() : stats.isFile();
      if (!isThatType) throw new UnsafePathError(path, `is no longer a ${attributes.type}`);
      const owner = attributes.owner;
      // Before the mode, because changing the owner clears the set-id bits. A following call, because the handle is a magic link.
      if (owner && (stats.uid !== BigInt(owner.uid) || stats.gid !== BigInt(owner.gid))) chownSync(handle, owner.uid, owner.gid);
      chmodSync(handle, attributes.mode);
      utimesSync(handle, time, time);
    });
  }

  /** Sets only the permission bits of a folder. */
  setFolderMode(path: string, mode: number): void {
    this.#withHandle(path, (handle, stats) => {
      if (!stats.isDirectory()) throw new UnsafePathError(path, "is no longer a directory");
      chmodSync(handle, mode);
    });
  }

  /** Calls with a path that leads to exactly the file that was opened. */
  #withHandle(path: string, use: (handle: string | Buffer, stats: BigIntStats) => void): void {
    if (!IS_LINUX) {
      const target = path === "" ? this.path : this.#locate(path);
      use(target, lstatSync(target, { bigint: true }));
      return;
    }
    const descriptor = path === "" ? this.#root() : openSync(this.#locate(path), O_PATH | constants.O_NOFOLLOW);
    try {
      use(`/proc/self/fd/${descriptor}`, fstatSync(descriptor, { bigint: true }));
    } finally {
      if (path !== "") closeSync(descriptor);
    }
  }

  /** What a file system call takes for a path: safe up to and including its folder. */
  #locate(path: string): string | Buffer {
    const slash = path.lastIndexOf("/");
    const name = path.slice(slash + 1);
    if (name === "" || name === "." || name === "..") throw new UnsafePathError(path, "is not a plain relative path");
    return toFsPath(`${this.#folderPath(slash < 0 ? "" : path.slice(0, slash))}/${name}`);
  }

  #folderPath(folder: string): string {
    if (!IS_LINUX) {
      this.#assertPlainFolders(folder);
      return folder === "" ? this.path : `${this.path}/${folder}`;
    }
    return `/proc/self/fd/${this.#open(folder)}`;
  }

  #open(folder: string): number {
    while (!isOnTheWay(this.#last().path, folder)) this.#closeLast();
    this.#dropMovedFolders();
    while (this.#last().path !== folder) {
      const { path, descriptor } = this.#last();
      const end = folder.indexOf("/", path === "" ? 0 : path.length + 1);
      const next = end < 0 ? folder : folder.slice(0, end);
      const name = next.slice(path === "" ? 0 : path.length + 1);
      if (name === "" || name === "." || name === "..") throw new UnsafePathError(folder, "is not a plain relative path");
      const opened = openChild(descriptor, name, next);
      const { dev, ino } = fstatSync(opened, { bigint: true });
      this.#chain.push({ path: next, descriptor: opened, dev, ino });
    }
    return this.#last().descriptor;
  }

  /** Closes handles of folders that no longer stand at their path: what is done there would be done to something else. */
  #dropMovedFolders(): void {
    const now = readMonotonicMs();
    if (this.#chain.length === 1 || now - this.#checkedAt < MAX_UNCHECKED_MS) return;
    this.#checkedAt = now;
    const moved = this.#chain.findIndex(
      (folder, position) => position > 0 && !isStillThere(this.#chain[position - 1] as OpenFolder, folder),
    );
    if (moved < 0) return;
    while (this.#chain.length > moved) this.#closeLast();
  }

  #closeLast(): void {
    closeSync((this.#chain.pop() as OpenFolder).descriptor);
  }

  #assertPlainFolders(folder: string): void {
    let path = this.path;
    for (const name of folder === "" ? [] : folder.split("/")) {
      path = `${path}/${name}`;
      if (!lstatSync(toFsPath(path)).isDirectory()) throw new UnsafePathError(folder, "leads through something that is not a plain folder");
    }
  }

  /** Closes the handles at and below a path that is about to become something else. */
  #forget(path: string): void {
    while (this.#chain.length > 1 && isOnTheWay(path, this.#last().path)) this.#closeLast();
  }

  #root(): number {
    return (this.#chain[0] as OpenFolder).descriptor;
  }

  #last(): OpenFolder {
    return this.#chain.at(-1) as OpenFolder;
  }
}

function isStillThere(parent: OpenFolder, folder: OpenFolder): boolean {
  const name = folder.path.slice(folder.path.lastIndexOf("/") + 1);
  const stats = lstatSync(toFsPath(`/proc/self/fd/${parent.descriptor}/${name}`), { bigint: true, throwIfNoEntry: false });
  return stats !== undefined && stats.ino === folder.ino && stats.dev === folder.dev;
}

function openChild(parent: number, name: string, shownPath: string): number {
  try {
    return openSync(toFsPath(`/proc/self/fd/${parent}/${name}`), FOLDER_FLAGS);
  } catch (error) {
    // O_PATH with O_NOFOLLOW opens a symlink itself, and O_DIRECTORY then refuses it with ENOTDIR.
    if (hasCode(error, "ELOOP", "ENOTDIR")) throw new UnsafePathError(shownPath, "is not a plain folder", error);
    throw error;
  }
}

function isOnTheWay(folder: string, path: string): boolean {
  return folder === "" || folder === path || path.startsWith(`${folder}/`);
}
