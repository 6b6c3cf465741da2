import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigInvalidError, hasCode } from "../errors/index.js";
import type { Config } from "../formats/index.js";
import { selfAndAncestors } from "./ancestors.js";
import { defaultConfig } from "./default-config.js";
import { unreadable } from "./unreadable.js";

const FILE_NAMES = [".stepback.yaml", ".stepback.yml", ".stepback.json"] as const;

/** The settings that hold for a directory. */
export interface LoadedConfig {
  config: Config;
  /** The file they come from; null when all are defaults for want of one. */
  path: string | null;
}

/**
 * Loads the settings that hold for a directory: those of the nearest configuration file in it or in a folder above it.
 *
 * Without a file it costs a few looks; what reads one is loaded only then.
 * @throws ConfigInvalidError naming the position, and the nearest right key where a key is wrong.
 */
export async function loadConfig(directory: string): Promise<LoadedConfig> {
  const path = findConfigFile(resolve(directory));
  if (path === null) return { config: defaultConfig(), path };
  const { readConfigFile } = await import("./read-config-file.js");
  return { config: await readConfigFile(path), path };
}

function findConfigFile(directory: string): string | null {
  for (const folder of selfAndAncestors(directory)) {
    // lstat, so that a dangling symlink is an error to read and not an absent file.
    const names = FILE_NAMES.filter((name) => exists(join(folder, name)));
    const [name, ...others] = names;
    if (name === undefined) continue;
    if (others.length === 0) return join(folder, name);
    const paths = names.map((each) => join(folder, each));
    throw new ConfigInvalidError(join(folder, name), `stands beside ${others.join(" and ")}; keep one of them`, { paths });
  }
  return null;
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (hasCode(error, "ENOTDIR")) return false;
    throw unreadable(path, error);
  }
}
