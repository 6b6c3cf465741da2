import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readdirSync } from "node:fs";

/** The whole tree that a state number stands for: which files there are, where, and what they say. */
function treeOf(state: number): Record<string, string> {
  const tree: Record<string, string> = { "state.txt": String(state) };
  for (let bit = 0; bit < 5; bit += 1) if ((state >> bit) % 2 === 1) tree[`file-${bit}.txt`] = `${bit} of ${state}`;
  tree[`folder-${state % 3}/inner.txt`] = `in ${state}`;
  return tree;
}

/** Makes a directory that of a state, whatever is there. */
export function writeState(directory: string, state: number): void {
  for (const name of readdirSync(directory)) if (name !== ".checkpoints") rmSync(join(directory, name), { recursive: true });
  for (const [name, text] of Object.entries(treeOf(state))) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
}

/** Tells which state a directory is in. @throws Error when it is in none, or in parts of several */
export function readState(directory: string): number {
  const state = Number(readFileSync(join(directory, "state.txt"), "utf8"));
  const found: Record<string, string> = {};
  const visit = (prefix: string): void => {
    for (const entry of readdirSync(join(directory, prefix), { withFileTypes: true })) {
      const path = prefix + entry.name;
      if (path === ".checkpoints") continue;
      if (entry.isDirectory()) visit(`${path}/`);
      else found[path] = readFileSync(join(directory, path), "utf8");
    }
  };
  visit("");
  if (!isDeepStrictEqual(found, treeOf(state))) throw new Error(`${directory} is in no one state: ${JSON.stringify(found)}`);
  return state;
}
