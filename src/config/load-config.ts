import { lstatSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ConfigInvalidError, hasCode } from "../errors/index.js";
import type { Config } from "../formats/index.js";
import { selfAndAncestors } from "./ancestors.js";
import { checkConfig, showPath } from "./check-config.js";
import { defaultConfig } from "./default-config.js";
import { invalidAt, parseConfigText } from "./parse-config-text.js";

const FILE_NAMES = [".stepback.yaml", ".stepback.yml", ".stepback.json"] as const;

/** Far more than any configuration needs, far less than what hurts to read. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The settings that hold for a directory. */
export interface LoadedConfig {
  config: Config;
  /** The file they come from; null when all are defaults for want of one. */
  path: string | null;
}

/**
 * Loads the settings that hold for a directory: those of the nearest configuration file in it or in a folder above it.
 * @throws ConfigInvalidError naming the position, and the nearest right key where a key is wrong.
 */
export async function loadConfig(directory: string): Promise<LoadedConfig> {
  const path = findConfigFile(resolve(directory));
  if (path === null) return { config: defaultConfig(), path };
  const { value, positionOf } = await parseConfigText(readConfigText(path), path);
  const { config, problems } = checkConfig(value);
  const [first, ...others] = problems;
  if (first === undefined) return { config, path };
  const more = others.length === 0 ? "" : ` (and ${others.length} more ${others.length === 1 ? "problem" : "problems"})`;
  const listed = problems.map((problem) => ({
    key: showPath(problem.path),
    line: positionOf(problem.path, problem.at)?.line ?? null,
    column: positionOf(problem.path, problem.at)?.column ?? null,
    message: problem.message,
    did_you_mean: problem.didYouMean,
  }));
  throw invalidAt(path, positionOf(first.path, first.at), first.message + more, { problems: listed });
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

function readConfigText(path: string): string {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new ConfigInvalidError(path, "is not a file");
    if (stats.size > MAX_FILE_BYTES) throw new ConfigInvalidError(path, `has more than ${MAX_FILE_BYTES} bytes`);
    return decodeUtf8(readFileSync(path), path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Decodes without replacement characters; a byte order mark is dropped. */
function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (hasCode(error, "ERR_ENCODING_INVALID_ENCODED_DATA")) throw new ConfigInvalidError(path, "is not UTF-8 text");
    throw error;
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!hasCode(error, "ENOENT", "EACCES", "EPERM", "ELOOP", "EIO")) return error;
  return new ConfigInvalidError(path, `cannot be read (${error.code})`, { system_code: error.code });
}
