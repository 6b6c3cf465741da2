import { cutRestoreScene, editedRestoreScene } from "./cut-restore-scenes.js";
import type { Scene } from "./scene.js";
import {
  brokenIndexScene,
  cleanScene,
  createScene,
  deleteScene,
  firstCreateScene,
  importScene,
  legacyScene,
  recoverScene,
  preparedCreateScene,
  restoreAcrossScene,
  restoreScene,
  undoScene,
  unprivilegedRestoreScene,
} from "./scenes.js";

/** Every job that changes a directory or its store, each where all of it lies on one file system and in one user's hands. */
export async function plainScenes(workerPath: string): Promise<Scene[]> {
  return [
    await restoreScene(),
    await recoverScene(),
    await undoScene(),
    await cutRestoreScene(workerPath),
    await editedRestoreScene(workerPath),
    await brokenIndexScene(),
    await createScene(),
    await preparedCreateScene(),
    await firstCreateScene(),
    await importScene(),
    await cleanScene(),
    await deleteScene(),
    await legacyScene(),
  ];
}

/** The plain ones, a restore as an ordinary user, and, where this machine has two, one across file systems. */
export async function allScenes(workerPath: string): Promise<Scene[]> {
  const across = await restoreAcrossScene();
  return [...(await plainScenes(workerPath)), await unprivilegedRestoreScene(), ...(across === undefined ? [] : [across])];
}
