import {
  capturedOf,
  folderOf,
  hasSameAttributes,
  hasSameContent,
  isBelow,
  isIgnored,
  isSameEntry,
  type ModelEntry,
  type ModelTree,
} from "./model-tree.js";

export interface ModelRestoreOptions {
  /** Empty for everything. */
  paths: readonly string[];
  keepAdded: boolean;
  nowUs: bigint;
}

/** What a restore must come to: the tree, and the files that have to be taken out of the store for it; or the refusal. */
export type ModelRestore =
  { tree: ModelTree; takenFiles: string[]; isNothing: boolean } | { code: "PATH_NOT_FOUND" | "UNCAPTURED_IN_THE_WAY" };

/** The restore as the documentation has it, in memory. */
export function restoreInModel(target: ModelTree, live: ModelTree, options: ModelRestoreOptions): ModelRestore {
  const { paths, keepAdded, nowUs } = options;
  const captured = capturedOf(live);
  if (paths.some((path) => !target.has(path) && !captured.has(path))) return { code: "PATH_NOT_FOUND" };
  const isSelected = (path: string): boolean => paths.length === 0 || paths.some((one) => one === path || isBelow(path, one));
  const changes = new Map<string, ModelEntry | null>();
  for (const [path, entry] of target) {
    if (!isSelected(path)) continue;
    for (let folder = folderOf(path); folder !== "" && !isSelected(folder); folder = folderOf(folder)) {
      const wanted = target.get(folder);
      if (wanted !== undefined && live.get(folder)?.type !== "directory") changes.set(folder, wanted);
    }
    if (!isSameEntry(captured.get(path), entry)) changes.set(path, entry);
  }
  const staying = new Set<string>();
  for (const path of live.keys()) {
    if (target.has(path)) continue;
    const makesRoom = [...changes].some(([changed, entry]) => entry?.type !== "directory" && isBelow(path, changed));
    const goes = !isIgnored(path) && path !== "" && !changes.has(path) && (isSelected(path) || makesRoom) && !keepAdded;
    if (goes) changes.set(path, null);
    else if (!changes.has(path)) staying.add(path);
  }
  for (const path of staying) {
    for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) {
      const change = changes.get(folder);
      if (change === null) changes.delete(folder);
      else if (change !== undefined && change.type !== "directory") return { code: "UNCAPTURED_IN_THE_WAY" };
    }
  }
  return { ...apply(target, live, changes, paths.length === 0 ? null : nowUs), isNothing: changes.size === 0 };
}

function apply(target: ModelTree, live: ModelTree, changes: ReadonlyMap<string, ModelEntry | null>, nowUs: bigint | null) {
  const tree = new Map(live);
  const takenFiles: string[] = [];
  const disturbed = new Set<string>();
  for (const [path, after] of changes) {
    const before = live.get(path);
    const isRetouch = before !== undefined && after !== null && hasSameContent(before, after);
    if (!isRetouch && path !== "") disturbed.add(folderOf(path));
    if (!isRetouch && after?.type === "file") takenFiles.push(path);
    if (after === null) tree.delete(path);
    else tree.set(path, after);
  }
  for (const folder of disturbed) {
    const entry = tree.get(folder);
    if (changes.has(folder) || entry?.type !== "directory") continue;
    // A whole restore leaves a folder with its own times; single paths leave it newly modified.
    if (nowUs !== null) tree.set(folder, { ...entry, mtimeUs: nowUs });
    else if (target.has(folder) && !hasSameAttributes(entry, target.get(folder) as ModelEntry))
      throw new Error("a folder should have been changed");
  }
  return { tree, takenFiles };
}
