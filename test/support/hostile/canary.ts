import { lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync, type BigIntStats } from "node:fs";
import { dirname, join } from "node:path";

/** Older than the times of modification below, so that the first reading moves it also where access times are kept lazily. */
const UNREAD_SECONDS = 1_000_000_000;
const WRITTEN_SECONDS = 1_500_000_000;

/** Files that nothing may read, write, link or list, and what they looked like when the watch began. */
export interface Canary {
  /** What was done to them since, in words; empty when nobody came near. */
  touched(): string[];
}

/** Puts files into a folder beside the change directory, for hostile stores to lead to. */
export function fillCanary(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Watches all that is below a folder by the times that the file system keeps: of access, of change, of modification. */
export function watchCanary(folder: string): Canary {
  const paths = listBelow(folder);
  for (const path of paths) {
    if (!lstatSync(path).isSymbolicLink()) utimesSync(path, UNREAD_SECONDS, WRITTEN_SECONDS);
  }
  const before = new Map(paths.map((path) => [path, lookAt(path)]));
  return {
    touched: () => {
      // All looks come before the listing, which is a reading itself.
      const differences = paths.flatMap((path) => differenceOf(path, before.get(path) ?? "", lookAt(path)));
      const added = listBelow(folder).filter((path) => !before.has(path));
      return [...differences, ...added.map((path) => `${path} was made`)];
    },
  };
}

function listBelow(folder: string): string[] {
  const paths = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listBelow(path) : [path];
  });
  return [folder, ...paths];
}

function differenceOf(path: string, before: string, after: string): string[] {
  return before === after ? [] : [`${path} was touched: ${before} became ${after}`];
}

function lookAt(path: string): string {
  const stats: BigIntStats | undefined = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return "gone";
  // Reading where a symlink leads moves its own access time; that is no reading of what is there.
  const access = stats.isSymbolicLink() ? "" : ` read ${stats.atimeNs}`;
  return `${stats.ino} ${stats.mode.toString(8)} ${stats.uid} links ${stats.nlink} size ${stats.size} written ${stats.mtimeNs} changed ${stats.ctimeNs}${access}`;
}
