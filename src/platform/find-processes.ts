import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { hasCode } from "../errors/index.js";

/**
 * Finds the processes that were started with a variable of this value in their environment, or descend from one that was; without this one.
 *
 * Null where the platform does not tell. Only processes of the same user can be looked at, unless root looks; one that empties its environment
 * is not found.
 */
export function findProcessesWith(variable: string, value: string): number[] | null {
  if (process.platform === "linux") return findInProc(Buffer.from(`\0${variable}=${value}\0`));
  return process.platform === "darwin" ? findByPs(`${variable}=${value}`) : null;
}

function findInProc(wanted: Buffer): number[] | null {
  const names = readIfTold(() => readdirSync("/proc"));
  if (names === null) return null;
  return names
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      const environment = readIfTold(() => readFileSync(`/proc/${name}/environ`));
      return environment !== null && Buffer.concat([SEPARATOR, environment, SEPARATOR]).includes(wanted);
    })
    .map(Number);
}

const SEPARATOR = Buffer.from([0]);

/** Processes end while they are looked at, and others are not ours. */
function readIfTold<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR", "EINVAL")) return null;
    throw error;
  }
}

function findByPs(wanted: string): number[] | null {
  const { spawnSync } = createRequire(import.meta.url)("node:child_process") as typeof import("node:child_process");
  const { status, stdout } = spawnSync("/bin/ps", ["-A", "-E", "-ww", "-o", "pid=,command="], { encoding: "utf8", timeout: 5000 });
  if (status !== 0) return null;
  const lines = stdout.split("\n").filter((line) => line.includes(wanted));
  return lines.map((line) => Number.parseInt(line, 10)).filter((pid) => pid > 0 && pid !== process.pid);
}
