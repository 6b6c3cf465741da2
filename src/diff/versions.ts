import { closeSync } from "node:fs";
import { InvalidArgumentError, PathNotFoundError, StepbackError } from "../errors/index.js";
import type { CheckpointRecord, FileEntry, RelativePath, SymlinkEntry } from "../formats/index.js";
import { hashOpenFile, printablePath, RootDirectory, Slice, withStorageErrors } from "../platform/index.js";
import { readManifestSearch, type IndexState, type Store } from "../store/index.js";
import { resolvePath } from "../tree/index.js";
import { isGone } from "./content-reader.js";
import { newestFirst } from "./present-records.js";
import type { FileVersion, SeenIn, VersionHistory } from "./requests.js";

/** What a checkpoint says of a path; undefined where it does not speak of it. */
export interface Sighting {
  record: CheckpointRecord;
  entry: FileEntry | SymlinkEntry | null;
}

/** The content of the path in the directory. */
type LiveContent = { type: "file"; sha256: string } | { type: "symlink"; target: string } | "absent" | "unreadable";

/**
 * Tells the history of one path over all checkpoints, backups included.
 * @throws PathNotFoundError when no checkpoint has it as a file or symlink; InvalidArgumentError for a folder
 */
export async function listVersions(
  { store, state }: { store: Store; state: IndexState },
  text: string,
  options: { signal?: AbortSignal },
): Promise<VersionHistory> {
  const path = resolvePath(store.directory, text);
  return withStorageErrors(store.path, async () => {
    const slice = new Slice(options.signal);
    const sightings: Sighting[] = [];
    const warnings: string[] = [];
    let wasFolder = false;
    for (const record of newestFirst(state).reverse()) {
      const seen = lookUp(store, record, path, warnings);
      if (seen === "folder") wasFolder = true;
      if (seen !== undefined) sightings.push({ record, entry: seen === "folder" ? null : seen });
      if (slice.isOver(true)) await slice.rest();
    }
    if (sightings.every(({ entry }) => entry === null)) {
      if (wasFolder) throw new InvalidArgumentError("path", text, "a file or symlink; it is a folder");
      throw new PathNotFoundError(printablePath(path), null);
    }
    return { path, ...foldVersions(sightings, await readLive(store, path, slice)), warnings };
  });
}

/** Undefined where the checkpoint does not speak of the path, null where it says that nothing is there. */
function lookUp(
  store: Store,
  record: CheckpointRecord,
  path: RelativePath,
  warnings: string[],
): FileEntry | SymlinkEntry | "folder" | null | undefined {
  try {
    const search = readManifestSearch(store, record);
    const entry = search.find(path);
    if (entry !== undefined) return entry.type === "directory" ? "folder" : entry;
    const isLeftOut = search.uncaptured.some((one) => path === one.path || path.startsWith(`${one.path}/`));
    return isLeftOut || (search.scope !== "tree" && path.includes("/")) ? undefined : null;
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    warnings.push(`${record.id} is passed over: ${error.message}`);
    return undefined;
  }
}

/** Folds what the checkpoints say, oldest first, into versions and deletions; pure. */
export function foldVersions(sightings: readonly Sighting[], live: LiveContent): Pick<VersionHistory, "versions" | "deletions" | "live"> {
  const versions = new Map<string, FileVersion>();
  const deletions: SeenIn[] = [];
  const liveKey = typeof live === "string" ? null : keyOf(live);
  let wasThere = false;
  for (const { record, entry } of sightings) {
    const seen = { id: record.id, sequence: record.sequence, createdAt: record.createdAt };
    if (entry === null) {
      if (wasThere) deletions.push(seen);
      wasThere = false;
      continue;
    }
    wasThere = true;
    const key = keyOf(entry);
    const known = versions.get(key);
    if (known === undefined)
      versions.set(key, { ...describeContent(entry), first: seen, last: seen, checkpointCount: 1, isLive: key === liveKey });
    else Object.assign(known, { mode: entry.mode, last: seen, checkpointCount: known.checkpointCount + 1 });
  }
  const state = typeof live === "string" ? live : versions.has(keyOf(live)) ? "stored" : "unstored";
  return { versions: [...versions.values()], deletions, live: state };
}

function keyOf(content: { type: "file"; sha256: string } | { type: "symlink"; target: string }): string {
  return content.type === "file" ? `file ${content.sha256}` : `symlink ${content.target}`;
}

function describeContent(entry: FileEntry | SymlinkEntry): Pick<FileVersion, "type" | "sha256" | "size" | "target" | "mode"> {
  if (entry.type === "symlink") return { type: "symlink", sha256: null, size: null, target: entry.target, mode: entry.mode };
  return { type: "file", sha256: entry.sha256, size: entry.size, target: null, mode: entry.mode };
}

/** A folder in its place counts as nothing: it is not this file. */
async function readLive(store: Store, path: RelativePath, slice: Slice): Promise<LiveContent> {
  const root = RootDirectory.open(store.directory);
  try {
    const stats = root.lookAt(path);
    if (stats === undefined || stats.isDirectory()) return "absent";
    const target = stats.isSymbolicLink() ? root.readLink(path) : undefined;
    if (target !== undefined) return { type: "symlink", target };
    if (!stats.isFile()) return "unreadable";
    const descriptor = root.openFile(path);
    try {
      const pause = () => (slice.isOver(true) ? slice.rest() : undefined);
      return { type: "file", sha256: (await hashOpenFile(descriptor, pause, Number(stats.size))).sha256 };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (isGone(error)) return "unreadable";
    throw error;
  } finally {
    root.close();
  }
}
