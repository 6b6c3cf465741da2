import type { CallOptions } from "../checkpoint/index.js";
import { compareTrees, diffCheckpoints, type Change, type ComparedTree, type DiffPlace, type NotCompared } from "../diff/index.js";
import { messageOf, StepbackError } from "../errors/index.js";
import type { CheckpointId, CheckpointRecord } from "../formats/index.js";
import { Slice } from "../platform/index.js";
import { readManifest } from "../store/index.js";
import type { Stretch, StretchChanges, TimelineItem } from "./material.js";

/**
 * Says what became different in each stretch of a timeline, from the manifests alone but for the last one, which ends with the directory as
 * it is. What cannot be compared is said, and stops nothing.
 */
export async function tellChanges(
  place: DiffPlace,
  items: readonly TimelineItem[],
  { mostPaths, options }: { mostPaths: number; options: CallOptions },
): Promise<Map<Stretch, StretchChanges>> {
  const stretches = items.flatMap((item) => (item.kind === "stretch" ? [item.stretch] : []));
  const trees = new RecentTrees(place);
  const slice = new Slice(options.signal);
  const told = new Map<Stretch, StretchChanges>();
  for (const stretch of stretches) {
    options.onProgress?.({
      activity: "compare",
      doneEntries: told.size,
      totalEntries: stretches.length,
      doneBytes: 0,
      totalBytes: null,
    });
    told.set(stretch, await tellStretch(place, stretch, { trees, mostPaths, options }));
    if (slice.isOver(true)) await slice.rest();
  }
  return told;
}

async function tellStretch(
  place: DiffPlace,
  { from, to }: Stretch,
  { trees, mostPaths, options }: { trees: RecentTrees; mostPaths: number; options: CallOptions },
): Promise<StretchChanges> {
  if (from === null) return { problem: "the restored checkpoint is gone" };
  try {
    if (to === null) return sumUp(await diffCheckpoints(place, from, null, signalOf(options)), mostPaths);
    return sumUp(compareTrees(trees.get(from), trees.get(to), { isSelected: () => true, renames: true }), mostPaths);
  } catch (error) {
    if (!(error instanceof StepbackError) || options.signal?.aborted === true) throw error;
    return { problem: messageOf(error) };
  }
}

function signalOf({ signal }: CallOptions): CallOptions {
  return signal === undefined ? {} : { signal };
}

/** Folders count only where they tell something that no file does. */
function sumUp({ changes, notCompared }: { changes: readonly Change[]; notCompared: readonly NotCompared[] }, mostPaths: number) {
  const count = (...kinds: Change["kind"][]): number => changes.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    added: count("added"),
    changed: count("modified", "retyped"),
    removed: count("deleted"),
    renamed: count("renamed"),
    first: changes.slice(0, mostPaths),
    notCompared: notCompared.length,
  };
}

/** Neighbours share a checkpoint, so each manifest is read once; more than two are never held. */
class RecentTrees {
  readonly #place: DiffPlace;
  readonly #records: ReadonlyMap<CheckpointId, CheckpointRecord>;
  readonly #trees = new Map<CheckpointId, ComparedTree>();

  constructor(place: DiffPlace) {
    this.#place = place;
    this.#records = new Map(place.state.index.checkpoints.map((record) => [record.id, record]));
  }

  get(id: CheckpointId): ComparedTree {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const { entries, uncaptured, scope } = readManifest(this.#place.store, this.#records.get(id) as CheckpointRecord);
    const tree = { entries, uncaptured, scope };
    const [oldest] = this.#trees.keys();
    if (this.#trees.size >= 2 && oldest !== undefined) this.#trees.delete(oldest);
    this.#trees.set(id, tree);
    return tree;
  }
}
