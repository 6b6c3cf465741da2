import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { CreateRequest, OpenOptions } from "../../../src/index.js";
import { tempChange, tempFolder, type TempChange } from "../temp-change.js";
import { fillGnarly, wreckGnarly } from "./gnarly-change.js";
import { RECOVERED_TASK } from "./operations.js";
import { withoutRoot, type Scene } from "./scene.js";

const LEGACY = fileURLToPath(new URL("../../../fixtures/legacy/one-of-everything", import.meta.url));
const NOBODY = 65_534;
const OTHER_FILE_SYSTEM = "/dev/shm";

/** A wrecked tree with a checkpoint of how it was, to be brought back. */
export async function restoreScene(): Promise<Scene> {
  return (await wreckedChange()).scene;
}

/** The same for a task that failed. */
export async function recoverScene(): Promise<Scene> {
  const { scene } = await wreckedChange({}, { taskId: RECOVERED_TASK, stage: "start" });
  return { ...scene, name: "recovery of a task", job: { operation: "recover", id: scene.job.id ?? "" } };
}

/**
 * The same with the store where a rename cannot reach; undefined where there is no such place. The work folder then lies in the directory
 * itself, whose own time a crash may leave newer; that is documented and not compared.
 */
export async function restoreAcrossScene(): Promise<Scene | undefined> {
  if (!existsSync(OTHER_FILE_SYSTEM) || lstatSync(OTHER_FILE_SYSTEM).dev === lstatSync(tmpdir()).dev) return undefined;
  const base = mkdtempSync(join(OTHER_FILE_SYSTEM, "stepback-test-"));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const storeTemplate = join(base, "store");
  const { scene } = await wreckedChange({ storePath: storeTemplate });
  const [before, after] = [withoutRoot(scene.before), withoutRoot(scene.after)];
  return { ...scene, name: "restore from another file system", storeTemplate, before, after, allowed: [before, after] };
}

/** The same in the hands of a user whom a closed folder stops, which it does not do to root. */
export async function unprivilegedRestoreScene(): Promise<Scene> {
  const { scene } = await wreckedChange();
  execFileSync("chown", ["-R", `${NOBODY}:${NOBODY}`, scene.template]);
  return { ...scene, name: "restore by an unprivileged user", userId: NOBODY };
}

/** A restored tree, whose wreck is to be brought back from the backup. */
export async function undoScene(): Promise<Scene> {
  const { change, id, original, wrecked } = await wreckedChange();
  const { backup } = await change.checkpoints.restore(id);
  const backupId = backup?.id ?? "";
  return {
    name: "undo",
    template: dirname(change.directory),
    job: { operation: "undo", id: backupId },
    before: original,
    after: wrecked,
    allowed: [original, wrecked],
    keeps: [id, backupId],
  };
}

/** A changed tree with a checkpoint before it, of which some can be shared. */
export async function createScene(): Promise<Scene> {
  const { change, id } = await wreckedChange();
  return { ...untouched(change), name: "create", job: { operation: "create" }, keeps: [id] };
}

/** The same for a process that lives on, and begins the next checkpoint before it is asked for it. */
export async function preparedCreateScene(): Promise<Scene> {
  return { ...(await createScene()), name: "create of what was prepared", job: { operation: "prepare-and-create" } };
}

/** A tree without a store. */
export async function firstCreateScene(): Promise<Scene> {
  const change = await tempChange();
  fillGnarly(change);
  const tree = withoutRoot(change.picture());
  return { ...untouched(change), name: "first create", job: { operation: "create" }, before: tree, after: tree, allowed: [tree] };
}

/** A tree with a checkpoint, into whose store come two with an archive of the same tree: that one again, and one that was deleted. */
export async function importScene(): Promise<Scene> {
  const change = await tempChange();
  fillGnarly(change);
  const { id } = await change.checkpoints.create({ step: 2 });
  const { id: second } = await change.checkpoints.create({ step: 3 });
  const archive = join(tempFolder(), "two.tar.gz");
  await change.checkpoints.exportArchive([id, second], { output: archive });
  await change.checkpoints.delete([second]);
  return { ...untouched(change), name: "import", job: { operation: "import", id: archive }, keeps: [id] };
}

/** A tree with more in it than is synced one by one. */
export async function largerCreateScene(): Promise<Scene> {
  const change = await tempChange(Object.fromEntries(Array.from({ length: 50 }, (_, number) => [`${number}.md`, `${number}`])));
  const { id } = await change.checkpoints.create();
  return { ...untouched(change), name: "create of more", job: { operation: "create" }, keeps: [id] };
}

