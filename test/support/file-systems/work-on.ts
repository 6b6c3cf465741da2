import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../temp-change.js";
import { runMounted, type MountedKind } from "./run-mounted.js";

export const FILE_SYSTEM_WORKER = new URL("worker.ts", import.meta.url);

/** What the worker saw; see there. */
export interface Seen {
  outcome?: string;
  heldBack?: string[];
  sharedFlags?: string;
  leftInStore?: string[];
  entries?: unknown;
}

/** What lies on the file system under test. */
export type Placing = "both" | "directory" | "store";

/** Works through everything with directory, store or both on a file system, what is not on it being on the usual one. */
export async function workOn(
  workerPath: string,
  kind: MountedKind,
  placing: Placing,
  more: { without?: string[]; onlyCreate?: boolean } = {},
): Promise<Seen> {
  const folder = tempFolder();
  const [mounted, usual] = [join(folder, "mounted"), join(folder, "usual")];
  mkdirSync(usual);
  const directory = join(placing === "store" ? usual : mounted, "my-feature");
  const storePath = placing === "both" ? undefined : join(placing === "store" ? mounted : usual, "store");
  return run(workerPath, kind, folder, { directory, storePath, ...more });
}

/** Restores onto a file system what was captured on the usual one. */
export async function carryOnto(workerPath: string, kind: MountedKind, without: string[]): Promise<Seen> {
  const folder = tempFolder();
  const storePath = join(folder, "store");
  const made = await run(workerPath, "tmpfs", folder, {
    directory: join(folder, "usual/my-feature"),
    storePath,
    onlyCreate: true,
    without,
  });
  if (made.outcome !== "created") throw new Error(`no checkpoint to restore: ${made.outcome}`);
  return run(workerPath, kind, folder, { directory: join(folder, "mounted/my-feature"), storePath, onlyRestore: true });
}

async function run(workerPath: string, kind: MountedKind, folder: string, task: object): Promise<Seen> {
  return JSON.parse(await runMounted(kind, folder, [process.execPath, workerPath, JSON.stringify(task)])) as Seen;
}
