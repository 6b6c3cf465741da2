import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { StepbackError, type CheckpointId } from "../../../src/index.js";
import { hashBytes } from "../../../src/platform/index.js";
import {
  ageFiles,
  copyScene,
  emptyDirectory,
  pictureOfScene,
  rotByte,
  storedFilesOf,
  type RotScene,
  type StoredFile,
} from "./rot-scene.js";

/** What came of one rotten byte in a stored file. */
export type RotOutcome = "healed" | "reported";

/**
 * Lets one byte of a stored file rot and holds stepback to all that it promises then: found in every checkpoint that shares the file,
 * never restored, never passed on, healed where there is a good copy, else reported for good.
 */
export async function checkRottenFile(scene: RotScene, file: StoredFile, position: number, bit: number): Promise<RotOutcome> {
  const copy = await copyScene(scene);
  try {
    const files = storedFilesOf(copy);
    const rotten = files.find(({ id, path }) => id === file.id && path === file.path) as StoredFile;
    const sharers = files.filter(({ inode }) => inode === rotten.inode);
    const paths = new Set(files.filter(({ sha256 }) => sha256 === rotten.sha256).map(({ path }) => path));
    const hasGoodCopy =
      files.some(({ sha256, inode }) => sha256 === rotten.sha256 && inode !== rotten.inode) ||
      [...paths].some((path) => hashLive(copy, path) === rotten.sha256);
    rotByte(rotten.fullPath, position, bit);
    await expectFound(copy, rotten, sharers);
    await expectNotPassedOn(copy, rotten);
    await expectRefused(copy, sharers);
    const before = places(sharers);
    const { healed, damaged } = await copy.checkpoints.repair();
    // A checkpoint that was made meanwhile from the live file is a good copy too.
    const isHealed = damaged.length === 0;
    if (hasGoodCopy) expect(isHealed, "a good copy is there, so it is healed").toBe(true);
    if (isHealed) expect(healed.map(({ id, path }) => `${id}/${path}`).sort()).toEqual(before);
    else expect(damaged.flatMap(({ id, damages }) => damages.map(({ path }) => `${id}/${path}`)).sort()).toEqual(before);
    expect((await copy.checkpoints.verify()).isWhole).toBe(isHealed);
    await expectExactRestores(copy, isHealed ? new Set() : new Set(sharers.map(({ id }) => id)));
    return isHealed ? "healed" : "reported";
  } finally {
    copy.discard();
  }
}

async function expectFound({ checkpoints }: RotScene, rotten: StoredFile, sharers: readonly StoredFile[]): Promise<void> {
  const { checkpoints: one } = await checkpoints.verify([rotten.id]);
  const others = one[0]?.damages.find(({ path }) => path === rotten.path)?.sharedWith ?? [];
  expect([rotten.id, ...others].sort()).toEqual([...new Set(sharers.map(({ id }) => id))].sort());
  const { checkpoints: all } = await checkpoints.verify();
  expect(all.flatMap(({ id, damages }) => damages.map(({ path }) => `${id}/${path}`)).sort()).toEqual(places(sharers));
}

/** Also not by the checkpoint after the next one, which links to what the next one holds. */
async function expectNotPassedOn({ checkpoints }: RotScene, rotten: StoredFile): Promise<void> {
  const ids: CheckpointId[] = [];
  for (let round = 0; round < 2; round += 1) {
    const { id, storedPath } = await checkpoints.create();
    ageFiles(checkpoints, id);
    ids.push(id);
    const inode = lstatSync(join(storedPath, rotten.path), { throwIfNoEntry: false })?.ino;
    expect(inode, "a new checkpoint shares the rotten file").not.toBe(rotten.inode);
  }
  expect(await checkpoints.verify(ids)).toMatchObject({ isWhole: true });
  await checkpoints.delete(ids);
}

async function expectRefused(copy: RotScene, sharers: readonly StoredFile[]): Promise<void> {
  const { checkpoints } = copy;
  const before = pictureOfScene(copy);
  const { id: saved } = await checkpoints.create();
  emptyDirectory(copy);
  const empty = pictureOfScene(copy);
  for (const { id, path } of sharers) {
    const failure = await checkpoints.restore(id).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure, `the restore of ${id}`).toBeInstanceOf(StepbackError);
    expect(failure).toMatchObject({ code: "DAMAGED", exitStatus: 13, details: { paths: expect.arrayContaining([path]) as unknown } });
    expect(pictureOfScene(copy), "nothing was touched").toEqual(empty);
  }
  await checkpoints.restore(saved);
  await checkpoints.delete([saved, (await checkpoints.find("backup")).id]);
  expect(pictureOfScene(copy)).toEqual(before);
}

async function expectExactRestores(copy: RotScene, damaged: ReadonlySet<CheckpointId>): Promise<void> {
  for (const [id, picture] of copy.pictures) {
    if (damaged.has(id)) continue;
    await copy.checkpoints.restore(id);
    expect(pictureOfScene(copy), `the directory brought back from ${id}`).toEqual(picture);
  }
}

function places(files: readonly StoredFile[]): string[] {
  return files.map(({ id, path }) => `${id}/${path}`).sort();
}

function hashLive({ directory }: RotScene, path: string): string | undefined {
  const stats = lstatSync(join(directory, path), { throwIfNoEntry: false });
  return stats?.isFile() === true ? hashBytes(readFileSync(join(directory, path))) : undefined;
}
