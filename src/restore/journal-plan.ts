import { parentPath, ROOT_PATH, type Journal, type JournalOperation, type RelativePath, type TreeEntry } from "../formats/index.js";
import { hasSameContent } from "../tree/index.js";
import type { RestorePlan } from "./requests.js";

/** What a journal operation amounts to. */
export type OperationKind = "create" | "replace" | "remove" | "retouch";

/** The kind follows from what was and what shall be, so that it need not be stored and cannot contradict them. */
export function kindOf({ before, after }: Pick<JournalOperation, "before" | "after">): OperationKind {
  if (before === null) return "create";
  if (after === null) return "remove";
  return hasSameContent(before, after) ? "retouch" : "replace";
}

/** Operations that take something out of the way, children before their folders. */
export function removalsOf(journal: Journal): JournalOperation[] {
  return journal.operations.filter((operation) => ["remove", "replace"].includes(kindOf(operation))).sort(deepestFirst);
}

/** Operations that put something in place, folders before their children. */
export function placementsOf(journal: Journal): JournalOperation[] {
  return journal.operations
    .filter((operation) => ["create", "replace"].includes(kindOf(operation)))
    .sort((one, other) => deepestFirst(other, one));
}

/** Files and symlinks of which only mode, owner or times change; folders are among `journal.folders`. */
export function retouchesOf(journal: Journal): JournalOperation[] {
  return journal.operations.filter((operation) => kindOf(operation) === "retouch" && operation.after?.type !== "directory");
}

/**
 * Every folder that the operations disturb: those that are made, removed or retouched, and the parents of all that changes,
 * whose times move; what they were and what they shall be at the end.
 *
 * In a whole restore a disturbed folder gets the checkpoint's times back; when only single paths are restored it keeps its mode and
 * is newly modified, because it is.
 */
export function foldersOf(plan: RestorePlan, sides: FolderSides): Journal["folders"] {
  const touched = new Map<RelativePath, RestorePlan["operations"][number] | null>();
  if (sides.disturbsRoot) touched.set(ROOT_PATH, null);
  for (const operation of plan.operations) {
    const { path, before, after } = operation;
    if (before?.type === "directory" || after?.type === "directory") touched.set(path, operation);
    const parent = path === ROOT_PATH ? null : parentPath(path);
    if (parent !== null && operation.kind !== "retouch" && !touched.has(parent)) touched.set(parent, null);
  }
  return [...touched].map(([path, operation]) => {
    const before = folderOnly(sides.lives.get(path));
    if (operation !== null) return { path, before, after: folderOnly(operation.after ?? undefined) };
    const asIs = before === null ? null : { ...before, mtimeNs: sides.nowNs };
    return { path, before, after: sides.isWhole ? (folderOnly(sides.targets.get(path)) ?? before) : asIs };
  });
}

interface FolderSides {
  lives: ReadonlyMap<RelativePath, TreeEntry>;
  targets: ReadonlyMap<RelativePath, TreeEntry>;
  /** True when the whole directory is restored from a checkpoint that speaks for all of it. */
  isWhole: boolean;
  /** True when the work folder itself lies in the directory. */
  disturbsRoot: boolean;
  nowNs: bigint;
}

function folderOnly(entry: TreeEntry | undefined): TreeEntry | null {
  return entry?.type === "directory" ? entry : null;
}

/** Children before parents: what a path begins with sorts before it. */
export function deepestFirst(one: { path: RelativePath }, other: { path: RelativePath }): number {
  return one.path < other.path ? 1 : one.path > other.path ? -1 : 0;
}
