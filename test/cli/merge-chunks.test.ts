import { writeFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { mergeChunks } from "../../scripts/merge-chunks.mjs";
import { ScriptLoader } from "../../src/cli/script-loader.js";
import { tempFolder } from "../support/temp-change.js";

const FILES = [
  {
    name: "main.cjs",
    needs: ["shared.cjs"],
    text: 'exports.seen=[require("./shared.cjs").count()];exports.later=()=>require("./part.cjs");',
  },
  {
    name: "part.cjs",
    needs: ["shared.cjs", "own.cjs"],
    text: 'module.exports={seen:[require("./shared.cjs").count(),require("./own.cjs").name]};',
  },
  { name: "other.cjs", needs: ["own.cjs"], text: 'exports.seen=require("./own.cjs").name;' },
  { name: "shared.cjs", needs: ["deep.cjs"], text: 'let calls=0;exports.count=()=>require("./deep.cjs").add(calls+=1);' },
  { name: "deep.cjs", needs: [], text: "exports.add=(count)=>`call ${count}`;" },
  { name: "own.cjs", needs: [], text: 'exports.name="own";' },
];

/** Both ways in which the files are loaded: by our loader, and by Node where it has a compile cache of its own. */
const LOADERS = {
  loader: (path: string) => new ScriptLoader(nodeModule.createRequire(import.meta.url)).load(path),
  node: (path: string) => nodeModule.createRequire(path)(path) as object,
};

test.each(["loader", "node"] as const)("chunks go into the first file that needs them, and stay one for all, by the %s", (by) => {
  const merged = mergeChunks(FILES, ["main.cjs", "part.cjs"]);
  expect(merged.map(({ name }) => name)).toEqual(["main.cjs", "part.cjs", "other.cjs"]);
  const folder = tempFolder();
  for (const { name, text } of merged) writeFileSync(join(folder, name), text);
  const main = LOADERS[by](join(folder, "main.cjs")) as { seen: string[]; later: () => { seen: string[] } };
  expect(main.seen).toEqual(["call 1"]);
  expect(main.later().seen).toEqual(["call 2", "own"]);
  expect(LOADERS[by](join(folder, "other.cjs"))).toMatchObject({ seen: "own" });
});
