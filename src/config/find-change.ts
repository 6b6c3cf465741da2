import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isCheckpointId } from "../formats/index.js";
import { selfAndAncestors } from "./ancestors.js";
import { loadConfig } from "./load-config.js";
import type { ConfigSources } from "./loaded-config.js";

/** Change ids may be nested so deep below the changes root. */
const MAX_DEPTH = 4;

/**
 * Finds the change that has a checkpoint of this full id, below the nearest changes root from a folder upward; null when none has,
 * or when the text is no full id.
 */
export async function findChangeOfCheckpoint({ id, cwd, ...sources }: { id: string; cwd: string } & ConfigSources): Promise<string | null> {
  if (!isCheckpointId(id)) return null;
  const { changesRoot } = (await loadConfig(cwd, sources)).config;
  const root = [...selfAndAncestors(cwd)].map((folder) => join(folder, changesRoot)).find((folder) => existsSync(folder));
  if (root === undefined) return null;
  const { default: fastGlob } = await import("fast-glob");
  const found = await fastGlob(`**/.checkpoints/${id}`, {
    cwd: root,
    absolute: true,
    deep: MAX_DEPTH,
    dot: true,
    followSymbolicLinks: false,
    onlyDirectories: true,
    suppressErrors: true,
  });
  return found[0] === undefined ? null : dirname(dirname(found[0]));
}
