import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "vitest";
import { openCheckpoints, type Checkpoint, type Checkpoints } from "../../../src/index.js";
import { SeededRandom } from "../crash/seeded-random.js";
import { tempFolder } from "../temp-change.js";
import type { CrowdJob, CrowdLine } from "./crowd-job.js";
import { readState, writeState } from "./crowd-tree.js";

interface Crowd {
  seed: number;
  processes: number;
  operations: number;
}

/** What a crowd did. */
export interface CrowdCounts {
  done: number;
  refused: number;
  killed: number;
}

/** What anybody may be told when others work on the same store. */
const ACCEPTED = ["LOCKED", "NOTHING_TO_UNDO", "CHECKPOINT_NOT_FOUND", "STORE_NOT_FOUND", "PINNED", "TREE_TOO_LARGE", "WOULD_KEEP_NOTHING"];

const STORE_NAMES = /^(\.gitignore|manifests|state\.json|state\.json\.previous|checkpoint-.*|lock-[0-9a-f]{16}\.tmp)$/;

/** Lets many processes do everything to one store at once, a third of them killed on the way, and holds what is left against their log. */
export async function runCrowd(workerPath: string, { seed, processes, operations }: Crowd): Promise<CrowdCounts> {
  const folder = tempFolder();
  const [directory, logPath] = [join(folder, "my-feature"), join(folder, "log")];
  mkdirSync(directory);
  writeState(directory, 0);
  const random = new SeededRandom(seed);
  const jobs = Array.from({ length: processes }, (_, number): CrowdJob => {
    const ownSeed = 1 + Math.floor(random.next() * 1e9);
    return { directory, logPath, name: String(number), seed: ownSeed, operations, dies: random.next() < 0.35 };
  });
  const endings = await Promise.all(jobs.map((job) => runOne(workerPath, job)));
  expect(endings.filter((ending) => ending !== "done" && ending !== "SIGKILL")).toEqual([]);
  const lines = readFileSync(logPath, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as CrowdLine);
  const failures = lines.flatMap(({ failed }) => (failed === undefined ? [] : [failed]));
  expect(failures.filter((failure) => !ACCEPTED.includes(failure))).toEqual([]);
  await assertExplained(directory, lines);
  const killed = endings.filter((ending) => ending === "SIGKILL").length;
  return { done: lines.filter(({ phase, failed }) => phase === "ends" && failed === undefined).length, refused: failures.length, killed };
}

async function runOne(workerPath: string, job: CrowdJob): Promise<string> {
  const child = spawn(process.execPath, [workerPath, JSON.stringify(job)], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text) => (stderr += String(text)));
  const [status, signal] = (await once(child, "close")) as [number | null, string | null];
  return signal ?? (status === 0 ? "done" : stderr);
}

async function assertExplained(directory: string, lines: readonly CrowdLine[]): Promise<void> {
  const checkpoints = await openCheckpoints(directory, { config: { durability: "none" } });
  // The next write ends what the killed ones left.
  const last = await checkpoints.create();
  const live = readState(directory);
  const { checkpoints: listed, warnings } = await checkpoints.list();
  expect(warnings).toEqual([]);
  expect(readState(last.storedPath)).toBe(live);
  expect(readdirSync(checkpoints.storePath).filter((name) => !STORE_NAMES.test(name))).toEqual([]);
  expect((await checkpoints.verify()).checkpoints.filter(({ status }) => status !== "whole")).toEqual([]);
  assertNumbered(listed, lines);
  assertNothingLost(listed, lines);
  await assertHistory(checkpoints, { listed, lines, live });
}

/** No id and no sequence twice, whether still there or not, and both in the order of time. */
function assertNumbered(listed: readonly Checkpoint[], lines: readonly CrowdLine[]): void {
  const sequences = listed.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].sort((one, other) => one - other));
  const made = lines.flatMap(({ created }) => (created === undefined ? [] : [created]));
  expect(new Set(made.map(({ id }) => id)).size, "ids").toBe(made.length);
  expect(new Set(made.map(({ sequence }) => sequence)).size, "sequences").toBe(made.length);
  for (const { id, sequence } of made) {
    const found = listed.find((one) => one.id === id);
    if (found !== undefined) expect(found.sequence).toBe(sequence);
  }
  for (const [at, { phase, worker, number }] of lines.entries()) {
    const end = lines.find((line) => line.worker === worker && line.number === number && line.phase === "ends");
    if (phase !== "begins" || end?.created === undefined) continue;
    const earlier = lines.slice(0, at).flatMap(({ created }) => (created === undefined ? [] : [created.sequence]));
    expect(end.created.sequence).toBeGreaterThan(Math.max(0, ...earlier));
  }
}

/** Whoever was told that a checkpoint was made or pinned was told the truth, unless somebody else took it away. */
function assertNothingLost(listed: readonly Checkpoint[], lines: readonly CrowdLine[]): void {
  const hasEnded = ({ worker, number }: CrowdLine): boolean =>
    lines.some((line) => line.worker === worker && line.number === number && line.phase === "ends");
  const removed = new Set(lines.flatMap(({ operation, ids }) => (operation === "delete" || operation === "clean" ? ids : [])));
  const wasCleanKilled = lines.some((line) => line.operation === "clean" && line.phase === "begins" && !hasEnded(line));
  const pinned = lines.filter(({ operation, phase, failed }) => operation === "pin" && phase === "ends" && failed === undefined);
  const made = wasCleanKilled ? [] : lines.flatMap(({ created }) => (created === undefined || removed.has(created.id) ? [] : [created.id]));
  const present = new Set<string>(listed.map(({ id }) => id));
  expect([...made, ...pinned.flatMap(({ ids }) => ids)].filter((id) => !present.has(id))).toEqual([]);
}

/** Restores and edits, one after the other, lead to what is there; each backup is what stood there before. */
async function assertHistory(
  checkpoints: Checkpoints,
  { listed, lines, live }: { listed: readonly Checkpoint[]; lines: readonly CrowdLine[]; live: number },
): Promise<void> {
  const states = new Map<string, number | null>(
    lines.flatMap(({ created }) => (created === undefined ? [] : [[created.id, created.state]])),
  );
  for (const { id, storedPath } of listed) states.set(id, readState(storedPath));
  const edits = lines.flatMap(({ edited }) => (edited === undefined ? [] : [edited]));
  const history = await checkpoints.history();
  let current: number | null = 0;
  for (const [position, restore] of [...history, null].entries()) {
    current = edits.findLast(({ restores }) => restores === position)?.state ?? current;
    if (restore === null) break;
    expect(restore.result).toMatch(/^(restored|recovered)$/);
    const backedUp: number | null = states.get(restore.backup) ?? null;
    if (backedUp !== null && current !== null) expect(backedUp, restore.backup).toBe(current);
    current = states.get(restore.target) ?? null;
  }
  if (current !== null) expect(live).toBe(current);
}
