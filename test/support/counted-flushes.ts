import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { tempFolder } from "./temp-change.js";

/** Until the end of the test the program `sync` is one that only notes that it was started; gives how often that was. */
export function countFlushes(): () => number {
  const folder = tempFolder();
  const program = join(folder, "sync");
  writeFileSync(program, `#!/bin/sh\necho >> ${folder}/flushes\n`);
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return () => (existsSync(join(folder, "flushes")) ? readFileSync(join(folder, "flushes"), "utf8").length : 0);
}
