import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatIndex, formatJournal, parseIndex, type FileEntry, type Journal, type TreeEntry } from "../../src/formats/index.js";
import { toTimestamp } from "../../src/platform/index.js";
import type { RepairReport } from "../../src/index.js";
import { copyStore, pictureBelow } from "../store/copied-store.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

const NOTHING: RepairReport = {
  indexRebuilt: false,
  finishedRestores: [],
  adopted: [],
  forgotten: [],
  removedLeftovers: [],
  keptIndexAs: null,
  healed: [],
  damaged: [],
  warnings: [],
};
const WORK = "restore-0123456789abcdef";

async function oneCheckpoint() {
  const change = await tempChange({ "a.txt": "one" });
  const { id, storedPath } = await change.checkpoints.create({ notes: "one" });
  const { storePath } = change.checkpoints;
  return { change, checkpoints: change.checkpoints, id, storedPath, storePath, index: join(storePath, "state.json") };
}

describe("a sound store", () => {
  test("needs nothing and is not changed", async () => {
    const { checkpoints, storePath } = await oneCheckpoint();
    const before = pictureBelow(storePath);
    expect(await checkpoints.repair()).toEqual(NOTHING);
    expect(pictureBelow(storePath)).toEqual(before);
  });

  test("must be there", async () => {
    const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
    await expect(checkpoints.repair()).rejects.toMatchObject({ code: "STORE_NOT_FOUND", exitStatus: 10 });
    expect(readdirSync(directory)).toEqual(["a.txt"]);
  });
});

