import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

let binary: string | undefined;

/** The built command line where every user may run it: the project itself may lie in a folder that only root can enter. */
export function publicBinary(): string {
  if (binary !== undefined) return binary;
  const folder = mkdtempSync(join(tmpdir(), "stepback-public-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, "dist"), join(folder, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(folder, "package.json"));
  chmodSync(folder, 0o755);
  binary = join(folder, "dist/cli/main.cjs");
  return binary;
}
