import { readFileSync } from "node:fs";
import { hasCode } from "../errors/index.js";

/** The most memory that a process ever held, in bytes; null where the platform does not tell, or the process is gone. */
export function readPeakMemory(pid: number): number | null {
  // Only Linux tells it of other processes; the numbers are kilobytes on every platform.
  if (pid === process.pid) return process.resourceUsage().maxRSS * 1024;
  if (process.platform !== "linux") return null;
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"));
    return found === null ? null : Number(found[1]) * 1024;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return null;
    throw error;
  }
}
