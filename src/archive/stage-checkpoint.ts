import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  futimesSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { storedFolderMode, storedMode } from "../checkpoint/index.js";
import { hasCode, UnsupportedError } from "../errors/index.js";
import type { DirectoryEntry, FileEntry, Manifest, RelativePath, SymlinkEntry, TreeEntry } from "../formats/index.js";
import { linkOrCopy, printablePath, toFsPath, toTimestamp, type Slice } from "../platform/index.js";
import type { ArchiveSource } from "./archive-source.js";
import { contentKey, entryMember } from "./member.js";

/** A run of zeros from this length on becomes a hole: an archive has none, and a sparse file was as long as it said. */
const HOLE_BYTES = 4096;
const ZEROS = Buffer.alloc(64 * 1024);

/** Where files of one content are stored, by their path in their checkpoint. */
export type StagedPaths = Map<RelativePath, string>;

export interface StageRequest {
  /** The id in the archive, which its tree stands below. */
  id: string;
  manifest: Manifest;
  /** An empty folder that nobody else writes to. */
  snapshotPath: string;
  /** Stored files that were staged with earlier checkpoints of the archive, by content; those that are shared are taken out. */
  known: ReadonlyMap<string, StagedPaths>;
  slice: Slice;
  onEntry: (bytes: number) => void;
}

/**
 * Builds the snapshot of an archived checkpoint. Every path comes from the manifest, whose reader saw to it that it stays below the
 * folder and that each parent is a plain folder; nothing is ever opened that was there before.
 *
 * Gives the stored files by content. @throws ArchiveInvalidError as soon as the archive says anything else than the manifest
 */
export async function stageCheckpoint(source: ArchiveSource, request: StageRequest): Promise<Map<string, StagedPaths>> {
  const staged = new Map<string, StagedPaths>();
  for (const entry of request.manifest.entries) {
    await source.expectMember(entryMember(request.id, entry));
    const path = entry.path === "" ? request.snapshotPath : `${request.snapshotPath}/${entry.path}`;
    await withStoreLimits(entry, async () => {
      if (entry.type === "directory") makeFolder(path, entry);
      else if (entry.type === "symlink") makeSymlink(path, entry);
      else {
        const key = contentKey(entry.sha256, storedMode(entry.mode));
        const shared = takeShared(request.known.get(key), entry.path);
        await stageFile(source, entry, { path, shared, slice: request.slice });
        const paths = staged.get(key);
        if (paths === undefined) staged.set(key, new Map([[entry.path, path]]));
        else paths.set(entry.path, path);
      }
    });
    request.onEntry(entry.type === "file" ? entry.size : 0);
    if (request.slice.isOver()) await request.slice.rest();
  }
  const folders = request.manifest.entries.filter((entry): entry is DirectoryEntry => entry.type === "directory");
  for (const folder of folders.reverse()) finishFolder(request.snapshotPath, folder);
  return staged;
}

/** The namesake first. Each only once, because two files of one checkpoint never become one. */
function takeShared(candidates: StagedPaths | undefined, path: RelativePath): string | null {
  const [first] = candidates?.keys() ?? [];
  const chosen = candidates?.has(path) === true ? path : first;
  if (candidates === undefined || chosen === undefined) return null;
  const stored = candidates.get(chosen) ?? null;
  candidates.delete(chosen);
  return stored;
}

interface FilePlace {
  path: string;
  /** A stored file that has this content already. */
  shared: string | null;
  slice: Slice;
}

async function stageFile(source: ArchiveSource, entry: FileEntry, { path, shared, slice }: FilePlace): Promise<void> {
  const output = shared === null ? new StagedFile(path) : null;
  const digest = createHash("sha256");
  try {
    await source.pass(entry.size, async (bytes) => {
      digest.update(bytes);
      output?.write(bytes);
      if (slice.isOver(true)) await slice.rest();
    });
    if (digest.digest("hex") !== entry.sha256)
      throw source.invalid(`'${printablePath(entry.path)}' has not the hash that the manifest says`);
    output?.finish(entry);
  } finally {
    output?.close();
  }
  await source.expectPadding(entry.size);
  if (shared !== null) linkOrCopy(shared, path);
}

/** A new file of a snapshot, written from its start to its end. */
class StagedFile {
  readonly #descriptor: number;
  #position = 0;

  constructor(path: string) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    this.#descriptor = openSync(toFsPath(path), flags, 0o600);
  }

  write(bytes: Buffer): void {
    const isHole = bytes.length >= HOLE_BYTES && bytes.length <= ZEROS.length && bytes.equals(ZEROS.subarray(0, bytes.length));
    for (let written = isHole ? bytes.length : 0; written < bytes.length;) {
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#position + written);
    }
    this.#position += bytes.length;
  }

  finish(entry: FileEntry): void {
    ftruncateSync(this.#descriptor, this.#position);
    const time = toTimestamp(entry.mtimeNs);
    futimesSync(this.#descriptor, time, time);
    fchmodSync(this.#descriptor, storedMode(entry.mode));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function makeFolder(path: string, entry: DirectoryEntry): void {
  if (entry.path !== "") mkdirSync(toFsPath(path), { mode: 0o700 });
}

function makeSymlink(path: string, entry: SymlinkEntry): void {
  const time = toTimestamp(entry.mtimeNs);
  symlinkSync(toFsPath(entry.target), toFsPath(path));
  lutimesSync(toFsPath(path), time, time);
}

/** Children first, when nothing is put into them any more. */
function finishFolder(snapshotPath: string, entry: DirectoryEntry): void {
  const path = toFsPath(entry.path === "" ? snapshotPath : `${snapshotPath}/${entry.path}`);
  const time = toTimestamp(entry.mtimeNs);
  utimesSync(path, time, time);
  chmodSync(path, storedFolderMode(entry.mode));
}

/** @throws UnsupportedError for what the store's file system cannot hold, and anything else as it is. */
async function withStoreLimits(entry: TreeEntry, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (hasCode(error, "EEXIST")) {
      throw new UnsupportedError(printablePath(entry.path), "has a name that the store's file system takes for another's", error);
    }
    if (hasCode(error, "ENAMETOOLONG", "EILSEQ", "EINVAL", "EFBIG", "ENOENT")) {
      throw new UnsupportedError(printablePath(entry.path), `cannot be held by the store's file system (${error.code})`, error);
    }
    throw error;
  }
}
