import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** A file system call that is about to be made. */
export interface Call {
  /** Counts from 1. */
  number: number;
  name: string;
  /** Its paths, and whatever else it was given. */
  args: readonly unknown[];
}

const CALLS = [
  "chmodSync",
  "chownSync",
  "closeSync",
  "copyFileSync",
  "existsSync",
  "fchmodSync",
  "fstatSync",
  "futimesSync",
  "lchownSync",
  "linkSync",
  "lstatSync",
  "lutimesSync",
  "mkdirSync",
  "openSync",
  "readdirSync",
  "readFileSync",
  "readlinkSync",
  "readSync",
  "renameSync",
  "rmdirSync",
  "rmSync",
  "statSync",
  "symlinkSync",
  "unlinkSync",
  "utimesSync",
  "writeFileSync",
  "writeSync",
] as const;

/**
 * Runs work, and right before each file system call that it makes says which one; what is done then, another process could do there.
 * The calls are the real ones. Gives how many there were.
 */
export async function betweenCalls(work: () => Promise<unknown>, look: (call: Call) => void): Promise<number> {
  const functions = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = new Map(CALLS.map((name) => [name as string, functions[name] as (...args: unknown[]) => unknown]));
  let number = 0;
  let isLooking = false;
  for (const [name, original] of originals) {
    functions[name] = (...args) => {
      if (!isLooking) {
        isLooking = true;
        try {
          look({ number: ++number, name, args });
        } finally {
          isLooking = false;
        }
      }
      return original(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    Object.assign(fs, Object.fromEntries(originals));
    syncBuiltinESMExports();
  }
  return number;
}
