import {
  chmodSync,
  cpSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type * as Stepback from "../../src/index.js";
import { readLiveFiles } from "../../src/checkpoint/index.js";
import type { RelativePath, TreeEntry } from "../../src/formats/index.js";
import { stageFiles } from "../../src/restore/index.js";
import { pictureOf, tempChange, tempFolder, type TempChange } from "../support/temp-change.js";

/** So many files are worth threads. */
const MANY = 3_200;

/** The library as it is shipped: the threads' script stands beside it, and beside the sources it does not. */
const DIST = join(import.meta.dirname, "../../dist");
const { openCheckpoints } = (await import(join(DIST, "index.js"))) as typeof Stepback;

async function largeChange(): Promise<TempChange & { built: Stepback.Checkpoints }> {
  const change = await tempChange({ "a b/c": "one", link: { link: "nowhere" }, "empty/": "", closed: "mine" });
  for (let index = 0; index < MANY; index += 1) {
    if (index % 400 === 0) mkdirSync(join(change.directory, `folder-${index}`));
    writeFileSync(join(change.directory, `folder-${index - (index % 400)}`, `${index}.txt`), `${index}`);
  }
  writeFileSync(join(change.directory, "sparse"), "end");
  truncateSync(join(change.directory, "sparse"), 4 * 1024 * 1024);
  chmodSync(join(change.directory, "closed"), 0o400);
  linkSync(join(change.directory, "closed"), join(change.directory, "second-name"));
  return { ...change, built: await openCheckpoints(change.directory, { config: { durability: "none" } }) };
}

function collectReports() {
  const reports: Stepback.Progress[] = [];
  return { reports, onProgress: (progress: Stepback.Progress) => void reports.push(progress) };
}

/** All that a manifest says, but for what tells when it was looked at. */
function withoutLooks(entries: readonly TreeEntry[]) {
  return entries.map((entry) => ({ ...entry, ino: 0n, ctimeNs: 0n }));
}

describe("with so many files that threads read and copy them", () => {
  test("a checkpoint is what it is without them, restores exactly, and its damage is found", async () => {
    const change = await largeChange();
    const byThreads = await change.built.create();
    const other = await change.reopen({ storePath: join(tempFolder(), "store") });
    const alone = await other.create();
    const [one, two] = [await change.built.manifest(byThreads.id), await other.manifest(alone.id)];
    expect(withoutLooks(one.entries)).toEqual(withoutLooks(two.entries));
    expect(pictureOf(byThreads.storedPath)).toEqual(pictureOf(alone.storedPath));

    const before = change.picture();
    for (const name of Object.keys(change.files())) rmSync(join(change.directory, name));
    await change.built.restore(byThreads.id);
    expect(change.picture()).toEqual(before);

    const { reports, onProgress } = collectReports();
    expect((await change.built.verify([byThreads.id], { onProgress })).isWhole).toBe(true);
    // The first batch is reported while the others are still being read, and no file is counted twice.
    expect(reports[0]?.doneEntries).toBeLessThan(MANY);
    expect(reports.map(({ doneEntries }) => doneEntries)).toEqual(reports.map(({ doneEntries }) => doneEntries).sort((a, b) => a - b));
    expect(reports.at(-1)).toMatchObject({ activity: "verify", totalEntries: byThreads.fileCount, totalBytes: byThreads.totalBytes });
    expect(reports.at(-1)?.doneEntries).toBeLessThanOrEqual(byThreads.fileCount);
    const victim = join(byThreads.storedPath, "folder-400", "417.txt");
    chmodSync(victim, 0o600);
    writeFileSync(victim, "714");
    rmSync(join(byThreads.storedPath, "folder-800", "801.txt"));
    const [verified] = (await change.built.verify([byThreads.id])).checkpoints;
    expect(verified?.damages.map(({ path, problem }) => [path, problem])).toEqual([
      ["folder-400/417.txt", "content"],
      ["folder-800/801.txt", "missing"],
    ]);
    for (const name of Object.keys(change.files())) rmSync(join(change.directory, name));
    const emptied = change.picture();
    await expect(change.built.restore(byThreads.id)).rejects.toMatchObject({ code: "DAMAGED" });
    expect(change.picture()).toEqual(emptied);
  });

  test("an export, its import and a deletion say how far they are", async () => {
    const change = await largeChange();
    const { id } = await change.built.create();
    const archive = join(tempFolder(), "one.tar");
    for (const [activity, work] of [
      ["pack", (options: Stepback.CallOptions) => change.built.exportArchive([id], { ...options, output: archive })],
      ["unpack", (options: Stepback.CallOptions) => change.built.importArchive(archive, options)],
      ["remove", (options: Stepback.CallOptions) => change.built.delete([id], options)],
    ] as const) {
      const { reports, onProgress } = collectReports();
      await work({ onProgress });
      const own = reports.filter((one) => one.activity === activity);
      expect(own.some(({ doneEntries, totalEntries }) => doneEntries > 0 && doneEntries < (totalEntries ?? 0))).toBe(true);
      expect(own.every(({ doneEntries, totalEntries }) => doneEntries <= (totalEntries ?? 0))).toBe(true);
    }
  });

  test("whoever breaks off finds nothing begun", async () => {
    const change = await largeChange();
    await change.built.create({ notes: "the first" });
    cpSync(join(change.directory, "folder-0"), join(change.directory, "copy"), { recursive: true });
    for (let index = 0; index < MANY; index += 1) writeFileSync(join(change.directory, "copy", `new-${index}`), `new ${index}`);
    const controller = new AbortController();
    const onProgress = ({ activity, doneEntries }: Stepback.Progress): void => {
      if (activity === "capture" && doneEntries > 500) controller.abort();
    };
    await expect(change.built.create({ signal: controller.signal, onProgress })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await change.built.list()).checkpoints.map(({ notes }) => notes)).toEqual(["the first"]);
  });
});

