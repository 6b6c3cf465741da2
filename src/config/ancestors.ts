import { dirname } from "node:path";

/** Gives an absolute path and each of its parents, nearest first, the root of the file system last. */
export function* selfAndAncestors(path: string): Generator<string> {
  for (let current = path, parent = dirname(path); ; current = parent, parent = dirname(current)) {
    yield current;
    if (parent === current) return;
  }
}