describe("the index", () => {
  test("that is long, and names files that are none, is rebuilt", async () => {
    const { checkpoints, id, index } = await oneCheckpoint();
    const { index: found } = parseIndex(readFileSync(index), index);
    const forged = found.checkpoints.map((record) => ({ ...record, files: [17 as unknown as string] }));
    // So long that the files in it are read when somebody asks for them.
    writeFileSync(index, formatIndex({ ...found, checkpoints: forged, unknownKeys: { theirs: "x".repeat(200_000) } }));
    await expect(checkpoints.list()).rejects.toMatchObject({ code: "INDEX_UNUSABLE" });
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true, adopted: [id], keptIndexAs: `${index}.broken` });
    expect(await checkpoints.list()).toMatchObject({ checkpoints: [{ id, files: ["a.txt"] }] });
  });

  test.each([
    ["empty", ""],
    ["zeros, as a power cut leaves them", "\0".repeat(400)],
    ["cut off", '{"format_version":1,"change_id":"my-feature","checkpoints":[{"checkpoint_id":'],
    ["JSON of something else", '{"name":"app"}'],
    ["against its schema", '{"format_version":1,"change_id":"my-feature","checkpoints":{},"next_sequence":1}'],
  ])("that is %s is rebuilt, and kept beside the new one", async (_, broken) => {
    const { checkpoints, id, index } = await oneCheckpoint();
    writeFileSync(index, broken);
    await expect(checkpoints.list()).rejects.toMatchObject({ code: "INDEX_UNUSABLE" });
    expect(await checkpoints.repair()).toEqual({ ...NOTHING, indexRebuilt: true, adopted: [id], keptIndexAs: `${index}.broken` });
    expect(readFileSync(`${index}.broken`, "utf8")).toBe(broken);
    expect(await checkpoints.list()).toMatchObject({ checkpoints: [{ id, sequence: 1, notes: "one" }], warnings: [] });
    expect(await checkpoints.repair()).toEqual(NOTHING);
    expect((await checkpoints.verify()).foreign).toEqual([]);
  });

  test("that breaks again is kept under another name; the same one is kept once", async () => {
    const { checkpoints, index } = await oneCheckpoint();
    for (const [broken, kept] of [
      ["{first", "broken"],
      ["{second", "broken-2"],
      ["{first", "broken"],
    ] as const) {
      writeFileSync(index, broken);
      expect((await checkpoints.repair()).keptIndexAs).toBe(`${index}.${kept}`);
      expect(readFileSync(`${index}.${kept}`, "utf8")).toBe(broken);
    }
  });

  test("takes what was said later from the previous one", async () => {
    const { change, checkpoints, id, index } = await oneCheckpoint();
    await checkpoints.pin(id);
    await checkpoints.tag(id, { add: ["kept"] });
    await checkpoints.note(id, "said later");
    await checkpoints.markSuccess(id, true);
    change.edit({ "a.txt": "two" });
    await checkpoints.restore(id);
    await checkpoints.note("backup", "one more write, because the last one is lost");
    writeFileSync(index, "{");
    await checkpoints.repair();
    expect(await checkpoints.find(id)).toMatchObject({
      isPinned: true,
      tags: ["kept"],
      notes: "said later",
      success: true,
      rollbackUsed: true,
      rollbackCount: 1,
    });
    expect(await checkpoints.history()).toMatchObject([{ target: id, result: "restored" }]);
  });

  test("knows from the previous one which ids were given out, deleted ones too", async () => {
    const change = await tempChange({ "a.txt": "one" }, { now: () => new Date("2026-01-31T12:00:00Z") });
    const { checkpoints } = change;
    const deleted = await checkpoints.create();
    await checkpoints.delete([deleted.id]);
    const kept = await checkpoints.create({ type: "auto" });
    await checkpoints.pin(kept.id);
    writeFileSync(join(checkpoints.storePath, "state.json"), "{");
    await checkpoints.repair();
    expect(await checkpoints.create()).toMatchObject({ id: `${deleted.id}-2`, sequence: 3 });
  });

  test("does without a previous one that is broken too", async () => {
    const { checkpoints, id, index } = await oneCheckpoint();
    await checkpoints.pin(id);
    writeFileSync(index, "{");
    writeFileSync(`${index}.previous`, "{");
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true, adopted: [id] });
    expect(await checkpoints.find(id)).toMatchObject({ isPinned: false, notes: "one" });
  });

  test("keeps the record of what has lost its manifest, where it is known, and says so; its folder is left alone", async () => {
    const { change, checkpoints, id, storedPath, storePath, index } = await oneCheckpoint();
    change.edit({ "a.txt": "two" });
    const other = await checkpoints.create();
    writeFileSync(index, "{");
    rmSync(join(storePath, "manifests", `${id}.json`));
    const { adopted, warnings } = await checkpoints.repair();
    expect(adopted).toEqual([id, other.id]);
    expect(warnings).toEqual([`${id} has lost its manifest: it is listed, but cannot be restored`]);
    expect(readFileSync(join(storedPath, "a.txt"), "utf8")).toBe("one");
    await expect(checkpoints.restore(id)).rejects.toMatchObject({ code: "MANIFEST_UNUSABLE" });
  });

  test("of a later version is not damage", async () => {
    const { checkpoints, storePath, index } = await oneCheckpoint();
    writeFileSync(index, '{"format_version":2}');
    const before = pictureBelow(storePath);
    await expect(checkpoints.repair()).rejects.toMatchObject({ code: "FORMAT_TOO_NEW", exitStatus: 12 });
    expect(pictureBelow(storePath)).toEqual(before);
  });

  test.each<[string, (index: string) => void]>([
    ["a folder", (index) => mkdirSync(index)],
    ["a symlink to nowhere", (index) => symlinkSync("nowhere", index)],
  ])("that is %s is rebuilt", async (_, put) => {
    const { checkpoints, id, index } = await oneCheckpoint();
    rmSync(index);
    put(index);
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true, adopted: [id] });
  });

  test("that was upgraded from a legacy one keeps its sizes, though the previous one has none", async () => {
    const { checkpoints, storePath } = await copyStore("legacy", "plain");
    await checkpoints.repair();
    const { checkpoints: before } = await checkpoints.list();
    writeFileSync(join(storePath, "state.json"), "{");
    await checkpoints.repair();
    expect((await checkpoints.list()).checkpoints).toEqual(before);
  });

  test("is not rebuilt as a legacy one when the previous index shows that the lost manifests were there", async () => {
    const change = await tempChange({ "a.txt": "one", "sub/b.txt": "two" });
    const { id } = await change.checkpoints.create();
    await change.checkpoints.pin(id);
    const { storePath } = change.checkpoints;
    rmSync(join(storePath, "manifests"), { recursive: true });
    writeFileSync(join(storePath, "state.json"), "{");
    await change.checkpoints.repair();
    // Two files are in the snapshot: an index that says one, and "whole", makes a restore leave half of it out.
    const [record] = (await change.checkpoints.list()).checkpoints;
    expect(record?.fileCount ?? 2).toBe(2);
  });
});

