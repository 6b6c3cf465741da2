import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { openCheckpoints, type Checkpoints, type OpenOptions } from "../../src/index.js";
import { describeContent, pictureOf, readTree } from "./picture.js";

export { pictureOf } from "./picture.js";

/** A file's text, `null` to remove what is there, or a symlink. */
export type FileSpec = string | Uint8Array | null | { link: string };

export interface TempChange {
  directory: string;
  checkpoints: Checkpoints;
  /** Writes, replaces and (null) removes files; a name ending in `/` is a folder. */
  edit: (files: Record<string, FileSpec>) => void;
  /** The text of every file, `-> target` for symlinks, by path; the store is left out. */
  files: () => Record<string, string>;
  /** Everything that a restore promises, by path: type, mode, microseconds of the mtime, content. */
  picture(): Record<string, string>;
  reopen(options?: OpenOptions): Promise<Checkpoints>;
}

/** Makes a new folder that goes away with the test. */
export function tempFolder(prefix = "stepback-test-"): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a change directory with files in it and opens its checkpoints. */
export async function tempChange(files: Record<string, FileSpec> = {}, options: OpenOptions = {}): Promise<TempChange> {
  const directory = join(tempFolder(), "my-feature");
  mkdirSync(directory);
  edit(directory, files);
  return {
    directory,
    checkpoints: await openCheckpoints(directory, { config: { durability: "none" }, ...options }),
    edit: (changes) => edit(directory, changes),
    files: () => readTree(directory, (path) => describeContent(path)),
    picture: () => pictureOf(directory),
    reopen: (reopened = {}) => openCheckpoints(directory, { config: { durability: "none" }, ...options, ...reopened }),
  };
}

function edit(directory: string, files: Record<string, FileSpec>): void {
  for (const [name, spec] of Object.entries(files)) {
    const path = join(directory, name);
    if (spec === null) rmSync(path, { recursive: true });
    else if (name.endsWith("/")) mkdirSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      rmSync(path, { force: true });
      if (typeof spec === "object" && "link" in spec) symlinkSync(spec.link, path);
      else writeFileSync(path, spec);
    }
  }
}
