import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigInvalidError, hasCode } from "../errors/index.js";
import { selfAndAncestors } from "./ancestors.js";
import { defaultConfig } from "./default-config.js";
import type { ConfigSources, LoadedConfig, SettingOrigin } from "./loaded-config.js";
import { unreadable } from "./unreadable.js";
import { VARIABLE_PREFIX } from "./variable.js";

const FILE_NAMES = [".stepback.yaml", ".stepback.yml", ".stepback.json"] as const;

/**
 * Loads the settings that hold for a directory: those given in the call, then the environment's, then those of the nearest configuration file
 * in it or in a folder above it, then the defaults.
 *
 * Where nothing is set it costs a few looks; what reads files and texts is loaded only when there are any.
 * @throws ConfigInvalidError naming the place or the variable, and the nearest right key where a key is wrong; InvalidArgumentError for
 *   settings given in the call.
 */
export async function loadConfig(directory: string, sources: ConfigSources = {}): Promise<LoadedConfig> {
  const { settings = {}, environment = process.env } = sources;
  const path = findConfigFile(resolve(directory));
  const file = path === null ? null : (await import("./read-config-file.js")).readConfigFile(path);
  const loaded: LoadedConfig = { config: file?.config ?? defaultConfig(), path, origins: originsIn(path, file?.lines) };
  const variables = Object.keys(environment).filter((name) => name.startsWith(VARIABLE_PREFIX));
  if (variables.length === 0 && Object.keys(settings).length === 0) return loaded;
  const { applyTexts } = await import("./apply-texts.js");
  return applyTexts(loaded, { settings, environment });
}

function originsIn(path: string | null, lines: ReadonlyMap<string, number | null> = new Map()): Map<string, SettingOrigin> {
  return new Map([...lines].map(([key, line]) => [key, { from: "file", path: path ?? "", line }]));
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
