/** What git forbids anywhere in a ref name: all that sorts before "!" (control characters, space), and parts of its own syntax. */
const FORBIDDEN = /[^!-\u{10ffff}]|[\u007f~^:?*[\\]|\.\.|@\{/u;

const PER_WORKTREE = ["refs/bisect/", "refs/worktree/", "refs/rewritten/"];

/**
 * Tells whether git would accept a full ref name (`git check-ref-format`), which also means that it stays below `refs/`
 * when taken as a path.
 */
export function isRefName(name: string): boolean {
  return name.startsWith("refs/") && !FORBIDDEN.test(name) && !name.endsWith(".") && name.split("/").every(isRefNameComponent);
}

/** Tells whether each linked worktree has a ref of this name of its own. */
export function isPerWorktreeRef(name: string): boolean {
  return PER_WORKTREE.some((prefix) => name.startsWith(prefix));
}

function isRefNameComponent(component: string): boolean {
  return component !== "" && !component.startsWith(".") && !component.endsWith(".lock");
}
