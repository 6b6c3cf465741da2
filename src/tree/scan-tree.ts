import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type BigIntStats } from "node:fs";
import { hasCode } from "../errors/index.js";
import {
  baseName,
  childPath,
  ROOT_PATH,
  type Config,
  type DirectoryEntry,
  type FileEntry,
  type RelativePath,
  type SymlinkEntry,
  type UncapturedPath,
} from "../formats/index.js";
import { decodePathBytes, isOpenedAt, readFolderNames, Slice, toFsPath } from "../platform/index.js";
import type { IgnoreRules } from "./ignore-rules.js";
import { Budget } from "./budget.js";

/** A file as seen from outside; its contents are not read yet. */
export type ScannedFile = Omit<FileEntry, "sha256">;
export type ScannedEntry = DirectoryEntry | ScannedFile | SymlinkEntry;

export interface ScanRequest {
  rules: IgnoreRules;
  limits: Config["limits"];
  /** The store's folder, by device and inode, wherever in the tree it lies. */
  storeIdentity: { dev: bigint; ino: bigint } | null;
  /** Tells whether a top-level name is work of ours in flight. */
  isWorkFolder: (name: string) => boolean;
  signal?: AbortSignal;
  onEntries?: (count: number) => void;
}

export interface Scan {
  /** The directory itself first, parents before children; in each folder files, then symlinks, each by name. */
  entries: ScannedEntry[];
  uncaptured: UncapturedPath[];
  totalBytes: number;
  /** The bytes that sparse files really hold. */
  heldBytes: Map<RelativePath, number>;
}

/** Smaller files are not worth a hole. */
const SPARSE_FROM_BYTES = 128n * 1024n;

/**
 * Lists a directory with everything below it, following no symlink.
 *
 * Synchronous calls in slices: five times faster than any glob with stats, and the event loop still runs.
 * @throws TreeTooLargeError over the entry or byte budget
 */
export async function scanTree(directory: string, request: ScanRequest): Promise<Scan> {
  const walk = new Walk(directory, request);
  await walk.enterFolder(ROOT_PATH);
  walk.assertGoingOn();
  walk.budget.assertKept();
  return { entries: walk.entries, uncaptured: walk.uncaptured, totalBytes: walk.budget.bytes, heldBytes: walk.heldBytes };
}

class Walk {
  readonly entries: ScannedEntry[] = [];
  readonly uncaptured: UncapturedPath[] = [];
  readonly heldBytes = new Map<RelativePath, number>();
  readonly budget: Budget;
  readonly #directory: string;
  readonly #request: ScanRequest;
  readonly #slice: Slice;

  constructor(directory: string, request: ScanRequest) {
    this.#directory = directory;
    this.#request = request;
    this.#slice = new Slice(request.signal);
    this.budget = new Budget(request.limits);
  }

  assertGoingOn(): void {
    this.#slice.assertGoingOn();
  }

  async enterFolder(path: RelativePath): Promise<void> {
    const descriptor = this.#openFolder(path);
    if (descriptor === undefined) return;
    let folders: RelativePath[];
    try {
      folders = await this.#listFolder(path, descriptor);
    } finally {
      closeSync(descriptor);
    }
    for (const folder of folders) {
      if (this.budget.isExhausted) return;
      await this.enterFolder(folder);
    }
  }

