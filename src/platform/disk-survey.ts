import { lstatSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { hasCode } from "../errors/index.js";
import { toFsPath } from "./path-bytes.js";
import { readFolderNames } from "./read-folder.js";
import { Slice } from "./slice.js";

/** What groups of files and folders take on disk, as `du` counts it: allocated blocks, hard links once. A group goes by its number. */
export class DiskSurvey {
  readonly #ownBytes: readonly number[];
  readonly #shared: readonly SharedBytes[];
  readonly #passing: number | undefined;

  constructor(ownBytes: readonly number[], shared: readonly SharedBytes[], passing: number | undefined) {
    this.#ownBytes = ownBytes;
    this.#shared = shared;
    this.#passing = passing;
  }

  /** What these groups take together. */
  occupiedBytes(groups: Iterable<number>): number {
    return this.#sum(groups, (shared, isAsked) => shared.groups.some(isAsked));
  }

  /** What is free again when these groups are removed: a file with names elsewhere frees nothing. */
  freedBytes(groups: Iterable<number>): number {
    return this.#sum(groups, ({ isLinkedElsewhere, groups: sharers }, isAsked) => {
      const goes = (group: number): boolean => isAsked(group) || group === this.#passing;
      return !isLinkedElsewhere && sharers.some(isAsked) && sharers.every(goes);
    });
  }

  #sum(groups: Iterable<number>, counts: (shared: SharedBytes, isAsked: (group: number) => boolean) => boolean): number {
    const asked = new Set(groups);
    const isAsked = (group: number): boolean => asked.has(group);
    let bytes = 0;
    for (const group of asked) bytes += this.#ownBytes[group] ?? 0;
    for (const shared of this.#shared) if (counts(shared, isAsked)) bytes += shared.bytes;
    return bytes;
  }
}

/** The bytes of all files with more than one name whose names are spread over the same groups. */
interface SharedBytes {
  groups: readonly number[];
  isLinkedElsewhere: boolean;
  bytes: number;
}

/**
 * Looks at all that is in some groups of files and folders; what is named itself does not count with the folder it lies in, and what
 * vanishes meanwhile counts nothing. The group with the number `passing` goes before anything is removed, so its names keep nothing.
 */
export async function surveyDisk(
  groups: readonly (readonly string[])[],
  { signal, onLooked, passing }: { signal?: AbortSignal | undefined; onLooked?: (entries: number) => void; passing?: number } = {},
): Promise<DiskSurvey> {
  const ownBytes = groups.map(() => 0);
  const links = new Links();
  const slice = new Slice(signal);
  const named = new Set(groups.flat());
  let looked = 0;
  const parents = new Set([...named].map((path) => dirname(path)));
  for (const [group, paths] of groups.entries()) {
    const pending: string[] = [];
    const count = (path: string, stats: Stats | undefined): void => {
      if (stats === undefined) return;
      if (stats.isDirectory()) pending.push(path);
      if (stats.isDirectory() || stats.nlink === 1) ownBytes[group] = (ownBytes[group] ?? 0) + stats.blocks * BLOCK_BYTES;
      else links.add(stats, group);
    };
    // A symlink among the named ones leads elsewhere.
    for (const path of paths) count(path, lookAt(path));
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      const hasNamed = parents.has(folder);
      for (const { name } of readNamesIfThere(folder)) {
        const path = `${folder}/${name}`;
        if (hasNamed && named.has(path)) continue;
        count(path, lookAt(path));
        looked += 1;
        if (!slice.isOver()) continue;
        onLooked?.(looked);
        await slice.rest();
      }
    }
  }
  return new DiskSurvey(ownBytes, links.bySharers(), passing);
}

/** The unit of `blocks`, whatever the file system's own blocks are. */
const BLOCK_BYTES = 512;

interface Link {
  bytes: number;
  names: number;
  seen: number;
  /** In growing order, because the groups come one after the other. */
  groups: number[];
}

/** Files with more than one name, each once. */
class Links {
  readonly #byInode = new Map<string | number, Link>();
  #device: number | null = null;

  add(stats: Stats, group: number): void {
    this.#device ??= stats.dev;
    const key = stats.dev === this.#device ? stats.ino : `${stats.dev}:${stats.ino}`;
    const known = this.#byInode.get(key);
    if (known === undefined) this.#byInode.set(key, { bytes: stats.blocks * BLOCK_BYTES, names: stats.nlink, seen: 1, groups: [group] });
    else {
      known.seen += 1;
      if (known.groups.at(-1) !== group) known.groups.push(group);
    }
  }

  /** Most files are shared by the same few runs of groups, so there are far fewer of these than files. */
  bySharers(): SharedBytes[] {
    const found = new Map<string, SharedBytes>();
    for (const { bytes, names, seen, groups } of this.#byInode.values()) {
      const isLinkedElsewhere = seen < names;
      const key = `${isLinkedElsewhere ? "+" : ""}${groups.join()}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { groups, isLinkedElsewhere, bytes });
      else known.bytes += bytes;
    }
    return [...found.values()];
  }
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(toFsPath(path), { throwIfNoEntry: false });
}

function readNamesIfThere(folder: string): ReturnType<typeof readFolderNames> {
  try {
    return readFolderNames(folder);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}
