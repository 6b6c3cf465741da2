import { lstatSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { hasCode, InvalidArgumentError } from "../errors/index.js";
import { isArtifactPattern } from "./artifact-pattern.js";

/** How many paths a pattern may lead to before the record names only the first of them. */
const MOST_RECORDED = 100;

/** What artifacts were looked for, and what became of it. */
export interface FoundArtifacts {
  /** Paths relative to the change directory, sorted. */
  paths: string[];
  /** The patterns that lead to nothing. */
  missing: string[];
}

/** Looks for the artifacts of a step: each pattern must lead to a file or folder. A path with the characters of a glob is tried first as it is. */
export async function findArtifacts(directory: string, patterns: readonly string[]): Promise<FoundArtifacts> {
  const found = new Set<string>();
  const missing: string[] = [];
  for (const pattern of patterns) {
    const paths = isArtifactThere(directory, pattern) ? [pattern] : await expand(directory, pattern);
    if (paths.length === 0) missing.push(pattern);
    for (const path of paths.slice(0, MOST_RECORDED)) found.add(path);
  }
  return { paths: [...found].sort(), missing };
}

export function isArtifactThere(directory: string, path: string): boolean {
  try {
    return lstatSync(join(directory, path), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (hasCode(error, "ENOTDIR", "ENAMETOOLONG", "ELOOP", "EACCES")) return false;
    throw error;
  }
}

/**
 * Gives the spelling under which a record keeps an artifact: relative to the change directory, as paths of a restore are.
 * @throws InvalidArgumentError for a path that is not below the change directory
 */
export function toArtifactPattern(directory: string, given: string): string {
  const pattern = isAbsolute(given) ? relative(directory, given).split(sep).join("/") : given;
  if (!isArtifactPattern(pattern)) throw new InvalidArgumentError("artifact", given, "a path or glob below the change directory");
  return pattern;
}

async function expand(directory: string, pattern: string): Promise<string[]> {
  const { default: fastGlob } = await import("fast-glob");
  const found = await fastGlob(pattern, {
    cwd: directory,
    dot: true,
    followSymbolicLinks: false,
    onlyFiles: false,
    suppressErrors: true,
    ignore: [".checkpoints/**", ".git/**"],
  });
  return found.sort();
}
