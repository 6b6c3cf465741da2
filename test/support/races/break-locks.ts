import { spawn, spawnSync, type ChildProcessByStdio } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { onTestFinished } from "vitest";
import { readOwnIdentity } from "../../../src/platform/index.js";
import { tempFolder } from "../temp-change.js";

interface Breaker {
  child: ChildProcessByStdio<Writable, Readable, null>;
  answer: () => Promise<string>;
}

/** On a busy machine a deadline may be over before all breakers have started. */
const LEAST_ROUNDS = 5;

/**
 * Lets so many processes try at the same moment for a lock whose owner is dead, again and again. Gives what each round came to that had
 * not exactly one winner, and all others told that it is locked.
 */
export async function breakLocks(
  breakerPath: string,
  { breakers, rounds, deadline = Infinity }: { breakers: number; rounds: number; deadline?: number },
): Promise<{ rounds: number; wrong: string[] }> {
  const path = join(tempFolder(), "lock");
  const all = await Promise.all(Array.from({ length: breakers }, () => startBreaker(breakerPath, path)));
  const wrong: string[] = [];
  let round = 0;
  for (; round < rounds && (round < LEAST_ROUNDS || Date.now() < deadline); round += 1) {
    writeFileSync(path, deadLock(round));
    const outcomes = await tellAll(all, "try");
    const winners = outcomes.filter((outcome) => outcome === "won").length;
    if (winners !== 1 || outcomes.some((outcome) => outcome !== "won" && outcome !== "LOCKED"))
      wrong.push(`${round}: ${outcomes.join(", ")}`);
    await tellAll(all, "let go");
    const left = readdirSync(dirname(path));
    if (left.length > 0) wrong.push(`${round}: ${left.join(", ")} left`);
  }
  return { rounds: round, wrong };
}

async function startBreaker(breakerPath: string, path: string): Promise<Breaker> {
  const child = spawn(process.execPath, [breakerPath, path], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => String((await lines.next()).value);
  await answer();
  return { child, answer };
}

async function tellAll(all: readonly Breaker[], word: string): Promise<string[]> {
  for (const { child } of all) child.stdin.write(`${word}\n`);
  return Promise.all(all.map(({ answer }) => answer()));
}

/** Of a process that is gone, or of one whose number another process has now. */
function deadLock(round: number): string {
  const here = readOwnIdentity();
  return JSON.stringify({
    format_version: 1,
    pid: round % 2 === 0 ? here.pid : spawnSync("true").pid,
    start_time: "1",
    boot_id: here.bootId,
    pid_namespace: here.pidNamespace,
    host: here.host,
    command: "stepback clean",
    acquired_at: "2026-01-31T12:00:00.000Z",
    nonce: "0123456789abcdef",
  });
}
