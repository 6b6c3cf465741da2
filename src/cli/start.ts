import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ScriptLoader } from "./script-loader.js";

declare const PROGRAM: string;

/** Node's own compile cache: from version 22.1 on. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };

const ownPath = fileURLToPath(import.meta.url);
const require = nodeModule.createRequire(ownPath);
const programPath = join(dirname(ownPath), PROGRAM);
if (enableCompileCache) {
  enableCompileCache();
  require(programPath);
} else {
  new ScriptLoader(require).load(programPath);
}
