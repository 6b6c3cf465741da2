import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { cachePathOf, ScriptLoader } from "../../src/cli/script-loader.js";
import { tempFolder } from "../support/temp-change.js";

const require = nodeModule.createRequire(import.meta.url);
const BUILT = join(import.meta.dirname, "../../dist/cli");

/** Two scripts, one of which needs the other. */
function makeScripts(): { main: string; part: string } {
  const folder = tempFolder();
  const [main, part] = [join(folder, "main.cjs"), join(folder, "part.cjs")];
  writeFileSync(main, `const { one } = require("./part.cjs"); exports.sum = one() + 1; exports.separator = require("node:path").sep;`);
  writeFileSync(part, `exports.one = () => 1; exports.place = [__filename, __dirname];`);
  return { main, part };
}

/**
 * Leaves beside each script what V8 made of its like elsewhere: it remembers by path what it compiled in this process, and would not
 * look at a cache.
 */
function leaveCaches(main: string): void {
  const loader = new ScriptLoader(require);
  loader.load(makeScripts().main);
  for (const [path, script] of loader.scripts) {
    writeFileSync(cachePathOf(join(dirname(main), basename(path))), script.createCachedData());
  }
}

/** Whether V8 took the cache of each script: undefined where there is none. */
function load(main: string): { exports: object; rejected: (boolean | undefined)[] } {
  const loader = new ScriptLoader(require);
  const exports = loader.load(main);
  return { exports, rejected: [...loader.scripts.values()].map((script) => script.cachedDataRejected) };
}

describe("scripts are loaded", () => {
  test("with what they need and export, once each", () => {
    const { main, part } = makeScripts();
    const loader = new ScriptLoader(require);
    expect(loader.load(main)).toEqual({ sum: 2, separator: "/" });
    expect(loader.load(part)).toMatchObject({ place: [part, join(part, "..")] });
    expect(loader.load(part)).toBe(loader.load(part));
  });

  test("from what V8 made of them before", () => {
    expect(load(makeScripts().main).rejected).toEqual([undefined, undefined]);
    const { main } = makeScripts();
    leaveCaches(main);
    expect(load(main)).toEqual({ exports: { sum: 2, separator: "/" }, rejected: [false, false] });
  });

  test.each<[string, (cachePath: string) => void]>([
    ["empty", (path) => writeFileSync(path, "")],
    ["cut off", (path) => writeFileSync(path, readFileSync(path).subarray(0, -100))],
    ["of another version of V8", (path) => writeFileSync(path, readFileSync(path).fill(7, 4, 8))],
    ["gone", (path) => rmSync(path)],
  ])("from their source when a cache is %s", (_, spoil) => {
    const { main, part } = makeScripts();
    leaveCaches(main);
    spoil(cachePathOf(part));
    const { exports, rejected } = load(main);
    expect(exports).toMatchObject({ sum: 2 });
    expect([rejected[0], rejected[1] ?? true]).toEqual([false, true]);
  });

  test("from their source when it has grown since", () => {
    const { main, part } = makeScripts();
    leaveCaches(main);
    writeFileSync(part, `exports.one = () => 100;`);
    expect(load(main).exports).toMatchObject({ sum: 101 });
  });
});

describe("the build", () => {
  test.skipIf("enableCompileCache" in nodeModule)("leaves caches that this Node takes, none without its script", () => {
    const names = readdirSync(BUILT).filter((name) => name.endsWith(".cache"));
    expect(names.length).toBeGreaterThan(2);
    const scripts = names.map((name) => join(BUILT, name.slice(0, name.indexOf(".cjs") + 4)));
    const loader = new ScriptLoader(require);
    for (const path of scripts) expect(loader.compile(path).cachedDataRejected, path).toBe(false);
  });
});
