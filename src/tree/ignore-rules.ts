import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ignore from "ignore";
import { hasCode, messageOf, StoreUnusableError } from "../errors/index.js";
import type { RelativePath } from "../formats/index.js";

/** The file with a directory's own rules, in gitignore syntax. */
export const IGNORE_FILE = ".checkpointignore";

/** No path is longer, and far longer rules cannot be compiled. */
const MAX_RULE_LENGTH = 4096;

/** What a directory leaves out by its own will. */
export interface IgnoreRules {
  /** The lines in force, for the manifest. */
  readonly lines: readonly string[];
  /** Tells whether a path is left out; everything below a left-out folder is. */
  matches(path: RelativePath, isFolder: boolean): boolean;
}

/** Reads `.checkpointignore` and adds the configuration's rules after it. */
export function loadIgnoreRules(directory: string, configured: readonly string[]): IgnoreRules {
  return makeIgnoreRules([...readIgnoreFile(directory), ...configured]);
}

/** Makes rules of lines in gitignore syntax. */
export function makeIgnoreRules(lines: readonly string[]): IgnoreRules {
  const effective = lines.filter((line) => line.trim() !== "" && !line.startsWith("#") && line.length <= MAX_RULE_LENGTH);
  if (effective.length === 0) return { lines: [], matches: () => false };
  const matcher = ignore({ ignorecase: false, allowRelativePaths: false }).add(effective);
  return { lines: effective, matches: (path, isFolder) => path !== "" && matcher.ignores(isFolder ? `${path}/` : path) };
}

function readIgnoreFile(directory: string): string[] {
  const path = join(directory, IGNORE_FILE);
  try {
    return readRegularFile(path)
      .replace(/^\ufeff/, "")
      .split(/\r?\n/);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    // Going on without the rules would capture what was meant to be left out.
    throw new StoreUnusableError(path, `cannot be read (${messageOf(error)})`, error);
  }
}

/** A symlink to shared rules is followed; a fifo is not waited for. */
function readRegularFile(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error("is not a file");
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}
