import { readFileSync, statSync } from "node:fs";
import { ConfigInvalidError, hasCode } from "../errors/index.js";
import type { Config } from "../formats/index.js";
import { checkConfig, showPath } from "./check-config.js";
import { invalidAt, parseConfigText } from "./parse-config-text.js";
import { unreadable } from "./unreadable.js";

/** Far more than any configuration needs, far less than what hurts to read. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The settings of a file, and the lines on which it sets what it sets. */
export interface ReadConfigFile {
  config: Config;
  lines: Map<string, number | null>;
}

/** Reads and checks one configuration file; @throws ConfigInvalidError */
export function readConfigFile(path: string): ReadConfigFile {
  const { value, positionOf } = parseConfigText(readConfigText(path), path);
  const { config, given, problems } = checkConfig(value);
  const [first, ...others] = problems;
  if (first === undefined) {
    return { config, lines: new Map([...given].map(([key, where]) => [key, positionOf(where, "key")?.line ?? null])) };
  }
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
