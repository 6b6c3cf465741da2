import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { hasCode } from "../../../src/errors/index.js";
import { tempFolder } from "../temp-change.js";
import { assertAftermath, assertCutState, withoutWork } from "./aftermath.js";
import { describeFault, type Fault } from "./faults.js";
import type { WorkerReport, WorkerResult } from "./job.js";
import { runCases, type CaseRun, type SweepResult } from "./run-cases.js";
import { runToAnyEnd, type Outcome, type WorkerEnd } from "./run-worker.js";
import { clearAway, jobAt, layOut, lookAt, openPlace, startOf, type Place, type Scene } from "./scene.js";

export interface FaultCase {
  scene: Scene;
  fault: Fault;
  /** Who puts things right afterwards. */
  recovery: "repair" | "next create";
}

/** How often each error of the system came out as which code of ours; `done` when it stopped nothing. */
export type CodeCounts = Map<string, number>;

/**
 * Makes calls of each case's job fail, on a copy of its scene, and holds what it says and what it leaves against the promises.
 * @throws Error that tells of the first failures
 */
export async function sweepFaults(
  request: { workerPath: string; cases: Iterable<FaultCase>; codes?: CodeCounts } & CaseRun,
): Promise<SweepResult> {
  const base = tempFolder();
  // Open to the unprivileged user of some scenes, who also writes the record of the calls.
  chmodSync(base, 0o755);
  const run = (one: FaultCase, number: number) => runCase(one, { ...request, folder: join(base, String(number)) });
  return runCases(request.cases, { ...request, run, describe });
}

async function runCase(
  { scene, fault, recovery }: FaultCase,
  request: { workerPath: string; folder: string; codes?: CodeCounts },
): Promise<Outcome> {
  const place = layOut(scene, request.folder);
  try {
    const end = await runRefused(scene, place, { fault, workerPath: request.workerPath });
    if (end === null) return "missed";
    count(request.codes, fault, end);
    return await assertFaultHandled(scene, place, { end, error: fault.error, recovery });
  } finally {
    clearAway(place);
  }
}

/**
 * Does a scene's job with calls refused; null when none of those that were, each with its arguments, was on our paths and as it is to look,
 * or when Node could not go on.
 */
export async function runRefused(
  scene: Scene,
  place: Place,
  { fault, workerPath, looks = /^/ }: { fault: Fault; workerPath: string; looks?: RegExp },
): Promise<WorkerEnd | null> {
  const recordPath = `${place.folders[0]}.record`;
  writeFileSync(recordPath, "");
  chmodSync(recordPath, 0o666);
  const end = await runToAnyEnd(startOf(scene, workerPath), jobAt(scene, place), refuse(fault, recordPath));
  const record = readFileSync(recordPath, "utf8");
  return hasHit(place, record, looks) && !isNodeStopped(end, record) ? end : null;
}

/**
 * Holds what a job said, and what it left, against the promises: an error is one of ours and tells the truth, success is success, and
 * whatever is left can be put right.
 */
export async function assertFaultHandled(
  laidOut: Scene,
  place: Place,
  { end, error, recovery }: { end: WorkerEnd; error: string; recovery: FaultCase["recovery"] },
): Promise<Outcome> {
  const { report } = end;
  const scene = expectationOf(laidOut, report);
  expect(report, `a fault of stepback's own (status ${end.status}, ${end.signal}):\n${end.stderr}`).not.toBeNull();
  const outcome = "error" in (report as WorkerReport) ? "failed" : "finished";
  if (report !== null && "error" in report) await assertHonest(scene, place, report.error, error);
  if (report !== null && "result" in report) await assertTrue(scene, place, report.result);
  // Damage stays damage: what else is promised of a sound store does not hold there.
  if (scene.isDamaged === true) return outcome;
  await assertCutState(scene, place, outcome);
  if (existsSync(place.storePath))
    await (await openPlace(place))[recovery === "next create" && scene.needsRepair !== true ? "create" : "repair"]();
  await assertAftermath(scene, place, outcome);
  return outcome;
}

/** What may come of a repair that can no longer finish a restore. */
function expectationOf(scene: Scene, report: WorkerReport | null): Scene {
  if (scene.undone === undefined) return scene;
  const isUndone = report !== null && "result" in report && report.result.isUndone === true;
  return isUndone ? { ...scene, after: scene.undone, allowed: [scene.undone] } : { ...scene, allowed: [...scene.allowed, scene.undone] };
}

