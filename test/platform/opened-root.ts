import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { RootDirectory } from "../../src/platform/index.js";
import { tempFolder } from "../support/temp-change.js";

/** An opened directory, a folder beside it, and one on the same file system to move things to. */
export function openedRoot() {
  const base = tempFolder();
  const [path, outside, spare] = ["root", "outside", "spare"].map((name) => join(base, name)) as [string, string, string];
  for (const folder of [join(path, "sub/deep"), join(outside, "deep"), spare]) mkdirSync(folder, { recursive: true });
  for (const file of ["a.txt", "sub/b.txt", "sub/deep/c.txt"]) writeFileSync(join(path, file), "inside");
  for (const file of ["a.txt", "b.txt", "deep/c.txt"]) writeFileSync(join(outside, file), "outside");
  const root = RootDirectory.open(path);
  onTestFinished(() => root.close());
  return { root, path, outside, spare };
}

/** Does something that may fail. */
export function ignoreFailure(action: () => unknown): void {
  try {
    action();
  } catch {
    // Whether it fails is not what the test asks.
  }
}
