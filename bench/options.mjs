/** The command line of the benchmark. */
import { parseArgs } from "node:util";
import { TREE_SIZES } from "./make-tree.mjs";

export const SCALING = "scaling";

export const USAGE = `usage: npm run bench -- [options]
  --size S,M,…     only these sizes, of ${Object.keys(TREE_SIZES).join(", ")}
  --only WORD,…    only what has one of these words in its name, such as first, unchanged-M, list, disk, scaling
  --tools WORD,…   only these tools beside stepback, also at sizes where they are usually left out; the results are not kept
  --runs N         so many runs instead of what is usual for a size
  --dir FOLDER     works in a new folder in this one, which must have room
  --build FOLDER   measures this build instead of dist
  --report         measures nothing: prints what earlier runs have left
  --write-docs     writes the results of this and earlier runs into docs/performance.md
  --check          fails when something that must be reached is missed`;

/** @param {string[]} args @throws Error when they are wrong */
export function readOptions(args) {
  const types = { boolean: ["report", "write-docs", "check", "help"], string: ["size", "only", "tools", "runs", "dir", "build"] };
  const options = Object.fromEntries(Object.entries(types).flatMap(([type, names]) => names.map((name) => [name, { type }])));
  const { values } = parseArgs({ args, options });
  const sizes = values.size?.split(",");
  const unknown = sizes?.find((size) => !(size in TREE_SIZES));
  if (unknown !== undefined) throw new Error(`${unknown} is no size`);
  if (values.runs !== undefined && !(Number(values.runs) >= 1)) throw new Error("--runs is a number from 1 on");
  if (values.tools !== undefined && values["write-docs"]) throw new Error("with --tools, nothing is kept that could be written");
  const words = values.only?.split(",");
  const isWanted = (name) => words === undefined || words.some((word) => `-${name}`.includes(`-${word}`));
  return {
    ...values,
    sizes: sizes ?? Object.keys(TREE_SIZES),
    isWanted: (name) => isWanted(name) && (name.startsWith(SCALING) ? sizes === undefined : true),
    toolWords: values.tools?.split(","),
    runs: values.runs === undefined ? undefined : Number(values.runs),
  };
}
