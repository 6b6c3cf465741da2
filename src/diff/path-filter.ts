import { InvalidArgumentError, messageOf } from "../errors/index.js";
import { baseName, isAtOrBelow, parentPath, type RelativePath } from "../formats/index.js";
import { resolvePath } from "../tree/index.js";

/** Which paths are meant. */
export interface PathFilter {
  isSelected: (path: RelativePath) => boolean;
  /** The texts that are no patterns and name nothing that is there. */
  unknown: readonly { text: string; path: RelativePath }[];
}

interface FilterRequest {
  directory: string;
  texts: readonly string[];
  /** Tells whether something stands at a path on either side, so that the text names it, whatever it looks like. */
  isThere: (path: RelativePath) => boolean;
}

/**
 * Makes a filter of what a person names: files, folders with all below them, and patterns.
 * @throws UnsafePathError for a path out of the directory, InvalidArgumentError for what is no pattern
 */
export async function makePathFilter({ directory, texts, isThere }: FilterRequest): Promise<PathFilter> {
  const literals: RelativePath[] = [];
  const patterns: PathMatcher[] = [];
  const unknown: { text: string; path: RelativePath }[] = [];
  for (const text of texts) {
    const path = resolvePath(directory, text);
    const isLiteral = path === "" || isThere(path);
    if (isLiteral || !looksLikePattern(text)) {
      literals.push(path);
      if (!isLiteral) unknown.push({ text, path });
    } else patterns.push(await makePathMatcher(text.includes("/") ? `./${path}` : text));
  }
  if (texts.length === 0) return { isSelected: () => true, unknown };
  const known = new Map<RelativePath, boolean>();
  const matchesAny = (path: RelativePath): boolean => {
    if (path === "") return false;
    const earlier = known.get(path);
    if (earlier !== undefined) return earlier;
    const found = patterns.some((matches) => matches(path)) || matchesAny(parentPath(path));
    known.set(path, found);
    return found;
  };
  const isSelected = (path: RelativePath): boolean =>
    literals.some((literal) => isAtOrBelow(path, literal)) || (patterns.length > 0 && matchesAny(path));
  return { isSelected, unknown };
}

export type PathMatcher = (path: RelativePath) => boolean;

/** Makes a matcher of a pattern: `*`, `**`, `?`, `[a-z]`, `{a,b}`; without a slash it is held against the name alone. @throws InvalidArgumentError */
export async function makePathMatcher(pattern: string): Promise<PathMatcher> {
  const { default: picomatch } = await import("picomatch");
  try {
    // The matcher itself takes `./` off.
    const matches = picomatch(pattern, { dot: true, nonegate: true, strictBrackets: true });
    return pattern.includes("/") ? (path) => matches(path) : (path) => matches(baseName(path));
  } catch (error) {
    throw new InvalidArgumentError("pattern", pattern, `a pattern (${messageOf(error)})`);
  }
}

function looksLikePattern(text: string): boolean {
  return /[*?[\]{}()!+@]/.test(text);
}
