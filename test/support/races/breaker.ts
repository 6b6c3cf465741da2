import { createInterface } from "node:readline";
import { acquireLock, readOwnIdentity, type HeldLock } from "../../../src/platform/index.js";

/** A process that tries for a lock at each word, once, says whether it won, and lets go at the next. */
const [path = ""] = process.argv.slice(2);
const owner = readOwnIdentity();
const held: HeldLock[] = [];
process.stdout.write("ready\n");
for await (const word of createInterface({ input: process.stdin })) {
  if (word === "try") process.stdout.write(`${await tryOnce()}\n`);
  else {
    held.pop()?.release();
    process.stdout.write("free\n");
  }
}

async function tryOnce(): Promise<string> {
  try {
    held.push(await acquireLock(path, { owner, command: "test", now: () => new Date(), waitMs: 0 }));
    return "won";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
