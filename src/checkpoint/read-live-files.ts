import type { RelativePath } from "../formats/index.js";
import { hashFileAt, removeFile, toFsPath, type Batch } from "../platform/index.js";
import { readLiveFile, type LiveFile, type LiveFileRequest } from "./read-live-file.js";

/** The calls by which a file is opened or made. */
const MAKING_CALLS: ReadonlySet<string> = new Set(["open", "copyfile"]);

/** Each thread finds out for itself. */
const CLONES = { work: process.platform === "linux" };

export interface LiveFilesPlace {
  directory: string;
  /** The snapshot under construction, null to find out the hashes only. */
  destination: string | null;
  /** The snapshot whose files may be shared. */
  parentSnapshot: string | null;
}

export interface LiveFileItem {
  path: RelativePath;
  /** Looks as it did when the parent was taken, so that the parent's copy most likely has its content. */
  isProbablyStored: boolean;
}

/** What became of a file, and whether its content was found in the parent's copy and so not written. */
export interface ReadFile {
  live: LiveFile;
  isStored: boolean;
}

/** Reads and copies files one after the other: what a thread does of a capture. Null for a file that the caller has to try again. */
export async function readLiveFiles({ common, items }: Batch<LiveFileItem, LiveFilesPlace>): Promise<(ReadFile | null)[]> {
  const outcomes: (ReadFile | null)[] = [];
  for (const item of items) outcomes.push(await readItem(item, common));
  return outcomes;
}

async function readItem(item: LiveFileItem, { directory, destination, parentSnapshot }: LiveFilesPlace): Promise<ReadFile | null> {
  const { path } = item;
  const targetPath = destination && `${destination}/${path}`;
  const stored = item.isProbablyStored ? await hashIfReadable(`${parentSnapshot}/${path}`) : undefined;
  let isWanted = true;
  const live = await readOne({
    directory,
    path,
    targetPath,
    wants: (sha256) => (isWanted = sha256 !== stored),
    hashesFirst: () => {
      // The first question of each attempt.
      isWanted = true;
      return false;
    },
    pause: () => undefined,
    clones: CLONES,
  });
  return live && { live, isStored: !isWanted };
}

/** Undefined for what the caller need not know more of: it reads the file as any other then. */
async function hashIfReadable(path: string): Promise<string | undefined> {
  try {
    return (await hashFileAt(path, () => undefined)).sha256;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Whoever tries again on the main thread meets the same error, and tells what it means. */
async function readOne(request: LiveFileRequest): Promise<LiveFile | null> {
  try {
    return await readLiveFile(request);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    // What a call that makes the target refuses may be somebody else's: a file whose name differs in capitals, say.
    const isOurs = !MAKING_CALLS.has((error as NodeJS.ErrnoException).syscall ?? "");
    if (isOurs && request.targetPath !== null) removeFile(toFsPath(request.targetPath));
    return null;
  }
}
