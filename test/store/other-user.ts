import { spawnSync } from "node:child_process";
import { chmodSync, lchownSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { publicBinary } from "../support/public-binary.js";

const NOBODY = 65534;

/** Gives a change directory to a user whom permissions stop; root is stopped by nothing. Needs root. */
export function giveAway(directory: string): void {
  chmodSync(join(directory, ".."), 0o755);
  for (const name of ["", ...readdirSync(directory, { recursive: true, encoding: "utf8" })])
    lchownSync(join(directory, name), NOBODY, NOBODY);
}

/** Runs a command line on a directory as that user. Needs root and setpriv. */
export function runAsOtherUser(directory: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const command = [process.execPath, publicBinary(), "--json", "--yes", "--dir", directory, ...args];
  return spawnSync("setpriv", [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...command], { encoding: "utf8" });
}
