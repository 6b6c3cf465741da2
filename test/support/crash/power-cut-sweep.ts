import { assertAftermath, assertCutState } from "./aftermath.js";
import type { KillPoint } from "./job.js";
import { BOOT_MS, cutPower, type FileSystem, type Loss } from "./power-cut.js";
import { runCases, type CaseRun, type SweepResult } from "./run-cases.js";
import { killAt, workerCommand, type Outcome } from "./run-worker.js";
import { clearAway, jobAt, type Scene } from "./scene.js";

export interface PowerCutCase {
  scene: Scene;
  point: KillPoint;
  fileSystem: FileSystem;
  loss: Loss;
}

/**
 * Cuts the power in the middle of each case's job, has it put right on the same disk, and holds what is left against the promises.
 * @throws Error that tells of the first failures
 */
export function sweepPowerCuts(request: { workerPath: string; cases: Iterable<PowerCutCase> } & CaseRun): Promise<SweepResult> {
  const run = (one: PowerCutCase) => runCase(request.workerPath, one);
  return runCases(request.cases, { ...request, run, describe });
}

async function runCase(workerPath: string, { scene, point, fileSystem, loss }: PowerCutCase): Promise<Outcome> {
  const after = await cutPower(scene, {
    fileSystem,
    loss,
    isSynced: true,
    command: (place) => workerCommand({ workerPath }, jobAt(scene, place), killAt(point)),
    repair: { workerPath, job: (place) => ({ ...jobAt(scene, place, "repair"), clockAheadMs: BOOT_MS }) },
  });
  await assertCutState(scene, after.cut, after.outcome);
  await assertAftermath(scene, after.repaired, after.outcome);
  [after.cut, after.repaired].forEach(clearAway);
  return after.outcome;
}

function describe({ scene, point, fileSystem, loss }: PowerCutCase): string {
  return `${scene.name} on ${fileSystem}, power cut (${loss}) at ${point.call} ${point.occurrence}, before: ${point.detail}`;
}
