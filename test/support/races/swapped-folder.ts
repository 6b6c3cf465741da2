import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { tempChange, tempFolder, type FileSpec, type TempChange } from "../temp-change.js";

/** Stands in every name, content and link target outside the directory. */
export const MARK = "0UTSIDE";

/** A change directory with a checkpoint, whose folder `sub` can become a symlink to a look-alike outside, and itself again. */
export interface SwappedChange {
  change: TempChange;
  /** What stands outside; to be as it was, always. */
  outside: string;
  swap(): void;
  swapBack(): void;
  /** The folder in the directory, and the symlink that waits elsewhere, for another process to exchange. */
  folderPath: string;
  linkPath: string;
  /** Undoes an exchange. */
  swapBackByExchange(): void;
  /** Takes it away before the end of the test: there are many. */
  remove(): void;
}

/** The same names in and outside, of the same and of other kinds, and some that only stand outside. */
const INSIDE: Record<string, FileSpec> = {
  "sub/file.txt": "inside",
  "sub/link": { link: "inside" },
  "sub/plain": "inside",
  "sub/pipe": "inside",
  "sub/deep/file.txt": "inside",
  "sub/deep/link": { link: "inside" },
  "sub/deep/lower/file.txt": "inside",
  "z.txt": "inside",
};
const OUTSIDE: Record<string, FileSpec> = {
  "file.txt": MARK,
  link: { link: MARK },
  plain: { link: MARK },
  "deep/file.txt": MARK,
  "deep/link": { link: MARK },
  [`deep/${MARK}.txt`]: MARK,
  "deep/lower/file.txt": MARK,
  [`deep/lower/${MARK}/file.txt`]: MARK,
  [`${MARK}/file.txt`]: MARK,
};

export async function swappedChange(): Promise<SwappedChange> {
  const change = await tempChange(INSIDE);
  await change.checkpoints.create();
  const { directory: outside } = await tempChange(OUTSIDE);
  execFileSync("mkfifo", [join(outside, "pipe")]);
  const aside = tempFolder();
  const [sub, folder, link] = [join(change.directory, "sub"), join(aside, "the-folder"), join(aside, "the-link")];
  symlinkSync(outside, link);
  return {
    change,
    outside,
    swap: () => (renameSync(sub, folder), renameSync(link, sub)),
    swapBack: () => (renameSync(sub, link), renameSync(folder, sub)),
    folderPath: sub,
    linkPath: link,
    swapBackByExchange: () => (renameSync(sub, folder), renameSync(link, sub), renameSync(folder, link)),
    remove: () => [change.directory, outside, aside].forEach((path) => rmSync(path, { recursive: true, force: true })),
  };
}

/** Every path of a tree in which something from outside stands: in its name, its content or its link's target. */
export function marksBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const isMarked = entry.name.includes(MARK) || textOf(path, entry).includes(MARK);
    return [...(isMarked ? [path] : []), ...(entry.isDirectory() ? marksBelow(path) : [])];
  });
}

function textOf(path: string, entry: Dirent): Buffer | string {
  if (entry.isSymbolicLink()) return readlinkSync(path);
  if (!entry.isFile()) return "";
  return path.endsWith(".gz") ? gunzipSync(readFileSync(path)) : readFileSync(path);
}