describe("a legacy store without its index", () => {
  test("gets one from the names of its folders", async () => {
    const { checkpoints, storePath } = await copyStore("legacy", "step99-backup");
    rmSync(join(storePath, "state.json"));
    await expect(checkpoints.list()).rejects.toMatchObject({ code: "INDEX_UNUSABLE" });
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true, keptIndexAs: null });
    expect(await checkpoints.list()).toMatchObject({
      checkpoints: [
        { id: "checkpoint-20251020-160005-step02", type: "step", stepNumber: 2, fileCount: 2 },
        { id: "checkpoint-20251020-160418-step03", type: "step", stepNumber: 3 },
        { id: "checkpoint-20251020-161210-step99", type: "backup" },
      ],
      warnings: [],
    });
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
  });

  test("or with one that is cut off, which is kept", async () => {
    const { checkpoints, storePath } = await copyStore("legacy", "plain");
    const index = join(storePath, "state.json");
    const broken = readFileSync(index).subarray(0, 500);
    writeFileSync(index, broken);
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true, keptIndexAs: `${index}.broken` });
    expect(readFileSync(`${index}.broken`)).toEqual(broken);
    expect((await checkpoints.list()).checkpoints).toHaveLength(3);
  });

  test("is not written by a create that fails because of it", async () => {
    const { checkpoints, storePath } = await copyStore("legacy", "plain");
    rmSync(join(storePath, "state.json"));
    const before = pictureBelow(storePath);
    await expect(checkpoints.create()).rejects.toMatchObject({ code: "INDEX_UNUSABLE" });
    expect(pictureBelow(storePath)).toEqual(before);
  });
});

describe("index and folders are brought in agreement", () => {
  test("a folder that was deleted by hand is forgotten", async () => {
    const { checkpoints, id, storedPath, storePath } = await oneCheckpoint();
    rmSync(storedPath, { recursive: true });
    expect(await checkpoints.repair()).toEqual({ ...NOTHING, forgotten: [id] });
    expect(readdirSync(join(storePath, "manifests"))).toEqual([]);
    expect(await checkpoints.repair()).toEqual(NOTHING);
  });

  test("a complete folder that the index lacks is adopted", async () => {
    const { checkpoints, id, storePath, index } = await oneCheckpoint();
    const before = await checkpoints.find(id);
    await checkpoints.delete([(await checkpoints.create()).id]);
    const json = JSON.parse(readFileSync(index, "utf8")) as object;
    writeFileSync(index, JSON.stringify({ ...json, checkpoints: [], index_crc32: undefined }));
    expect(await checkpoints.repair()).toEqual({ ...NOTHING, adopted: [id] });
    expect(await checkpoints.find(id)).toEqual(before);
    expect((await checkpoints.verify()).isWhole).toBe(true);
    expect(readdirSync(storePath)).toContain(id);
  });
});

test("work that a crash left is cleared away and named", async () => {
  const { checkpoints, storePath, index } = await oneCheckpoint();
  const folders = ["tmp-0123456789abcdef", "trash-0123456789abcdef", WORK];
  for (const name of folders) {
    mkdirSync(join(storePath, name, "sub"), { recursive: true });
    writeFileSync(join(storePath, name, "sub/file"), "half");
  }
  const files = ["state.json.tmp-0123456789abcdef", "state.json.previous.tmp-0123456789abcdef"];
  for (const name of files) writeFileSync(join(storePath, name), "half");
  const { removedLeftovers, ...rest } = await checkpoints.repair();
  expect(removedLeftovers.toSorted()).toEqual([...folders, ...files].toSorted());
  expect(rest).toMatchObject({ indexRebuilt: false, finishedRestores: [] });
  expect(readdirSync(storePath).filter((name) => name.includes("0123456789abcdef"))).toEqual([]);
  expect(existsSync(index)).toBe(true);
});

test.each(["manifests/checkpoint-20200101-000000-step01.json.tmp-0123456789abcdef", ".gitignore.tmp-0123456789abcdef"])(
  "what a crash in an upgrade left, such as %s, is cleared away",
  async (name) => {
    const { checkpoints, storePath } = await oneCheckpoint();
    writeFileSync(join(storePath, name), "half");
    await checkpoints.repair();
    expect(existsSync(join(storePath, name))).toBe(false);
  },
);

