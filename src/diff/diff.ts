import { captureDirectory, findRecord } from "../checkpoint/index.js";
import { PathNotFoundError } from "../errors/index.js";
import type { CheckpointRecord, Config, RelativePath } from "../formats/index.js";
import { printablePath, Slice, withStorageErrors } from "../platform/index.js";
import { readManifest, type IndexState, type Store } from "../store/index.js";
import { compareTrees, describePairs, standsIn, type ComparedTree, type EntryPair } from "./compare-trees.js";
import { ContentReader } from "./content-reader.js";
import { makeFilePatch } from "./file-patch.js";
import { makePathFilter } from "./path-filter.js";
import { newestFirst } from "./present-records.js";
import type { Diff, DiffOptions, DiffSide, FilePatch, PatchOptions } from "./requests.js";

/** Where comparisons look. */
export interface DiffPlace {
  store: Store;
  state: IndexState;
  config: Config;
}

/**
 * Compares a checkpoint with another one, or with the directory as it is (`to` null). Takes no lock and writes nothing; of the directory only
 * files that do not look as in the newest checkpoint are read.
 * @throws CheckpointNotFoundError, ManifestUnusableError, PathNotFoundError for a path that stands on neither side
 */
export async function diffCheckpoints(place: DiffPlace, from: string, to: string | null, options: DiffOptions): Promise<Diff> {
  const { checkpoints } = place.state.index;
  const first = findRecord(checkpoints, from);
  return compareSides(place, first, to === null ? null : findRecord(checkpoints, to), options);
}

/** Compares a checkpoint with the one before it, or with nothing where there is none. @throws as diffCheckpoints */
export async function diffWithPredecessor(place: DiffPlace, id: string, options: DiffOptions): Promise<Diff> {
  const record = findRecord(place.state.index.checkpoints, id);
  const earlier = newestFirst(place.state).find(({ sequence }) => sequence < record.sequence);
  return compareSides(place, earlier ?? "nothing", record, options);
}

/** Says what a restore would change, in the terms of a comparison of the directory with the checkpoint. */
export function diffOfOperations(to: CheckpointRecord, operations: readonly EntryPair[]): Diff {
  return {
    from: { kind: "live" },
    to: { kind: "checkpoint", id: to.id },
    changes: describePairs(operations, { renames: true }),
    notCompared: [],
  };
}

async function compareSides(
  place: DiffPlace,
  from: CheckpointRecord | "nothing",
  to: CheckpointRecord | null,
  options: DiffOptions,
): Promise<Diff> {
  const { store } = place;
  return withStorageErrors(store.path, async () => {
    const before = from === "nothing" ? NOTHING : readTree(store, from);
    const after = to === null ? await captureTree(place, options) : readTree(store, to);
    const isThere = (path: RelativePath): boolean => standsIn(before.entries, path) || standsIn(after.entries, path);
    const filter = await makePathFilter({ directory: store.directory, texts: options.paths ?? [], isThere });
    assertKnown(filter.unknown, { before, after, from, to });
    const compared = compareTrees(before, after, { isSelected: filter.isSelected, renames: options.renames ?? true });
    return { from: sideOf(from), to: sideOf(to), ...compared };
  });
}

const NOTHING: ComparedTree = { entries: [], uncaptured: [], scope: "tree" };

function readTree(store: Store, record: CheckpointRecord): ComparedTree {
  const { entries, uncaptured, scope } = readManifest(store, record);
  return { entries, uncaptured, scope };
}

async function captureTree({ store, state, config }: DiffPlace, options: DiffOptions): Promise<ComparedTree> {
  const { entries, uncaptured } = await captureDirectory({ store, config, records: state.index.checkpoints, writer: null, options });
  return { entries, uncaptured, scope: "tree" };
}

function sideOf(side: CheckpointRecord | "nothing" | null): DiffSide {
  if (side === null) return { kind: "live" };
  return side === "nothing" ? { kind: "nothing" } : { kind: "checkpoint", id: side.id };
}

/** A misspelt path must not look like one without differences; one that was left out is known all the same. */
function assertKnown(
  unknown: readonly { text: string; path: RelativePath }[],
  {
    before,
    after,
    from,
    to,
  }: { before: ComparedTree; after: ComparedTree; from: CheckpointRecord | "nothing"; to: CheckpointRecord | null },
): void {
  const leftOut = [...before.uncaptured, ...after.uncaptured];
  for (const { path } of unknown) {
    if (leftOut.some((one) => path === one.path || path.startsWith(`${one.path}/`))) continue;
    const places = to === null ? "the directory" : to.id;
    throw new PathNotFoundError(printablePath(path), from === "nothing" ? places : from.id, { otherPlace: places });
  }
}

/**
 * Writes a comparison as a patch, piece by piece, so that no more than one file is held at a time.
 * @throws DamagedError when a stored file is not as its manifest says
 */
export async function* patchOf(store: Store, diff: Diff, options: PatchOptions): AsyncGenerator<FilePatch> {
  const slice = new Slice(options.signal);
  const before = new ContentReader(store, diff.from);
  const after = new ContentReader(store, diff.to);
  const contents = { before: before.read.bind(before), after: after.read.bind(after) };
  try {
    for (const change of diff.changes) {
      yield await withStorageErrors(store.path, () => makeFilePatch(change, { contents, slice, binary: options.binary === true }));
      if (slice.isOver(true)) await slice.rest();
    }
  } finally {
    before.close();
    after.close();
  }
}

/** Tells whether a side left out something that it should have seen. */
export function isIncomplete({ notCompared }: Pick<Diff, "notCompared">): boolean {
  return notCompared.some(({ reason }) => reason === "unreadable" || reason === "unstable");
}
