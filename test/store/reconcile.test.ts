import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyIndex, type CheckpointRecord } from "../../src/formats/index.js";
import { listFolder, openStore, readIndex } from "../../src/store/index.js";
import { planReconciliation, reconcileIndex } from "../../src/store/reconcile.js";
import { makeRecord } from "../support/make-record.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** Three checkpoints with different files, and the paths of their parts. */
async function threeCheckpoints() {
  const change = await tempChange({ "a.txt": "one" });
  const ids: string[] = [];
  for (const text of ["one", "two", "three"]) {
    change.edit({ "a.txt": text });
    ids.push((await change.checkpoints.create({ notes: text })).id);
  }
  const { storePath } = change.checkpoints;
  const [first = "", second = "", third = ""] = ids;
  return { change, storePath, first, second, third, index: join(storePath, "state.json") };
}

describe("a folder that was deleted by hand", () => {
  test("is not shown, and leaves the index with its manifest at the next write", async () => {
    const { change, storePath, first, second, third } = await threeCheckpoints();
    rmSync(join(storePath, second), { recursive: true });
    expect(await change.checkpoints.list()).toMatchObject({
      checkpoints: [{ id: first }, { id: third }],
      warnings: [`${second} is not shown: its folder was deleted`],
    });
    expect(idsOnDisk(change)).toEqual([first, second, third]);

    await change.checkpoints.pin(first);
    expect(idsOnDisk(change)).toEqual([first, third]);
    expect(readdirSync(join(storePath, "manifests")).sort()).toEqual([`${first}.json`, `${third}.json`].sort());
    expect((await change.checkpoints.list()).warnings).toEqual([]);
  });

  test("gives its id and sequence to nobody", async () => {
    const now = (): Date => new Date("2026-01-31T12:00:00Z");
    const change = await tempChange({ "a.txt": "one" }, { now });
    const { id, storedPath } = await change.checkpoints.create();
    rmSync(storedPath, { recursive: true });
    expect(await change.checkpoints.create()).toMatchObject({ id: `${id}-2`, sequence: 2 });
  });

  test("does not come back when a folder without a manifest takes its name", async () => {
    const { change, storePath, first, second } = await threeCheckpoints();
    rmSync(join(storePath, second), { recursive: true });
    await change.checkpoints.pin(first);
    mkdirSync(join(storePath, second));
    writeFileSync(join(storePath, second, "mine.txt"), "mine");
    await change.checkpoints.unpin(first);
    expect(idsOnDisk(change)).not.toContain(second);
    expect((await change.checkpoints.verify()).foreign).toEqual([second]);
    expect(readFileSync(join(storePath, second, "mine.txt"), "utf8")).toBe("mine");
  });

  test("counts as deleted when a symlink stands in its place; the symlink and its target stay", async () => {
    const { change, storePath, first, second } = await threeCheckpoints();
    const elsewhere = join(change.directory, "../elsewhere");
    renameSync(join(storePath, second), elsewhere);
    symlinkSync(elsewhere, join(storePath, second));
    await change.checkpoints.pin(first);
    expect(idsOnDisk(change)).not.toContain(second);
    expect((await change.checkpoints.verify()).foreign).toEqual([second]);
    expect(readFileSync(join(elsewhere, "a.txt"), "utf8")).toBe("two");
  });
});

describe("a complete folder that the index lacks", () => {
  test("is adopted from its manifest, as the crash between folder and index leaves it", async () => {
    const { change, storePath, first, second, third, index } = await threeCheckpoints();
    const before = await change.checkpoints.find(third);
    // The index of the moment before the third one was published.
    writeFileSync(index, readFileSync(join(storePath, "state.json.previous")));
    expect((await change.checkpoints.list()).checkpoints.map(({ id }) => id)).toEqual([first, second]);

    await change.checkpoints.pin(first);
    expect(idsOnDisk(change)).toEqual([first, second, third]);
    expect(await change.checkpoints.find(third)).toEqual(before);
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
    change.edit({ "a.txt": "changed" });
    await change.checkpoints.restore(third);
    expect(change.files()).toEqual({ "a.txt": "three" });
  });

  test("keeps its place in the order", async () => {
    const { change, first, second, third } = await threeCheckpoints();
    editIndex(change, (json) => json.checkpoints.splice(0, 1));
    await change.checkpoints.pin(third);
    expect(idsOnDisk(change)).toEqual([first, second, third]);
  });

  test("takes the next free sequence when its own is another's", () => {
    const adopted = makeRecord({ sequence: 2, type: "auto" });
    const index = { ...emptyIndex("x"), checkpoints: [makeRecord({ sequence: 1 }), makeRecord({ sequence: 2 })], nextSequence: 3 };
    const { checkpoints, nextSequence } = reconcileIndex(index, { forgotten: [], adopted: [adopted] });
    expect(checkpoints.map(({ type, sequence }) => [type, sequence])).toEqual([
      ["manual", 1],
      ["manual", 2],
      ["auto", 3],
    ]);
    expect(nextSequence).toBe(4);
  });

  test.each<[string, (path: string, otherPath: string) => void]>([
    ["is cut off", (path) => rewrite(path, readFileSync(path).subarray(0, 200))],
    ["is another checkpoint's", (path, otherPath) => rewrite(path, readFileSync(otherPath))],
    ["is of a later version", (path) => rewrite(path, readFileSync(path, "utf8").replace('"format_version": 1', '"format_version": 2'))],
    ["is gone", (path) => rmSync(path)],
  ])("is left alone with a warning when its manifest %s", async (_, spoil) => {
    const { change, storePath, first, second, third } = await threeCheckpoints();
    editIndex(change, (json) => json.checkpoints.splice(2, 1));
    spoil(join(storePath, "manifests", `${third}.json`), join(storePath, "manifests", `${first}.json`));
    const { warnings } = await change.checkpoints.create();
    expect(warnings.join()).toContain(third);
    expect(idsOnDisk(change).slice(0, 2)).toEqual([first, second]);
    expect(idsOnDisk(change)).not.toContain(third);
    expect(readFileSync(join(storePath, third, "a.txt"), "utf8")).toBe("three");
    expect((await change.checkpoints.verify()).foreign).toEqual([third]);
  });
});