  /** Gives the folders in it that are to be entered. */
  async #listFolder(path: RelativePath, descriptor: number): Promise<RelativePath[]> {
    // What is in the folder that was opened, wherever the path to it leads by now.
    const opened = process.platform === "linux" ? `/proc/self/fd/${descriptor}` : this.#fullPath(path);
    const names = readFolderNames(opened).map(({ name }) => name);
    if (path !== "" && isForeignStore(path, names)) {
      this.#leaveOut(path, "store", "another store");
      return [];
    }
    this.#add({ type: "directory", path, ...attributesOf(fstatSync(descriptor, { bigint: true })) });
    const symlinks: SymlinkEntry[] = [];
    const folders: RelativePath[] = [];
    for (const name of names) {
      const child = childPath(path, name);
      const stats = this.#lookAt(child, `${opened}/${name}`);
      if (stats !== undefined) {
        const kind = kindOf(stats);
        if (!this.#isLeftOut(child, name, kind, stats)) {
          if (kind === "file") this.#addFile(child, stats);
          else if (kind === "directory") folders.push(child);
          else this.#addSymlink(symlinks, child, { path: `${opened}/${name}`, stats });
        }
      }
      if (this.#slice.isOver()) {
        this.#request.onEntries?.(this.entries.length);
        await this.#slice.rest();
      }
    }
    for (const symlink of symlinks) this.#add(symlink);
    return folders;
  }

  #isLeftOut(path: RelativePath, name: string, kind: Kind, stats: BigIntStats): boolean {
    const { storeIdentity, isWorkFolder, rules } = this.#request;
    if (storeIdentity !== null && stats.ino === storeIdentity.ino && stats.dev === storeIdentity.dev) {
      this.#leaveOut(path, "store", "the store");
    } else if (path === name && kind === "directory" && isWorkFolder(name)) this.#leaveOut(path, "store", "a restore in flight");
    else if (name === ".git") this.#leaveOut(path, "git", kind === "directory" ? "repository" : "link to a repository");
    else if (rules.matches(path, kind === "directory")) this.#leaveOut(path, "ignored", "by the ignore rules");
    else if (kind === "special") this.#leaveOut(path, "special", specialType(stats));
    else if (kind === "file" && this.#isOverLimit(stats)) {
      this.#leaveOut(path, "over_limit", `${stats.size} bytes, over limits.max_file_bytes`);
    } else return false;
    return true;
  }

  #isOverLimit({ size }: BigIntStats): boolean {
    const { maxFileBytes } = this.#request.limits;
    return maxFileBytes !== null && size > BigInt(maxFileBytes);
  }

  #leaveOut(path: RelativePath, reason: UncapturedPath["reason"], detail: string): void {
    this.uncaptured.push({ path, reason, detail });
  }

  #add(entry: ScannedEntry): void {
    this.budget.count(entry.path, entry.type === "file" ? entry.size : 0);
    if (!this.budget.isOver) this.entries.push(entry);
  }

  #addFile(path: RelativePath, stats: BigIntStats): void {
    const heldBytes = stats.blocks * 512n;
    if (stats.size > SPARSE_FROM_BYTES && heldBytes < stats.size) this.heldBytes.set(path, Number(heldBytes));
    this.#add({ type: "file", path, size: Number(stats.size), ...attributesOf(stats) });
  }

  /**
   * Undefined for what is gone since the folder was read, or cannot be looked at; the latter is named.
   *
   * The way by the path is the faster one, but a folder on it may be swapped for a symlink at any moment. So what is seen there counts only
   * when it is a file: a file is not captured before its own handle told where it is.
   */
  #lookAt(path: RelativePath, openedPath: string): BigIntStats | undefined {
    try {
      const stats = lookIfThere(this.#fullPath(path));
      if (stats !== undefined && kindOf(stats) === "file" && !this.#isOverLimit(stats)) return stats;
      return lookIfThere(openedPath);
    } catch (error) {
      if (!hasCode(error, "EACCES", "EPERM", "EIO", "ENAMETOOLONG", "ESTALE")) throw error;
      this.#leaveOut(path, "unreadable", error.code ?? "");
      return undefined;
    }
  }

  #addSymlink(symlinks: SymlinkEntry[], path: RelativePath, opened: { path: string; stats: BigIntStats }): void {
    try {
      const target = decodePathBytes(readlinkSync(toFsPath(opened.path), { encoding: "buffer" }));
      symlinks.push({ type: "symlink", path, target, ...attributesOf(opened.stats) });
    } catch (error) {
      if (hasCode(error, "ENOENT", "EINVAL")) return;
      if (!hasCode(error, "EACCES", "EIO", "EPERM")) throw error;
      this.#leaveOut(path, "unreadable", error.code ?? "");
    }
  }

  /** Opens a folder that stands at this very path; undefined for one that is gone or cannot be read, which is named. */
  #openFolder(path: RelativePath): number | undefined {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    try {
      const descriptor = openSync(toFsPath(this.#fullPath(path)), flags);
      if (isOpenedAt(descriptor, this.#fullPath(path))) return descriptor;
      closeSync(descriptor);
      this.#leaveOut(path, "unstable", "moved while it was scanned");
    } catch (error) {
      if (path === "") throw error;
      if (hasCode(error, "ENOENT")) return undefined;
      if (hasCode(error, "ELOOP", "ENOTDIR")) this.#leaveOut(path, "unstable", "became something else while it was scanned");
      else if (hasCode(error, "EACCES", "EPERM", "EIO", "ENAMETOOLONG", "ESTALE")) this.#leaveOut(path, "unreadable", error.code ?? "");
      else throw error;
    }
    return undefined;
  }

  #fullPath(path: RelativePath): string {
    return path === "" ? this.#directory : `${this.#directory}/${path}`;
  }
}

/** Undefined also when something on the way is no folder any more. */
function lookIfThere(path: string): BigIntStats | undefined {
  try {
    return lstatSync(toFsPath(path), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (hasCode(error, "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

/** A folder that holds an index beside manifests is a store, whatever its name; the original tool's stores have no manifests. */
function isForeignStore(path: RelativePath, names: readonly string[]): boolean {
  return names.includes("state.json") && (names.includes("manifests") || baseName(path) === ".checkpoints");
}

type Kind = ScannedEntry["type"] | "special";

/** One look at the mode instead of a question to Node for each type, each of which is arithmetic on big integers. */
function kindOf(stats: BigIntStats): Kind {
  switch (Number(stats.mode) & constants.S_IFMT) {
    case constants.S_IFREG:
      return "file";
    case constants.S_IFDIR:
      return "directory";
    case constants.S_IFLNK:
      return "symlink";
    default:
      return "special";
  }
}

function attributesOf(stats: BigIntStats) {
  return {
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    ino: stats.ino,
  };
}

function specialType(stats: BigIntStats): string {
  if (stats.isFIFO()) return "fifo";
  if (stats.isSocket()) return "socket";
  return stats.isBlockDevice() ? "block device" : "character device";
}
