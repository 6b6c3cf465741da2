import { lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pictureBelow } from "../store/copied-store.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** What other programs and people have put into stores, by the name that each bears. */
const FOREIGN: Record<string, (path: string) => void> = {
  "notes.txt": (path) => writeFileSync(path, "mine"),
  "session.json": (path) => writeFileSync(path, "{cut off"),
  ".hidden": (path) => writeFileSync(path, "mine"),
  "folder-of-mine": makeFolder,
  "checkpoint-before-lunch": makeFolder,
  "checkpoint-20200101-000000-step01": makeFolder,
  "tmp-mine": makeFolder,
  "trash-of-the-day": makeFolder,
  "restore-0123": makeFolder,
  // Names of ours, but not the things that we give them to.
  "tmp-0123456789abcdef": (path) => writeFileSync(path, "a file"),
  "restore-0123456789abcdef": (path) => symlinkSync("folder-of-mine", path),
  "checkpoint-20200101-000000-step02": (path) => writeFileSync(path, "a file"),
  "checkpoint-20200101-000000-step03": (path) => symlinkSync("folder-of-mine", path),
  "state.json.tmp-0123456789abcdef": makeFolder,
  "state.json.tmp-mine": (path) => writeFileSync(path, "mine"),
  dangling: (path) => symlinkSync("nowhere", path),
};

test("things that are not ours are named by verify, and left alone by everything that writes", async () => {
  const change = await storeWithForeignThings();
  const before = pictureOfForeign(change);
  expect((await change.checkpoints.verify()).foreign.toSorted()).toEqual(Object.keys(FOREIGN).toSorted());

  for (const write of writes(change)) {
    await write();
    expect(pictureOfForeign(change)).toEqual(before);
  }
  expect((await change.checkpoints.verify()).foreign.toSorted()).toEqual(Object.keys(FOREIGN).toSorted());
  expect(await change.checkpoints.verify()).toMatchObject({ isWhole: true });
});

test("a folder that looks like a checkpoint but has no manifest is a warning, and no checkpoint", async () => {
  const { checkpoints } = await storeWithForeignThings();
  expect((await checkpoints.list()).checkpoints).toHaveLength(2);
  const { warnings } = await checkpoints.create();
  expect(warnings).toEqual(["checkpoint-20200101-000000-step01 has no manifest and is not in the index; it is left alone"]);
});

test("an id whose name is taken by something foreign is not given out", async () => {
  const change = await tempChange({ "a.txt": "one" }, { now: () => new Date("2020-01-01T00:00:00Z") });
  await change.checkpoints.create();
  const taken = join(change.checkpoints.storePath, "checkpoint-20200101-000000-step07");
  writeFileSync(taken, "mine");
  expect((await change.checkpoints.create({ step: 7 })).id).toBe("checkpoint-20200101-000000-step07-2");
  expect(readFileSync(taken, "utf8")).toBe("mine");
});

test("a file that only begins like a lock is named too", async () => {
  const { checkpoints } = await storeWithForeignThings();
  writeFileSync(join(checkpoints.storePath, "lock-notes"), "mine");
  expect((await checkpoints.verify()).foreign).toContain("lock-notes");
});

async function storeWithForeignThings(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create({ step: 1 });
  change.edit({ "a.txt": "two" });
  await change.checkpoints.create({ step: 2 });
  for (const [name, put] of Object.entries(FOREIGN)) put(join(change.checkpoints.storePath, name));
  return change;
}

/** One of each kind of writing, in an order in which each has something to do. */
function writes(change: TempChange): (() => Promise<unknown>)[] {
  const { checkpoints, directory } = change;
  return [
    () => checkpoints.create({ step: 3 }),
    () => checkpoints.pin("step:2"),
    () => checkpoints.restore("step:1"),
    () => checkpoints.undo(),
    () => checkpoints.run({ command: ["true"], cwd: directory, step: 4 }),
    () => checkpoints.delete(["step:3"]),
    async () => change.edit({ "a.txt": "three" }),
    () => checkpoints.clean({ keepLast: 1 }),
    () => checkpoints.repair(),
    async () => {
      writeFileSync(join(checkpoints.storePath, "state.json"), "{");
      await checkpoints.repair();
    },
  ];
}

function pictureOfForeign({ checkpoints }: TempChange): Record<string, unknown> {
  const describe = (path: string): unknown =>
    lstatSync(path).isDirectory()
      ? pictureBelow(path, { times: true })
      : [lstatSync(path).ino, lstatSync(path).mtimeMs, lstatSync(path).size];
  return Object.fromEntries(Object.keys(FOREIGN).map((name) => [name, describe(join(checkpoints.storePath, name))]));
}

function makeFolder(path: string): void {
  mkdirSync(join(path, "sub"), { recursive: true });
  writeFileSync(join(path, "sub/mine.txt"), "mine");
}
