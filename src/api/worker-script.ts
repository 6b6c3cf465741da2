import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The built script of the worker threads, which stands beside the built code; null where stepback runs from its sources. */
export function findWorkerScript(): string | null {
  const path = fileURLToPath(new URL("./worker.cjs", import.meta.url));
  return existsSync(path) ? path : null;
}
