import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll } from "vitest";

const SOURCE = fileURLToPath(new URL("worker.ts", import.meta.url));
/** Libraries in CommonJS ask for Node's modules by `require`, which ES modules lack. */
const REQUIRE = 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);';

/**
 * Bundles the worker from the sources as they are, once for the test file that calls this at its top; gives a function that tells
 * its path. One file instead of many, because each start counts hundreds of times.
 */
export function useWorker(source: string = SOURCE): () => string {
  let folder = "";
  const path = () => join(folder, "worker.mjs");
  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "stepback-worker-")));
    chmodSync(folder, 0o755);
    await build({
      entryPoints: [source],
      outfile: path(),
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20.12",
      banner: { js: REQUIRE },
      logLevel: "warning",
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return path;
}
