import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hasCode } from "../../src/errors/index.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = join(ROOT, readBinaryPath());
const SOURCES = ["src", "schemas", "scripts", "package.json"];

/** Builds the binary when a source is newer, for the tests that start it; all others run from the sources. */
export default function buildStaleBinary(): void {
  if (!isStale()) return;
  const { status } = spawnSync(process.execPath, [join(ROOT, "scripts", "build.mjs"), "--code-only"], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status === 0) return;
  // An old binary would let its tests pass; without one they fail, and the others still say something.
  rmSync(BINARY, { force: true });
  process.stderr.write("The build failed: every test that starts the binary will fail.\n");
}

/** Where package.json says that the command is. */
function readBinaryPath(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { bin: { stepback: string } };
  return manifest.bin.stepback;
}

function isStale(): boolean {
  const builtMs = modifiedMs(BINARY);
  return builtMs === undefined || SOURCES.some((source) => isNewer(join(ROOT, source), builtMs));
}

/** Folders count too: their times tell of removed files. */
function isNewer(path: string, builtMs: number): boolean {
  const changedMs = modifiedMs(path);
  if (changedMs === undefined) return false;
  if (changedMs > builtMs) return true;
  return statSync(path).isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), builtMs));
}

function modifiedMs(path: string): number | undefined {
  try {
    return statSync(path).mtimeMs;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