test("files that only look as they did are compared with their stored copies and share them, unless those are damaged", async () => {
  const change = await largeChange();
  const first = await change.built.create();
  const [same, edited, moved, copied] = ["folder-0/1.txt", "folder-400/417.txt", "folder-800/801.txt", "folder-0/copy.txt"] as const;
  const pathOf = (name: string): string => join(change.directory, name);
  const { atime, mtime } = statSync(pathOf(edited));
  writeFileSync(pathOf(edited), "714");
  utimesSync(pathOf(edited), atime, mtime);
  cpSync(pathOf(moved), pathOf(copied));
  const victim = join(first.storedPath, "folder-1200", "1203.txt");
  chmodSync(victim, 0o600);
  writeFileSync(victim, "3021");
  const second = await change.built.create();
  const inodeOf = ({ storedPath }: Stepback.Checkpoint, name: string): bigint => lstatSync(join(storedPath, name), { bigint: true }).ino;
  const isShared = (name: string): boolean => inodeOf(first, name) === inodeOf(second, name);
  expect([same, moved, edited, "folder-1200/1203.txt"].map(isShared)).toEqual([true, true, false, false]);
  expect(inodeOf(second, copied)).not.toBe(inodeOf(second, moved));
  expect(readFileSync(join(second.storedPath, edited), "utf8")).toBe("714");
  expect(await change.built.verify([second.id])).toMatchObject({ isWhole: true });
});

test("threads that cannot be had are done without", async () => {
  const place = tempFolder();
  cpSync(DIST, join(place, "dist"), { recursive: true });
  cpSync(join(DIST, "../package.json"), join(place, "package.json"));
  writeFileSync(join(place, "dist/chunks/worker.cjs"), "process.exit(1);");
  const change = await largeChange();
  const crippled = await ((await import(join(place, "dist/index.js"))) as typeof Stepback).openCheckpoints(change.directory, {
    config: { durability: "none" },
  });
  const { id } = await crippled.create();
  expect((await crippled.verify()).isWhole).toBe(true);
  const before = change.picture();
  for (const name of Object.keys(change.files())) rmSync(join(change.directory, name));
  await crippled.restore(id);
  expect(change.picture()).toEqual(before);
});

describe("a thread", () => {
  test("leaves a name alone that is there already: on some file systems it is another file's", async () => {
    const [directory, destination] = [tempFolder(), tempFolder()];
    writeFileSync(join(directory, "a.txt"), "mine");
    writeFileSync(join(directory, "b.txt"), "mine too");
    writeFileSync(join(destination, "a.txt"), "another's");
    const items = (["a.txt", "b.txt", "gone"] as RelativePath[]).map((path) => ({ path, isProbablyStored: false }));
    const outcomes = await readLiveFiles({ common: { directory, destination, parentSnapshot: null }, items });
    expect(outcomes).toEqual([
      null,
      { live: expect.objectContaining({ path: "b.txt", size: 8 }), isStored: false },
      { live: "vanished", isStored: false },
    ]);
    expect(readFileSync(join(destination, "a.txt"), "utf8")).toBe("another's");
  });

  test("tells which stored files are not what they should be, and stages the others", async () => {
    const change = await tempChange({ "a.txt": "one", "b.txt": "two", "c.txt": "three" });
    const { id, storedPath } = await change.checkpoints.create();
    const entries = (await change.checkpoints.manifest(id)).entries.filter((entry) => entry.type === "file");
    rmSync(join(storedPath, "a.txt"));
    renameSync(join(storedPath, "c.txt"), join(storedPath, "a.txt"));
    const stagePath = tempFolder();
    const items = entries.map((entry, slot) => ({ slot, entry }));
    expect(await stageFiles({ common: { snapshotPath: storedPath, stagePath, keepOwner: false }, items })).toEqual([
      "damaged",
      "staged",
      "damaged",
    ]);
    expect(readFileSync(join(stagePath, "1"), "utf8")).toBe("two");
  });
});
