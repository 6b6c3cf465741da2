import { PathNotFoundError, UncapturedInTheWayError } from "../errors/index.js";
import {
  depthOf,
  isAtOrBelow,
  parentPath,
  type Manifest,
  type RelativePath,
  type RestoreCounts,
  type TreeEntry,
  type UncapturedPath,
} from "../formats/index.js";
import { printablePath } from "../platform/index.js";
import { hasSameAttributes, hasSameContent, makeIgnoreRules } from "../tree/index.js";
import { isLiveWorkFolder } from "../store/index.js";
import type { LeftAlone, RestoreOperation, RestorePlan } from "./requests.js";

/** The live directory as captured just now. */
export interface LiveState {
  entries: readonly TreeEntry[];
  uncaptured: readonly UncapturedPath[];
}

interface PlanOptions {
  /** What to restore; empty for everything. */
  paths: readonly RelativePath[];
  keepAdded: boolean;
  /** Owners are kept only by root. */
  keepOwner: boolean;
  /** Files of which both sides are known to be the same, and which are left out of both. */
  same?: ReadonlySet<RelativePath>;
}

/**
 * Decides what a restore changes; pure.
 *
 * What stands in both but differs is replaced or retouched, what is missing is created, what was added is removed; a path that
 * was not captured, then or now, is left alone, and so is every folder that holds one.
 * @throws UncapturedInTheWayError when a file must come where a folder with something uncaptured stands; PathNotFoundError
 */
export function planRestore(target: Manifest, live: LiveState, options: PlanOptions): RestorePlan {
  const planner = new Planner(target, live, options);
  planner.assertPathsExist();
  planner.planTargets();
  planner.planAdded();
  return planner.finish();
}

class Planner {
  readonly #target: Manifest;
  readonly #options: PlanOptions;
  readonly #targets: Map<RelativePath, TreeEntry>;
  readonly #lives: Map<RelativePath, TreeEntry>;
  readonly #uncapturedNow: Map<RelativePath, UncapturedPath>;
  readonly #uncapturedThen: Map<RelativePath, UncapturedPath>;
  readonly #rulesThen: ReturnType<typeof makeIgnoreRules>;
  readonly #operations = new Map<RelativePath, RestoreOperation>();
  readonly #leftAlone = new Map<RelativePath, LeftAlone>();
  /** Folders that cannot go, with the path in them that keeps them. */
  readonly #heldFolders = new Map<RelativePath, LeftAlone>();

  constructor(target: Manifest, live: LiveState, options: PlanOptions) {
    this.#target = target;
    this.#options = options;
    this.#targets = byPath(target.entries);
    this.#lives = byPath(live.entries);
    this.#uncapturedNow = byPath(live.uncaptured);
    this.#uncapturedThen = byPath(target.uncaptured);
    this.#rulesThen = makeIgnoreRules(target.ignoreRules);
  }

