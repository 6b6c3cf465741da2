import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Script } from "node:vm";

type Require = (name: string) => unknown;
/** What Node hands to a script: exports, require, module, filename, folder. */
type Body = (...scope: unknown[]) => void;

/** Where the compiled form of a script stands that V8 of this version made. */
export function cachePathOf(scriptPath: string): string {
  return `${scriptPath}.${process.versions.v8}-${process.arch}.cache`;
}

/**
 * Loads scripts in the form of CommonJS together with the code that V8 made of them at build time, which saves it from compiling them.
 *
 * A cache is only a help: without one, or with one that V8 does not take, the script is compiled as always. V8 compares the length of
 * the source but not its text, so the name of a script must change with its content.
 */
export class ScriptLoader {
  /** What was compiled, by path. */
  readonly scripts = new Map<string, Script>();
  readonly #loaded = new Map<string, { exports: object }>();
  readonly #require: Require;

  /** @param require is asked for everything but a path that starts with a dot */
  constructor(require: Require) {
    this.#require = require;
  }

  /** Gives what a script exports, running it the first time. */
  load(path: string): object {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    this.#loaded.set(path, module);
    const folder = dirname(path);
    const body = this.compile(path).runInThisContext() as Body;
    const require = (name: string) => (name.startsWith(".") ? this.load(join(folder, name)) : this.#require(name));
    body(module.exports, require, module, path, folder);
    return module.exports;
  }

  /** Compiles a script without running it. */
  compile(path: string): Script {
    // The build leaves nothing but ASCII, which is read fastest so.
    const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(path, "latin1")}\n})`;
    const cachedData = readCache(cachePathOf(path));
    const script = new Script(source, { filename: path, ...(cachedData ? { cachedData } : {}) });
    this.scripts.set(path, script);
    return script;
  }
}

function readCache(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