describe("a restore that was cut off", () => {
  test("is finished", async () => {
    const { change, checkpoints, target, backup, storePath } = await cutOffRestore();
    expect(await checkpoints.repair()).toMatchObject({ finishedRestores: [{ target, result: "recovered" }], indexRebuilt: false });
    expect(change.files()).toEqual({ "a.txt": "one" });
    expect(await checkpoints.history()).toMatchObject([{ target, backup, result: "recovered" }]);
    expect(await checkpoints.find(target)).toMatchObject({ rollbackUsed: true, rollbackCount: 1 });
    expect(existsSync(join(storePath, WORK))).toBe(false);
    expect(await checkpoints.repair()).toEqual(NOTHING);
  });

  test("is undone when a path was changed since", async () => {
    const { change, checkpoints, target } = await cutOffRestore();
    change.edit({ "a.txt": "mine, made after the crash" });
    expect(await checkpoints.repair()).toMatchObject({ finishedRestores: [{ target, result: "rolled_back" }] });
    expect(change.files()).toEqual({ "a.txt": "mine, made after the crash" });
    expect(await checkpoints.history()).toMatchObject([{ target, result: "rolled_back" }]);
    expect(await checkpoints.find(target)).toMatchObject({ rollbackUsed: false, rollbackCount: 0 });
  });

  test("is finished although the index is broken too", async () => {
    const { change, checkpoints, target, storePath } = await cutOffRestore();
    writeFileSync(join(storePath, "state.json"), "{");
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true, finishedRestores: [{ target, result: "recovered" }] });
    expect(change.files()).toEqual({ "a.txt": "one" });
    expect(await checkpoints.history()).toMatchObject([{ target, result: "recovered" }]);
  });

  test.each<[string, (text: string) => string]>([
    ["cut off", (text) => text.slice(0, -100)],
    ["changed in one byte", (text) => text.replace('"slot":0', '"slot":1')],
    ["empty", () => ""],
    ["of a later version", (text) => text.replace('"format_version":1', '"format_version":2')],
  ])("is left as it is, with all its files, when its journal is %s", async (_, spoil) => {
    const { change, checkpoints, storePath } = await cutOffRestore();
    const journal = join(storePath, WORK, "journal.json");
    writeFileSync(journal, spoil(readFileSync(journal, "utf8")));
    const before = pictureBelow(change.directory);
    const expected = expect.objectContaining({
      code: expect.stringMatching(/JOURNAL_UNUSABLE|FORMAT_TOO_NEW/) as unknown,
      exitStatus: 12,
    }) as unknown;
    await expect(checkpoints.repair()).rejects.toEqual(expected);
    await expect(checkpoints.create()).rejects.toEqual(expected);
    expect(pictureBelow(change.directory)).toEqual(before);
    expect((await checkpoints.list()).checkpoints).toHaveLength(2);
  });
});

/** A restore of `a.txt` as a kill leaves it when the old file was taken out and the new one is not in place. */
async function cutOffRestore(): Promise<{
  change: TempChange;
  checkpoints: TempChange["checkpoints"];
  target: string;
  backup: string;
  storePath: string;
}> {
  const change = await tempChange({ "a.txt": "one" });
  const { checkpoints, directory } = change;
  const target = await checkpoints.create();
  change.edit({ "a.txt": "two" });
  const backup = await checkpoints.create({ type: "backup" });
  const work = join(checkpoints.storePath, WORK);
  for (const name of ["stage", "trash"]) mkdirSync(join(work, name), { recursive: true });
  const [before, after] = [await entryOf(checkpoints, backup.id), await entryOf(checkpoints, target.id)];
  writeFileSync(join(work, "stage/0"), "one", { mode: after.mode });
  setTime(join(work, "stage/0"), after);
  writeFileSync(join(work, "trash/0"), "two", { mode: before.mode });
  setTime(join(work, "trash/0"), before);
  rmSync(join(directory, "a.txt"));
  const journal: Journal = {
    target: target.id,
    backup: backup.id,
    startedAt: "2026-01-31T12:00:00.000Z",
    paths: [],
    counts: { created: 0, replaced: 1, removed: 0, retouched: 0, leftAlone: 0 },
    operations: [{ slot: 0, path: after.path, before, after }],
    folders: [],
  };
  writeFileSync(join(work, "journal.json"), formatJournal(journal));
  return { change, checkpoints, target: target.id, backup: backup.id, storePath: checkpoints.storePath };
}

async function entryOf(checkpoints: TempChange["checkpoints"], id: string): Promise<FileEntry> {
  const { entries } = await checkpoints.manifest(id);
  return entries.find(({ path }) => path === "a.txt") as FileEntry;
}

function setTime(path: string, { mtimeNs }: TreeEntry): void {
  utimesSync(path, toTimestamp(mtimeNs), toTimestamp(mtimeNs));
}
