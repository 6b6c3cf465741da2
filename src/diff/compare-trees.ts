import { isAtOrBelow, parentPath, type CaptureScope, type RelativePath, type TreeEntry, type UncapturedPath } from "../formats/index.js";
import { hasSameContent } from "../tree/index.js";
import { findRenames } from "./find-renames.js";
import type { Change, NotCompared } from "./requests.js";

/** All that one side of a comparison says. */
export interface ComparedTree {
  entries: readonly TreeEntry[];
  uncaptured: readonly UncapturedPath[];
  scope: CaptureScope;
}

interface CompareOptions {
  isSelected: (path: RelativePath) => boolean;
  renames: boolean;
}

/**
 * Compares two trees; pure. A path that one side left out is never called added or deleted: nobody knows, and it is named instead.
 */
export function compareTrees(
  from: ComparedTree,
  to: ComparedTree,
  options: CompareOptions,
): { changes: Change[]; notCompared: NotCompared[] } {
  const before = new Map(from.entries.map((entry) => [entry.path, entry]));
  const after = new Map(to.entries.map((entry) => [entry.path, entry]));
  const blindFrom = new BlindSpots("from", from);
  const blindTo = new BlindSpots("to", to);
  const pairs: EntryPair[] = [];
  for (const entry of from.entries) {
    if (!options.isSelected(entry.path)) continue;
    const other = after.get(entry.path) ?? null;
    if (other !== null || !blindTo.covers(entry)) pairs.push({ before: entry, after: other });
  }
  for (const entry of to.entries) {
    if (!before.has(entry.path) && options.isSelected(entry.path) && !blindFrom.covers(entry)) pairs.push({ before: null, after: entry });
  }
  const notCompared = [blindFrom, blindTo].flatMap((blind) => blind.toTell(options.isSelected));
  return { changes: describePairs(pairs, options), notCompared: notCompared.sort(byPath) };
}

/** What stood at a path and what stands there afterwards. */
export interface EntryPair {
  before: TreeEntry | null;
  after: TreeEntry | null;
}

/** Describes how the entries of pairs differ, by path. */
export function describePairs(pairs: readonly EntryPair[], options: { renames: boolean }): Change[] {
  const changes = pairs.flatMap((pair) => describePair(pair) ?? []);
  const told = withoutToldFolders(changes).sort(byPath);
  return options.renames ? findRenames(told) : told;
}

function describePair({ before, after }: EntryPair): Change | undefined {
  // The directory itself neither comes nor goes.
  if ((before ?? after)?.path === "" && (before === null || after === null)) return undefined;
  if (before === null) return after === null ? undefined : { kind: "added", path: after.path, oldPath: null, before, after };
  const { path } = before;
  if (after === null) return { kind: "deleted", path, oldPath: null, before, after };
  if (before.type !== after.type) return { kind: "retyped", path, oldPath: null, before, after };
  if (hasSameContent(before, after) && !hasOtherMode(before, after)) return undefined;
  return { kind: "modified", path, oldPath: null, before, after };
}

/** A symlink's own mode means nothing. */
export function hasOtherMode(before: TreeEntry, after: TreeEntry): boolean {
  return before.type !== "symlink" && after.type !== "symlink" && before.mode !== after.mode;
}

/** A folder that came or went with something in it needs no line of its own. */
function withoutToldFolders(changes: readonly Change[]): Change[] {
  const told = new Set<RelativePath>();
  for (const { kind, path } of changes) {
    if (kind === "modified") continue;
    for (let folder = parentPath(path); folder !== "" && !told.has(folder); folder = parentPath(folder)) told.add(folder);
  }
  return changes.filter(({ kind, path, before, after }) => {
    const isFolder = (before ?? after)?.type === "directory";
    return !(isFolder && (kind === "added" || kind === "deleted") && told.has(path));
  });
}

/** What one side of a comparison does not speak of. */
class BlindSpots {
  readonly #side: NotCompared["side"];
  readonly #scope: CaptureScope;
  readonly #spots: ReadonlyMap<RelativePath, UncapturedPath>;
  /** The spots where the other side has something. */
  readonly #met = new Map<RelativePath, UncapturedPath>();

  constructor(side: NotCompared["side"], tree: ComparedTree) {
    this.#side = side;
    this.#scope = tree.scope;
    this.#spots = new Map(tree.uncaptured.map((one) => [one.path, one]));
  }

  /** Tells whether an entry of the other side lies where this one does not look. */
  covers({ path, type }: TreeEntry): boolean {
    for (let at = path; at !== ""; at = parentPath(at)) {
      const spot = this.#spots.get(at);
      if (spot !== undefined) {
        this.#met.set(at, spot);
        return true;
      }
    }
    if (this.#scope === "tree" || (type === "file" && !path.includes("/"))) return false;
    const top = path.split("/", 1)[0] as RelativePath;
    this.#met.set(top, { path: top, reason: "outside_scope", detail: "the checkpoint speaks for top-level files only" });
    return true;
  }

  /** Failures are told in any case: they are no rule, and nobody expects them. */
  toTell(isSelected: (path: RelativePath) => boolean): NotCompared[] {
    for (const spot of this.#spots.values()) {
      if ((spot.reason === "unreadable" || spot.reason === "unstable") && isSelected(spot.path)) this.#met.set(spot.path, spot);
    }
    return [...this.#met.values()].map(({ path, reason, detail }) => ({ path, side: this.#side, reason, detail }));
  }
}

function byPath(one: { path: string }, other: { path: string }): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}

/** Tells whether something stands at a path or below it. */
export function standsIn(entries: readonly TreeEntry[], path: RelativePath): boolean {
  return entries.some((entry) => isAtOrBelow(entry.path, path));
}
