import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { Checkpoints } from "../../../src/index.js";
import { WORKER_NOTE } from "./job.js";
import type { Outcome } from "./run-worker.js";
import { lookAt, openPlace, type Picture, type Place, type Scene } from "./scene.js";

/**
 * What belongs into a store; the temporary file of a lock is removed by a later writer, after an hour, and the names of what could not be
 * read by a repair.
 */
const STORE_NAMES = /^(\.gitignore|manifests|damaged|state\.json|state\.json\.previous|checkpoint-.*|lock-[0-9a-f]{16}\.tmp)$/;

/** Work in flight, and the time of the directory that it stands in when the store is elsewhere. */
const WORK_IN_FLIGHT = /^(\.stepback-restore-.*|\.)$/;

/** Holds a place against the promises that need no repair. */
export async function assertCutState(scene: Scene, place: Place, outcome: Outcome): Promise<void> {
  const tree = lookAt(scene, place);
  if (outcome === "finished") expect(withoutWork(tree), "the directory when the job was done").toEqual(scene.after);
  if (scene.allowed.every((allowed) => isDeepStrictEqual(allowed, scene.before))) {
    expect(tree, "a directory that the job must not touch").toEqual(scene.before);
  } else if (scene.job.id !== undefined && isTouched(scene, tree)) {
    await assertBackup(scene.job.id, await openPlace(place));
  }
}

/** Holds a place against the promises after the repair, and then works with it a little. */
export async function assertAftermath(scene: Scene, place: Place, outcome: Outcome): Promise<void> {
  const tree = lookAt(scene, place);
  expect(tree, "neither the old nor the new directory").toEqual(closestTo(tree, scene.allowed));
  if (outcome === "finished") expect(tree, "the directory when the job was done").toEqual(scene.after);
  const checkpoints = await openPlace(place);
  if (existsSync(place.storePath)) {
    const ids = await assertSoundStore(scene, place, checkpoints);
    const removed = outcome === "finished" ? (scene.mayRemove ?? []) : [];
    expectNames("what should be gone", intersect(ids, removed), []);
  } else expectNames("what went with the store", [], scene.keeps);
  await assertUsable(scene, place, checkpoints);
}

/** A job that is done may leave work behind that could not be removed. */
export function withoutWork(tree: Picture): Picture {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith(".stepback-restore-")));
}

function isTouched(scene: Scene, tree: Picture): boolean {
  const filesOf = (picture: Picture) => Object.entries(picture).filter(([path]) => !WORK_IN_FLIGHT.test(path));
  return !isDeepStrictEqual(filesOf(tree), filesOf(scene.before));
}

async function assertBackup(target: string, checkpoints: Checkpoints): Promise<void> {
  const { checkpoints: listed } = await checkpoints.list();
  const backup = listed.findLast(({ backupOf }) => backupOf === target);
  expect(backup, "the backup of a directory that was touched").toBeDefined();
  expect(await checkpoints.verify([backup?.id ?? ""])).toMatchObject({ isWhole: true });
}

/** Index, folders and manifests agree, all is whole, and nothing is left of any work; gives the ids. */
async function assertSoundStore(scene: Scene, place: Place, checkpoints: Checkpoints): Promise<string[]> {
  const { checkpoints: listed, warnings } = await checkpoints.list();
  const ids: string[] = listed.map(({ id }) => id);
  const names = readdirSync(place.storePath);
  const folders = names.filter((name) => name.startsWith("checkpoint-"));
  const manifests = readdirSync(join(place.storePath, "manifests")).map((name) => name.replace(/\.json$/, ""));
  const others = names.filter((name) => !STORE_NAMES.test(name));
  expectNames("warnings", warnings, []);
  expectNames("checkpoints from before", intersect(ids, scene.keeps), scene.keeps);
  expectNames("folders", folders, ids);
  expectNames("manifests", manifests, ids);
  expectNames("other names in the store", others, scene.otherNames ?? []);
  expect(new Set(listed.map(({ sequence }) => sequence)).size, "different sequences").toBe(ids.length);
  for (const [name, text] of Object.entries({ ".gitignore": "*\n", ...scene.storedTexts })) {
    expect(readFileSync(join(place.storePath, name), "utf8"), name).toBe(text);
  }
  expect(await checkpoints.status()).toMatchObject({ unfinishedRestore: null, lock: null });
  await assertWhole(checkpoints);
  return ids;
}

/** A new checkpoint can be made, under a new id; it and those that came with the job bring back what they should. */
async function assertUsable(scene: Scene, place: Place, checkpoints: Checkpoints): Promise<void> {
  const tree = lookAt(scene, place);
  const known = [...scene.keeps, ...(scene.mayRemove ?? [])];
  const listed = existsSync(place.storePath) ? (await checkpoints.list()).checkpoints : [];
  const made = listed.filter(({ id }) => !known.includes(id));
  const created = await checkpoints.create();
  expectNames("ids given out twice", intersect([created.id], [...known, ...made.map(({ id }) => id)]), []);
  for (const { id, notes, type } of [...made, created]) {
    await checkpoints.restore(id);
    // One that a worker made to put things right holds what was right by then.
    const isOfBefore = (notes === WORKER_NOTE && scene.job.operation.endsWith("create")) || type === "backup";
    expect(lookAt(scene, place), `the directory brought back from ${id}`).toEqual(isOfBefore ? scene.before : tree);
  }
  await assertWhole(checkpoints);
}

async function assertWhole(checkpoints: Checkpoints): Promise<void> {
  const report = await checkpoints.verify();
  const damaged = report.checkpoints.filter(({ status }) => status !== "whole");
  expect(damaged, "damaged checkpoints").toEqual([]);
}

/** Compares without regard to order; the message says what is too much and what is missing. */
function expectNames(what: string, found: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.filter((name) => !found.includes(name)).map((name) => `${name} is missing`);
  const unexpected = found.filter((name) => !wanted.includes(name)).map((name) => `${name} is there`);
  const difference = [...missing, ...unexpected].join(", ");
  expect(difference, `${what}: ${difference}`).toBe("");
}

function intersect(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((one) => others.includes(one));
}

/** The directory that differs in the fewest paths, for a readable report. */
function closestTo(tree: Picture, allowed: readonly Picture[]): Picture | undefined {
  const differences = (one: Picture) =>
    [...new Set([...Object.keys(one), ...Object.keys(tree)])].filter((path) => one[path] !== tree[path]).length;
  return [...allowed].sort((one, other) => differences(one) - differences(other))[0];
}
