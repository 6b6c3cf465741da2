import type { RelativePath } from "../formats/index.js";
import { removeFile, toFsPath, type Batch } from "../platform/index.js";
import { readLiveFile, type LiveFile, type LiveFileRequest } from "./read-live-file.js";

/** The calls by which a file is opened or made. */
const MAKING_CALLS: ReadonlySet<string> = new Set(["open", "copyfile"]);

/** Each thread finds out for itself. */
const CLONES = { work: process.platform === "linux" };

export interface LiveFilesPlace {
  directory: string;
  /** The snapshot under construction, null to find out the hashes only. */
  destination: string | null;
}

/** Reads and copies files one after the other: what a thread does of a capture. Null for a file that the caller has to try again. */
export async function readLiveFiles({ common, items }: Batch<RelativePath, LiveFilesPlace>): Promise<(LiveFile | null)[]> {
  const { directory, destination } = common;
  const shared = { directory, wants: () => true, hashesFirst: () => false, pause: () => undefined, clones: CLONES };
  const outcomes: (LiveFile | null)[] = [];
  for (const path of items) outcomes.push(await readOne({ ...shared, path, targetPath: destination && `${destination}/${path}` }));
  return outcomes;
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