test("a manifest without a folder is cleared away, and a folder beside a listed one is not", async () => {
  const { change, storePath, first, third } = await threeCheckpoints();
  const orphan = "checkpoint-20200101-000000-manual";
  cpSync(join(storePath, "manifests", `${first}.json`), join(storePath, "manifests", `${orphan}.json`));
  writeFileSync(join(storePath, "manifests", "readme.txt"), "mine");
  // Whoever has just looked around does not do so again for a minute.
  await change.checkpoints.pin(third);
  expect(existsSync(join(storePath, "manifests", `${orphan}.json`))).toBe(true);
  await (await change.reopen({})).unpin(third);
  expect(existsSync(join(storePath, "manifests", `${orphan}.json`))).toBe(false);
  expect(readFileSync(join(storePath, "manifests", "readme.txt"), "utf8")).toBe("mine");
  expect(readdirSync(storePath).filter((name) => name.startsWith("trash-"))).toEqual([]);
});

test("what agrees is not written", async () => {
  const { change, first, index } = await threeCheckpoints();
  const before = readFileSync(index);
  await expect(change.checkpoints.delete(["nothing-like-it"])).rejects.toMatchObject({ code: "CHECKPOINT_NOT_FOUND" });
  await change.checkpoints.unpin(first);
  expect(readFileSync(index)).toEqual(before);
});

describe("a first create that was cut off before its index came into place", () => {
  test("is no checkpoint yet, and is adopted by the next write", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    const { storePath } = change.checkpoints;
    const work = join(storePath, "tmp-0123456789abcdef");
    mkdirSync(work);
    renameSync(join(storePath, "state.json"), join(work, "state.json"));
    expect(await change.checkpoints.list()).toMatchObject({ checkpoints: [] });
    await change.checkpoints.create();
    expect(idsOnDisk(change)[0]).toBe(id);
    expect(existsSync(work)).toBe(false);
    expect(await change.checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
  });

  test("is not what a lost index with a history is taken for", async () => {
    const { change, storePath, first, index } = await threeCheckpoints();
    await change.checkpoints.pin(first);
    await change.checkpoints.note(first, "kept in the previous index");
    const work = join(storePath, "tmp-0123456789abcdef");
    mkdirSync(work);
    renameSync(index, join(work, "state.json"));
    await expect(change.checkpoints.list()).rejects.toMatchObject({ code: "INDEX_UNUSABLE" });
    await change.checkpoints.repair();
    expect(await change.checkpoints.find(first)).toMatchObject({ isPinned: true });
  });
});

describe("the plan", () => {
  test("says what differs and changes nothing", async () => {
    const { change, storePath, first, second, third } = await threeCheckpoints();
    const store = openStore(change.directory);
    const { index } = readIndex(store);
    rmSync(join(storePath, first), { recursive: true });
    const without = { ...index, checkpoints: index.checkpoints.filter(({ id }) => id !== third) };
    const plan = planReconciliation(store, without, listFolder(store));
    expect(plan).toMatchObject({ forgotten: [first], adopted: [{ id: third }], orphanedManifests: [first], warnings: [] });
    expect(reconcileIndex(without, plan).checkpoints.map(({ id }: CheckpointRecord) => id)).toEqual([second, third]);
    expect(without.checkpoints.map(({ id }) => id)).toEqual([first, second]);
    expect(idsOnDisk(change)).toEqual([first, second, third]);
  });

  test("of an index that agrees is empty", async () => {
    const { change } = await threeCheckpoints();
    const store = openStore(change.directory);
    const { index, listing } = readIndex(store);
    const plan = planReconciliation(store, index, listing);
    expect(plan).toEqual({ forgotten: [], adopted: [], orphanedManifests: [], changeId: null, warnings: [] });
    expect(reconcileIndex(index, plan)).toEqual(index);
  });
});

interface IndexOnDisk {
  checkpoints: { checkpoint_id: string }[];
}

function readIndexFile(change: TempChange): IndexOnDisk {
  return JSON.parse(readFileSync(join(change.checkpoints.storePath, "state.json"), "utf8")) as IndexOnDisk;
}

function editIndex(change: TempChange, edit: (json: IndexOnDisk) => void): void {
  const json = readIndexFile(change);
  edit(json);
  writeFileSync(join(change.checkpoints.storePath, "state.json"), JSON.stringify(json));
}

function idsOnDisk(change: TempChange): string[] {
  return readIndexFile(change).checkpoints.map(({ checkpoint_id: id }) => id);
}

/** Manifests are read-only. */
function rewrite(path: string, contents: string | Uint8Array): void {
  chmodSync(path, 0o600);
  writeFileSync(path, contents);
}
