import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import {
  entriesByPath,
  type DirectoryEntry,
  type FileEntry,
  type Manifest,
  type RelativePath,
  type Sha256,
  type SymlinkEntry,
  type TreeEntry,
  type UncapturedPath,
} from "../../src/formats/index.js";
import { hashBytes } from "../../src/platform/index.js";
import { planRestore, type LiveState, type RestorePlan } from "../../src/restore/index.js";
import { makeRecord } from "../support/make-record.js";

const BASE = { mode: 0o644, uid: 1000, gid: 1000, mtimeNs: 1_000_000_000_000_000_000n, ctimeNs: 5n, ino: 5n };

/** What stands at a path: a file's text, a symlink's target, or a folder; with other attributes where they matter. */
type Made = string | { link: string } | { folder: true };
type Specified = Made | [Made, Partial<Pick<TreeEntry, "mode" | "uid" | "gid" | "mtimeNs" | "ctimeNs" | "ino">>];

export const FOLDER = { folder: true } as const;

/** Makes the entries of a tree; the folders on the way come by themselves. */
export function madeUpTree(paths: Record<string, Specified>): TreeEntry[] {
  const entries = new Map<string, TreeEntry>([["", makeEntry("", FOLDER)]]);
  for (const [path, specified] of Object.entries(paths)) {
    const parts = path.split("/");
    for (let length = 1; length < parts.length; length += 1) {
      const folder = parts.slice(0, length).join("/");
      if (!entries.has(folder)) entries.set(folder, makeEntry(folder, FOLDER));
    }
    const [made, attributes] = Array.isArray(specified) ? specified : [specified, {}];
    entries.set(path, { ...makeEntry(path, made), ...attributes });
  }
  return [...entries.values()];
}

function makeEntry(text: string, made: Made): TreeEntry {
  const path = text as RelativePath;
  if (typeof made === "string") {
    return { ...BASE, type: "file", path, size: made.length, sha256: hashBytes(made) as Sha256 } satisfies FileEntry;
  }
  if ("link" in made) return { ...BASE, type: "symlink", path, mode: 0o777, target: made.link } satisfies SymlinkEntry;
  return { ...BASE, type: "directory", path, mode: 0o755 } satisfies DirectoryEntry;
}

/** Left-out paths by path; the reason, or reason and detail. */
export function leftOut(paths: Record<string, UncapturedPath["reason"]>): UncapturedPath[] {
  return Object.entries(paths).map(([path, reason]) => ({ path: path as RelativePath, reason, detail: "made up" }));
}

export interface PlanCase {
  was: Record<string, Specified>;
  is: Record<string, Specified>;
  leftOutThen?: Record<string, UncapturedPath["reason"]>;
  leftOutNow?: Record<string, UncapturedPath["reason"]>;
  rulesThen?: string[];
  scope?: Manifest["scope"];
  paths?: string[];
  keepAdded?: boolean;
  keepOwner?: boolean;
}

/** Plans the restore of a made-up checkpoint in a made-up directory. */
export function planCase(made: PlanCase): RestorePlan {
  const manifest: Manifest = {
    checkpoint: makeRecord(),
    changeId: "x",
    scope: made.scope ?? "tree",
    scanStartedNs: 0n,
    durableFolder: null,
    ignoreRules: made.rulesThen ?? [],
    uncaptured: leftOut(made.leftOutThen ?? {}),
    entries: madeUpTree(made.was),
  };
  const live = { entries: madeUpTree(made.is), uncaptured: leftOut(made.leftOutNow ?? {}) };
  const options = {
    paths: (made.paths ?? []) as RelativePath[],
    keepAdded: made.keepAdded ?? false,
    keepOwner: made.keepOwner ?? false,
  };
  const plan = planRestore(manifest, live, options);
  expect(planWithoutSame(manifest, live, options)).toEqual(plan);
  return plan;
}

/** The same plan, without looking at the files that are the same on both sides. */
function planWithoutSame(manifest: Manifest, live: LiveState, options: Parameters<typeof planRestore>[2]): RestorePlan {
  const then = entriesByPath(manifest);
  const same = new Set(
    live.entries.flatMap((entry) => (entry.type === "file" && isDeepStrictEqual(entry, then.get(entry.path)) ? [entry.path] : [])),
  );
  const without = (entries: readonly TreeEntry[]): TreeEntry[] => entries.filter(({ path }) => !same.has(path));
  const rest = { ...live, entries: without(live.entries) };
  return planRestore({ ...manifest, entries: without(manifest.entries) }, rest, { ...options, same });
}

/** A plan in one line each: `replace a.txt`, and `alone build (ignored)` for what it will not touch. */
export function describePlan(plan: RestorePlan): string[] {
  return [
    ...plan.operations.map(({ kind, path }) => `${kind} ${path === "" ? "." : path}`),
    ...plan.leftAlone.map(({ path, reason }) => `alone ${path} (${reason})`),
  ];
}
