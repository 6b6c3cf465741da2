import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pictureOf, tempFolder } from "../temp-change.js";
import type { KillPoint } from "./job.js";
import { killPointsOf } from "./kill-points.js";
import { runKilled } from "./run-worker.js";
import { jobAt, layOut, openPlace, type Picture, type Scene } from "./scene.js";
import { restoreScene } from "./scenes.js";

/** A restore cut off halfway, which a repair finishes. */
export async function cutRestoreScene(workerPath: string): Promise<Scene> {
  const { scene, place, backupId } = await cutRestore(workerPath, 0.5);
  return {
    ...scene,
    name: "repair that finishes a restore",
    template: dirname(place.directory),
    ...repairOf(scene, backupId, scene.after),
    undone: scene.before,
  };
}

/** A restore cut off early, which a repair undoes, because a file that was still to be replaced has been edited since. */
export async function editedRestoreScene(workerPath: string): Promise<Scene> {
  const { scene, place, backupId } = await cutRestore(workerPath, 0.2);
  writeFileSync(join(place.directory, "a-first.md"), "edited after the cut");
  const edited = { ...scene.before, "a-first.md": pictureOf(place.directory)["a-first.md"] ?? "" };
  return { ...scene, name: "repair that undoes a restore", template: dirname(place.directory), ...repairOf(scene, backupId, edited) };
}

/** Kills a restore at a part of its way from the journal to the end of the journal. */
async function cutRestore(workerPath: string, part: number) {
  const scene = await restoreScene();
  const points = await killPointsOf(scene, workerPath);
  const [start, end] = [/journal\.json"\) /, /journal\.json\.done"\) /].map((name) => points.findIndex(({ detail }) => name.test(detail)));
  const point = points[Math.round((start ?? 0) + part * ((end ?? 0) - (start ?? 0)))] as KillPoint;
  const place = layOut(scene, join(tempFolder(), "cut"));
  const outcome = await runKilled({ workerPath }, jobAt(scene, place), point);
  if (outcome !== "killed") throw new Error(`the restore was over before ${point.detail}`);
  const { id: backupId } = await (await openPlace(place)).find("backup");
  return { scene, place, backupId };
}

function repairOf(scene: Scene, backupId: string, after: Picture) {
  return { job: { operation: "repair" as const }, after, allowed: [after], keeps: [...scene.keeps, backupId] };
}