/** Five checkpoints of which a cleanup keeps the pinned and the newest. */
export async function cleanScene(): Promise<Scene> {
  const { change, ids } = await changeWithHistory();
  const [first, pinned, third, fourth, newest] = ids;
  await change.checkpoints.pin(pinned);
  return { ...untouched(change), name: "clean", job: { operation: "clean" }, keeps: [pinned, newest], mayRemove: [first, third, fourth] };
}

/** Five checkpoints of which one in the middle is deleted. */
export async function deleteScene(): Promise<Scene> {
  const { change, ids } = await changeWithHistory();
  const id = ids[2];
  return {
    ...untouched(change),
    name: "delete",
    job: { operation: "delete", id },
    keeps: ids.filter((one) => one !== id),
    mayRemove: [id],
  };
}

/** A store of the original tool, which the first write adopts. */
export async function legacyScene(): Promise<Scene> {
  const change = await tempChange();
  const store = join(change.directory, ".checkpoints");
  cpSync(LEGACY, change.directory, { recursive: true, preserveTimestamps: true });
  renameSync(join(change.directory, "dot-checkpoints"), store);
  const { checkpoints } = await change.checkpoints.list();
  return {
    ...untouched(change),
    name: "adoption of a legacy store",
    job: { operation: "create" },
    keeps: checkpoints.map(({ id }) => id),
    otherNames: ["session.json", "workflow_state.json", "state.json.legacy"],
    storedTexts: { "state.json.legacy": readFileSync(join(store, "state.json"), "utf8") },
  };
}

/** A store whose index was cut in two, which only a repair makes anew. */
export async function brokenIndexScene(): Promise<Scene> {
  const { change, ids } = await changeWithHistory();
  const indexPath = join(change.directory, ".checkpoints", "state.json");
  const half = readFileSync(indexPath, "utf8").slice(0, 1000);
  writeFileSync(indexPath, half);
  return {
    ...untouched(change),
    name: "repair of a broken index",
    job: { operation: "repair" },
    keeps: ids,
    otherNames: ["state.json.broken"],
    storedTexts: { "state.json.broken": half },
    needsRepair: true,
  };
}

/** A store that is verified. */
export async function verifyScene(): Promise<Scene> {
  const { change, ids } = await changeWithHistory();
  return { ...untouched(change), name: "verify", job: { operation: "verify" }, keeps: ids };
}

/** A store with a flipped byte in it, which a verification must not call whole, whatever else goes wrong. */
export async function damagedScene(): Promise<Scene> {
  const { change, ids } = await changeWithHistory();
  const path = join(change.directory, ".checkpoints", ids[1], "specs/spec.md");
  const { mode, mtime } = statSync(path);
  rmSync(path);
  writeFileSync(path, "version 3");
  utimesSync(path, mtime, mtime);
  chmodSync(path, mode);
  return { ...untouched(change), name: "verify of damage", job: { operation: "verify" }, keeps: ids, isDamaged: true };
}

async function wreckedChange(options: OpenOptions = {}, request: CreateRequest = {}) {
  const change = await tempChange({}, options);
  fillGnarly(change);
  const { id } = await change.checkpoints.create({ step: 2, ...request });
  const original = change.picture();
  wreckGnarly(change);
  const wrecked = change.picture();
  const scene: Scene = {
    name: "restore",
    template: dirname(change.directory),
    job: { operation: "restore", id },
    before: wrecked,
    after: original,
    allowed: [wrecked, original],
    keeps: [id],
  };
  return { change, id, original, wrecked, scene };
}

async function changeWithHistory() {
  const change = await tempChange({ "always.md": "in each", "specs/spec.md": "0" });
  const ids: string[] = [];
  for (let number = 1; number <= 5; number += 1) {
    change.edit({ "specs/spec.md": `version ${number}`, [`added-${number}/file.md`]: `${number}` });
    ids.push((await change.checkpoints.create({ step: number })).id);
  }
  return { change, ids: ids as [string, string, string, string, string] };
}

/** What holds for a job that leaves the directory alone. */
function untouched(change: TempChange): Omit<Scene, "name" | "job"> {
  const tree = change.picture();
  return { template: dirname(change.directory), before: tree, after: tree, allowed: [tree], keeps: [] };
}
