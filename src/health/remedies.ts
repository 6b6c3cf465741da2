import { closeSync, lchownSync, lstatSync, lutimesSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { hasCode, UnsafePathError } from "../errors/index.js";
import type { CheckpointId, FileEntry, RelativePath, SymlinkEntry } from "../formats/index.js";
import { assertFreeSpace, copyOpenFile, estimateBytes, readState, RootDirectory, Slice, toFsPath, toTimestamp } from "../platform/index.js";
import type { StoreWriter } from "../store/index.js";
import { storedMode, type CallOptions } from "../checkpoint/index.js";
import type { Healed } from "./reports.js";
import { filesWith } from "./sharers.js";
import type { Wound } from "./verifier.js";

/** A new stored file or symlink, which goes into as many snapshots as shared the damaged one. */
export interface Remedy {
  from: Healed["from"];
  /** Makes it under a new name in the work folder, from where it is renamed into place. */
  place(newName: string, link: (staged: string, newName: string) => void): void;
}

export interface Remedies {
  /** Undefined when there is no good copy anywhere. */
  find(entry: FileEntry | SymlinkEntry, inode: string | null): Remedy | undefined;
}

/** A place where the bytes may be found. */
interface Source {
  from: CheckpointId | "directory";
  folder: string;
  path: RelativePath;
}

/** Copies, into the work folder, one good file for every damaged one of which good bytes are found. */
export async function stageRemedies(writer: StoreWriter, wounds: readonly Wound[], work: string, options: CallOptions): Promise<Remedies> {
  const files = wounds.filter((wound): wound is Wound & { entry: FileEntry } => wound.entry.type === "file");
  const sources = findSources(writer, new Set(files.map(({ entry }) => entry.sha256)));
  const wanted = new Map(files.map((wound) => [keyOf(wound.entry, wound.inode), wound.entry]));
  assertRoom(work, [...wanted.values()]);
  const slice = new Slice(options.signal);
  const staged = new Map<string, Remedy>();
  for (const [key, entry] of wanted) {
    const stagedPath = join(work, `good-${staged.size}`);
    const from = await copyFrom(sources.get(entry.sha256) ?? [], entry, stagedPath, slice);
    if (from === null) continue;
    giveToOwner(writer, stagedPath);
    staged.set(key, { from, place: (newName, link) => link(stagedPath, newName) });
  }
  return { find: (entry, inode) => (entry.type === "symlink" ? symlinkRemedy(entry) : staged.get(keyOf(entry, inode))) };
}

/** Stored files first: the live one may have been written to meanwhile, which its hash would show. */
function findSources({ store, index }: StoreWriter, hashes: ReadonlySet<string>): Map<string, Source[]> {
  const stored = new Map<string, Source[]>([...hashes].map((hash) => [hash, []]));
  const live = new Map<string, Set<RelativePath>>([...hashes].map((hash) => [hash, new Set()]));
  if (hashes.size === 0) return stored;
  for (const record of index.checkpoints) {
    for (const { sha256, path } of filesWith(store, record, hashes)) {
      stored.get(sha256)?.push({ from: record.id, folder: store.snapshotPath(record.id), path });
      live.get(sha256)?.add(path);
    }
  }
  for (const [hash, paths] of live) {
    for (const path of paths) stored.get(hash)?.push({ from: "directory", folder: store.directory, path });
  }
  return stored;
}

/** Files that shared one inode share the new one; a file that is gone gets one of its own, as no snapshot may have two names of one. */
function keyOf({ sha256, mode, path }: FileEntry, inode: string | null): string {
  return `${sha256}:${storedMode(mode)}:${inode ?? `missing ${path}`}`;
}

function assertRoom(work: string, files: readonly FileEntry[]): void {
  assertFreeSpace(work, { bytes: files.reduce((sum, { size }) => sum + estimateBytes(size), 0), inodes: files.length });
}

async function copyFrom(sources: readonly Source[], entry: FileEntry, stagedPath: string, slice: Slice): Promise<Source["from"] | null> {
  for (const source of sources) if (await copyIfGood(source, entry, stagedPath, slice)) return source.from;
  return null;
}

async function copyIfGood(source: Source, entry: FileEntry, stagedPath: string, slice: Slice): Promise<boolean> {
  let root: RootDirectory | undefined;
  let descriptor: number | undefined;
  try {
    root = RootDirectory.open(source.folder);
    descriptor = root.openFile(source.path);
    const stats = readState(descriptor);
    if (!stats.isFile() || stats.size !== BigInt(entry.size)) return false;
    const read = await copyOpenFile(
      descriptor,
      stats,
      { path: stagedPath, mode: storedMode(entry.mode), mtimeNs: entry.mtimeNs },
      { wants: (sha256) => sha256 === entry.sha256, pause: () => (slice.isOver(true) ? slice.rest() : undefined), tryClone: false },
    );
    if (read.sha256 === entry.sha256) return true;
    // A large file is written while it is hashed.
    rmSync(stagedPath, { force: true });
    return false;
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EACCES", "EPERM", "EIO", "ENXIO", "EISDIR") && !(error instanceof UnsafePathError))
      throw error;
    rmSync(stagedPath, { force: true });
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
    root?.close();
  }
}

function symlinkRemedy({ target, mtimeNs }: SymlinkEntry): Remedy {
  return {
    from: "manifest",
    place: (newName) => {
      symlinkSync(toFsPath(target), newName);
      lutimesSync(newName, toTimestamp(mtimeNs), toTimestamp(mtimeNs));
    },
  };
}

/** Root heals other people's stores too, and stored files can be read by their owner alone. */
function giveToOwner({ store }: StoreWriter, path: string): void {
  const { uid, gid } = lstatSync(store.path);
  if (process.geteuid?.() === 0 && uid !== 0) lchownSync(path, uid, gid);
}