const NO_ROOM = ["ENOSPC", "EDQUOT"];

/** The error has the code that fits, and the directory is what its message and the state of the store say. */
async function assertHonest(
  scene: Scene,
  place: Place,
  told: { code: string; exitStatus: number; hint: string },
  error: string,
): Promise<void> {
  expect(told.exitStatus, `an error that is a fault of stepback's own: ${told.code}`).not.toBe(1);
  const tree = withoutWork(lookAt(scene, place));
  const isUnfinished = existsSync(place.storePath) && (await readUnfinished(place)) !== null;
  if (told.code === "RESTORE_UNFINISHED") expect(isUnfinished, "unfinished, and nothing tells of it").toBe(true);
  else expect(told.code === "NO_SPACE", `${told.code} for ${error}`).toBe(NO_ROOM.includes(error));
  if (/^(Nothing was changed|Everything was put back)/.test(told.hint)) {
    expect(tree, `the directory after: ${told.hint}`).toEqual(scene.before);
    expect(isUnfinished, `unfinished, after: ${told.hint}`).toBe(false);
  }
  if (!isUnfinished)
    expect(
      scene.allowed.some((allowed) => isDeepStrictEqual(allowed, tree)),
      "mixed, and nothing tells of it",
    ).toBe(true);
}

/** A store that only a repair can open has no restore in flight. */
async function readUnfinished(place: Place): Promise<unknown> {
  try {
    return (await (await openPlace(place)).status()).unfinishedRestore;
  } catch (error) {
    if (hasCode(error, "INDEX_UNUSABLE")) return null;
    throw error;
  }
}

/** What was reported done is done: the checkpoint is there, and complete, or says what it lacks. */
async function assertTrue(scene: Scene, place: Place, { id, uncaptured, isWhole }: WorkerResult): Promise<void> {
  if (isWhole !== undefined && scene.isDamaged === true) expect(isWhole, "a damaged store that was called whole").toBe(false);
  if (id === undefined) return;
  const checkpoints = await openPlace(place);
  const found = await checkpoints.find(id);
  expect(await checkpoints.verify([id])).toMatchObject({ isWhole: true });
  const missing = (uncaptured ?? []).filter(({ reason }) => reason === "unreadable" || reason === "unstable");
  expect(found.isComplete, `complete, without ${missing.map(({ path }) => path).join(", ")}`).toBe(missing.length === 0);
}

function refuse({ injections }: Fault, recordPath: string): string[] {
  const calls = injections.map((injection) => injection.replace(/^inject=(\w+):.*$/, "$1"));
  return ["strace", "-qq", "-y", "-o", recordPath, "-e", `trace=${calls.join(",")}`, ...injections.flatMap((one) => ["-e", one])];
}

/** Whether a call on the place itself was refused: counts of some calls differ a little from run to run. */
function hasHit({ folders }: Place, record: string, looks: RegExp): boolean {
  const refused = record
    .split("\n")
    .filter((line) => line.includes("(INJECTED)"))
    .map((line) => line.replace(/^\d+ +/, ""))
    .filter((line) => looks.test(line));
  return refused.some((line) => folders.some((folder) => line.includes(folder)) || line.includes('"/proc/self/fd/'));
}

/**
 * Whether Node's own loop was refused its wake-up, a byte that it writes to itself: it gives up then, and no file system can do that.
 * It comes with a collection of garbage, so in one run and not in the next.
 */
function isNodeStopped({ signal }: WorkerEnd, record: string): boolean {
  return signal === "SIGABRT" && /^write\(\d+<(?:pipe:|anon_inode:)[^\n]*\(INJECTED\)\n--- SIGABRT/m.test(record);
}

function count(codes: CodeCounts | undefined, { error }: Fault, { report, status }: WorkerEnd): void {
  const outcome = report === null ? `status ${status}` : "error" in report ? report.error.code : "done";
  codes?.set(`${error} ${outcome}`, (codes.get(`${error} ${outcome}`) ?? 0) + 1);
}

function describe({ scene, fault, recovery }: FaultCase): string {
  return `${scene.name}, ${describeFault(fault)}\nthen: ${recovery}`;
}
