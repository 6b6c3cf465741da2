import { baseName, type FileEntry, type RelativePath } from "../formats/index.js";
import type { Change } from "./requests.js";

/**
 * Joins a deleted and an added file of equal content to one renamed file; pure.
 *
 * Among several the one that keeps its name wins, then the first by path. Empty files are all equal, and prove nothing.
 */
export function findRenames(changes: readonly Change[]): Change[] {
  const sources = new Map<string, FileEntry[]>();
  for (const { kind, before } of changes) {
    if (kind !== "deleted" || before?.type !== "file" || before.size === 0) continue;
    const same = sources.get(before.sha256);
    if (same === undefined) sources.set(before.sha256, [before]);
    else same.push(before);
  }
  if (sources.size === 0) return [...changes];
  const renamed = new Map<Change, FileEntry>();
  for (const isSameName of [true, false]) {
    for (const change of changes) {
      if (change.kind !== "added" || change.after?.type !== "file" || renamed.has(change)) continue;
      const source = takeSource(sources.get(change.after.sha256), change.path, isSameName);
      if (source !== undefined) renamed.set(change, source);
    }
  }
  const moved = new Set([...renamed.values()].map(({ path }) => path));
  return changes
    .filter(({ kind, path }) => kind !== "deleted" || !moved.has(path))
    .map((change) => {
      const before = renamed.get(change);
      return before === undefined ? change : { ...change, kind: "renamed", oldPath: before.path, before };
    });
}

function takeSource(candidates: FileEntry[] | undefined, path: RelativePath, mustKeepName: boolean): FileEntry | undefined {
  const at = candidates?.findIndex((one) => !mustKeepName || baseName(one.path) === baseName(path)) ?? -1;
  return at < 0 ? undefined : candidates?.splice(at, 1)[0];
}