  assertPathsExist(): void {
    for (const path of this.#options.paths) {
      const isKnown = this.#targets.has(path) || this.#lives.has(path) || this.#options.same?.has(path) === true;
      if (isKnown) continue;
      const leftOut = findAtOrAbove(path, this.#uncapturedNow) ?? findAtOrAbove(path, this.#uncapturedThen);
      const details = leftOut === undefined ? {} : { leftOut: `${leftOut.reason}: ${leftOut.detail}` };
      throw new PathNotFoundError(printablePath(path), this.#target.checkpoint.id, details);
    }
  }

  planTargets(): void {
    for (const entry of this.#targets.values()) {
      if (this.#isSelected(entry.path)) this.#planTarget(entry);
    }
  }

  planAdded(): void {
    for (const entry of this.#lives.values()) {
      if (entry.path === "" || this.#targets.has(entry.path) || this.#operations.has(entry.path)) continue;
      const keeper = this.#keeperOf(entry);
      if (keeper === null) this.#operations.set(entry.path, { kind: "remove", path: entry.path, before: entry, after: null });
      else if (keeper !== "unselected") this.#leaveAlone(keeper);
      if (keeper !== null) this.#hold(entry.path, keeper === "unselected" ? notSelected(entry.path) : keeper);
    }
    for (const { path, reason, detail } of this.#uncapturedNow.values()) this.#hold(path, { path, reason, detail });
  }

  finish(): RestorePlan {
    for (const [folder, held] of this.#heldFolders) {
      const operation = this.#operations.get(folder);
      if (operation?.kind === "remove") this.#operations.delete(folder);
      else if (operation?.kind === "replace") {
        throw new UncapturedInTheWayError(printablePath(folder), printablePath(held.path), held.reason);
      }
    }
    const operations = [...this.#operations.values()].sort((one, other) => comparePaths(one.path, other.path));
    const leftAlone = [...this.#leftAlone.values()].sort((one, other) => comparePaths(one.path, other.path));
    return { target: this.#target.checkpoint.id, operations, leftAlone, counts: countOperations(operations, leftAlone.length) };
  }

  #planTarget(entry: TreeEntry): void {
    const { path } = entry;
    if (path === "" && this.#target.scope !== "tree") return;
    const blocker = neverCaptured(path) ?? findAtOrAbove(path, this.#uncapturedNow);
    if (blocker !== undefined) {
      this.#leaveAlone({ path, reason: blocker.reason, detail: blocker.detail });
      return;
    }
    this.#planParents(path);
    const live = this.#lives.get(path);
    if (live === undefined) this.#operations.set(path, { kind: "create", path, before: null, after: entry });
    else if (!hasSameContent(live, entry)) this.#operations.set(path, { kind: "replace", path, before: live, after: entry });
    else if (!hasSameAttributes(live, entry, { owner: this.#options.keepOwner })) {
      this.#operations.set(path, { kind: "retouch", path, before: live, after: entry });
    }
  }

  /** A single path needs its folders, also where they were not asked for. */
  #planParents(path: RelativePath): void {
    for (let folder = parentPath(path); folder !== "" && !this.#isSelected(folder); folder = parentPath(folder)) {
      const live = this.#lives.get(folder);
      const wanted = this.#targets.get(folder);
      if (wanted === undefined || live?.type === "directory" || this.#operations.has(folder)) continue;
      this.#operations.set(
        folder,
        live === undefined
          ? { kind: "create", path: folder, before: null, after: wanted }
          : { kind: "replace", path: folder, before: live, after: wanted },
      );
    }
  }

  /** Why an entry that the checkpoint does not have stays; null when it is to be removed. */
  #keeperOf(entry: TreeEntry): LeftAlone | "unselected" | null {
    const { path } = entry;
    // A folder that must make room for a file takes what is in it along, asked for or not.
    if (!this.#isSelected(path) && !this.#isBelowReplacedFolder(path)) return "unselected";
    if (this.#target.scope === "top_level_files" && (entry.type !== "file" || depthOf(path) > 1)) {
      return { path: topOf(path), reason: "outside_scope", detail: "the checkpoint speaks for top-level files only" };
    }
    const then = findAtOrAbove(path, this.#uncapturedThen);
    if (then !== undefined) return { path, reason: then.reason, detail: then.detail };
    if (this.#rulesThen.matches(path, entry.type === "directory")) {
      return { path, reason: "ignored", detail: "by the rules of that time" };
    }
    return this.#options.keepAdded ? { path, reason: "kept_added", detail: "added since" } : null;
  }

  #isBelowReplacedFolder(path: RelativePath): boolean {
    for (let folder = parentPath(path); folder !== ""; folder = parentPath(folder)) {
      if (this.#operations.get(folder)?.kind === "replace") return true;
    }
    return false;
  }

  #leaveAlone(one: LeftAlone): void {
    this.#leftAlone.set(one.path, one);
  }

  #hold(path: RelativePath, held: LeftAlone): void {
    for (let folder = parentPath(path); folder !== ""; folder = parentPath(folder)) {
      if (!this.#heldFolders.has(folder)) this.#heldFolders.set(folder, held);
    }
  }

  #isSelected(path: RelativePath): boolean {
    return this.#options.paths.length === 0 || this.#options.paths.some((wanted) => isAtOrBelow(path, wanted));
  }
}

function countOperations(operations: readonly RestoreOperation[], leftAlone: number): RestoreCounts {
  // A file that makes room for a folder counts as replaced, as one that takes the place of a folder does.
  const isOfFiles = ({ before, after }: RestoreOperation): boolean =>
    [before, after].some((side) => (side?.type ?? "directory") !== "directory");
  const count = (kind: RestoreOperation["kind"]): number =>
    operations.filter((operation) => operation.kind === kind && isOfFiles(operation)).length;
  return { created: count("create"), replaced: count("replace"), removed: count("remove"), retouched: count("retouch"), leftAlone };
}

function findAtOrAbove<Value>(path: RelativePath, among: ReadonlyMap<RelativePath, Value>): Value | undefined {
  if (among.size === 0) return undefined;
  for (let at = path; at !== ""; at = parentPath(at)) {
    const found = among.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What no scan captures is not put in place either, whatever a manifest says. */
function neverCaptured(path: RelativePath): LeftAlone | undefined {
  if (path === ".git" || path.startsWith(".git/") || path.includes("/.git/") || path.endsWith("/.git")) {
    return { path, reason: "git", detail: "of a repository" };
  }
  return isLiveWorkFolder(topOf(path)) ? { path, reason: "store", detail: "a restore in flight" } : undefined;
}

function notSelected(path: RelativePath): LeftAlone {
  return { path, reason: "kept_added", detail: "not asked for" };
}

function topOf(path: RelativePath): RelativePath {
  const slash = path.indexOf("/");
  return (slash < 0 ? path : path.slice(0, slash)) as RelativePath;
}

function byPath<Value extends { path: RelativePath }>(values: readonly Value[]): Map<RelativePath, Value> {
  return new Map(values.map((value) => [value.path, value]));
}

function comparePaths(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
