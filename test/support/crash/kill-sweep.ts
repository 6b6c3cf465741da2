import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../temp-change.js";
import { assertAftermath, assertCutState } from "./aftermath.js";
import type { KillPoint } from "./job.js";
import { runCases, type CaseRun, type SweepResult } from "./run-cases.js";
import { runKilled, runWorker, type Outcome, type WorkerStart } from "./run-worker.js";
import { clearAway, jobAt, layOut, openPlace, startOf, type Place, type Scene } from "./scene.js";
import type { SeededRandom } from "./seeded-random.js";

/** Who puts things right after the kill; a point is where a first repair is killed in its turn. */
export type Recovery = "repair" | "next create" | KillPoint;

export interface KillCase {
  scene: Scene;
  point: KillPoint;
  recovery: Recovery;
}

/** Mostly a repair; sometimes one that is killed in its turn, wherever that may be, or the next writer. */
export function randomRecovery(random: SeededRandom): Recovery {
  const choice = random.next();
  if (choice < 0.5) return "repair";
  if (choice < 0.75) return "next create";
  const call = random.pick(["rename", "link", "unlink", "rmdir", "mkdir", "chmod", "utimensat"]);
  return { call, occurrence: 1 + Math.floor(random.next() * 20), detail: "" };
}

/**
 * Kills each case's job at its point, on a copy of its scene, has it put right, and holds what is left against the promises.
 * @throws Error that tells of the first failures
 */
export async function sweepKills(request: { workerPath: string; cases: Iterable<KillCase> } & CaseRun): Promise<SweepResult> {
  const base = tempFolder();
  // Open to the unprivileged user of some scenes.
  chmodSync(base, 0o755);
  const run = (one: KillCase, number: number) => runCase(request.workerPath, one, join(base, String(number)));
  return runCases(request.cases, { ...request, run, describe });
}

async function runCase(workerPath: string, { scene, point, recovery }: KillCase, folder: string): Promise<Outcome> {
  const place = layOut(scene, folder);
  const start = startOf(scene, workerPath);
  try {
    const outcome = await runKilled(start, jobAt(scene, place), point);
    await assertCutState(scene, place, outcome);
    await putRight(start, scene, place, recovery);
    await assertAftermath(scene, place, outcome);
    return outcome;
  } finally {
    clearAway(place);
  }
}

/** In this process, which takes a tenth of the time, unless another user has to do it. */
async function putRight(start: WorkerStart, scene: Scene, place: Place, recovery: Recovery): Promise<void> {
  // Killed before anything was made: there is nothing to repair, which `repair` says with an error.
  if (!existsSync(place.storePath)) return;
  if (typeof recovery !== "string") await runKilled(start, jobAt(scene, place, "repair"), recovery);
  const operation = recovery === "next create" && scene.needsRepair !== true ? "create" : "repair";
  if (start.userId === undefined) await (await openPlace(place))[operation]();
  else await runWorker(start, jobAt(scene, place, operation));
}

function describe({ scene, point, recovery }: KillCase): string {
  const then = typeof recovery === "string" ? recovery : `a repair killed at ${recovery.call} ${recovery.occurrence}, and another`;
  return `${scene.name}, killed at ${point.call} ${point.occurrence}, before: ${point.detail}\nthen: ${then}`;
}
