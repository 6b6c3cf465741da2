import { closeSync, constants, openSync } from "node:fs";
import { hasCode } from "../errors/index.js";
import type { FileEntry, RelativePath, Sha256, UncapturedReason } from "../formats/index.js";
import {
  copyOpenFile,
  hashOpenFile,
  isOpenedAt,
  isSameState,
  isYoung,
  readState,
  removeFile,
  toFsPath,
  type StableRead,
} from "../platform/index.js";
import { storedMode } from "./stored-modes.js";

/** A file that changes while it is read is read again so often before it is called unstable. */
const READ_ATTEMPTS = 3;

/** Why a path could not be captured. */
export interface CaptureFailure {
  failure: UncapturedReason;
  detail: string;
}

/** What became of a live file. */
export type LiveFile = FileEntry | CaptureFailure | "vanished";

export interface LiveFileRequest {
  directory: string;
  path: RelativePath;
  /** Where its bytes go; null only finds out the hash. */
  targetPath: string | null;
  /** Tells, where that can be told before anything is written, whether content has to be written at all. */
  wants: (sha256: Sha256, mode: number) => boolean;
  /** Tells whether a file of that size is to be hashed before it is copied, because its content is probably known. */
  hashesFirst: (size: bigint) => boolean;
  pause: () => Promise<void> | undefined;
  /** Whether clones are worth a try; set to false when the file system turns out not to make them. */
  clones: { work: boolean };
}

/** Reads a live file through one descriptor, again while it changes under the reader, and copies it in the same pass. */
export async function readLiveFile(request: LiveFileRequest): Promise<LiveFile> {
  let outcome: LiveFile = "vanished";
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
    outcome = await readOnce(request);
    if (outcome === "vanished" || !("failure" in outcome) || outcome.failure !== "unstable") return outcome;
  }
  return outcome;
}

async function readOnce(request: LiveFileRequest): Promise<LiveFile> {
  let descriptor: number;
  try {
    const path = toFsPath(`${request.directory}/${request.path}`);
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return describeOpenFailure(error);
  }
  try {
    return await readOpen(request, descriptor);
  } catch (error) {
    if (!hasCode(error, "EIO", "EACCES", "EPERM", "ESTALE", "EISDIR") || error.syscall !== "read") throw error;
    // What was written before the bytes ran out is no copy of anything.
    if (request.targetPath !== null) removeFile(toFsPath(request.targetPath));
    return { failure: "unreadable", detail: error.code ?? "" };
  } finally {
    closeSync(descriptor);
  }
}

async function readOpen(request: LiveFileRequest, descriptor: number): Promise<LiveFile> {
  const { directory, path, targetPath } = request;
  const before = readState(descriptor);
  if (!before.isFile()) return { failure: "unstable", detail: "became something else while it was captured" };
  if (!isOpenedAt(descriptor, `${directory}/${path}`)) return { failure: "unstable", detail: "moved while it was captured" };
  const mode = Number(before.mode) & 0o7777;
  const read = (await knownHash(request, descriptor, before.size, mode)) ?? (await copy(request, descriptor, before, mode));
  const after = readState(descriptor);
  const isStable = isSameState(before, after) && BigInt(read.bytes) === after.size;
  if (!isStable || (isYoung(after, Date.now()) && (await hashOpenFile(descriptor, request.pause, read.bytes)).sha256 !== read.sha256)) {
    if (targetPath !== null) removeFile(toFsPath(targetPath));
    return { failure: "unstable", detail: "changed while it was read" };
  }
  return {
    type: "file",
    path,
    size: read.bytes,
    sha256: read.sha256 as Sha256,
    mode,
    uid: Number(before.uid),
    gid: Number(before.gid),
    mtimeNs: before.mtimeNs,
    ctimeNs: before.ctimeNs,
    ino: before.ino,
  };
}

/** For a file that looks merely touched: its hash, when its content need not be written. */
async function knownHash({ wants, hashesFirst, pause }: LiveFileRequest, descriptor: number, size: bigint, mode: number) {
  if (!hashesFirst(size)) return undefined;
  const read = await hashOpenFile(descriptor, pause, Number(size));
  return wants(read.sha256 as Sha256, mode) ? undefined : read;
}

async function copy(request: LiveFileRequest, descriptor: number, stats: ReturnType<typeof readState>, mode: number): Promise<StableRead> {
  const { targetPath, wants, pause, clones } = request;
  const target = targetPath === null ? null : { path: targetPath, mode: storedMode(mode), mtimeNs: stats.mtimeNs };
  const options = { wants: (sha256: string) => wants(sha256 as Sha256, mode), pause, tryClone: clones.work };
  const read = await copyOpenFile(descriptor, stats, target, options);
  if (read.cloneRefused) clones.work = false;
  return read;
}

function describeOpenFailure(error: unknown): LiveFile {
  if (hasCode(error, "ENOENT", "ENOTDIR")) return "vanished";
  if (hasCode(error, "ELOOP", "ENXIO")) return { failure: "unstable", detail: "became something else while it was captured" };
  if (hasCode(error, "EACCES", "EPERM", "EIO", "ENAMETOOLONG", "ESTALE", "ETXTBSY"))
    return { failure: "unreadable", detail: error.code ?? "" };
  throw error;
}
