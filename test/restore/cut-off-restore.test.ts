import { chmodSync, existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { applyJournal } from "../../src/restore/apply.js";
import { rollBackJournal } from "../../src/restore/roll-back.js";
import { markRollBack } from "../../src/restore/work.js";
import { runLine } from "../end-to-end/command-line.js";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { Killed, killedBefore, prepareRestore } from "./prepared-restore.js";

/** Every kind of operation in one small restore, which stands with its journal on disk and nothing applied. */
async function cutOff() {
  const change = await tempChange({
    "same.txt": "same",
    "edited.txt": "one",
    "deleted.txt": "one",
    "touched.txt": "one",
    "was-file": "file",
    "was-folder/deep/a.txt": "one",
    link: { link: "edited.txt" },
    "sub/closed/b.txt": "one",
  });
  chmodSync(join(change.directory, "sub/closed"), 0o500);
  utimesSync(join(change.directory, "sub"), 1_111_111_111, 1_111_111_111);
  const target = await change.checkpoints.create({ step: 1 });
  const restored = change.picture();
  chmodSync(join(change.directory, "sub/closed"), 0o700);
  change.edit({ "deleted.txt": null, "was-file": null, "was-folder": null, "edited.txt": "two" });
  change.edit({ "was-file/now/folder.txt": "x", "was-folder": "file", link: { link: "same.txt" }, "sub/closed/b.txt": "two" });
  change.edit({ "added/new.txt": "new", "sub/closed/added.txt": "new" });
  chmodSync(join(change.directory, "touched.txt"), 0o600);
  chmodSync(join(change.directory, "sub/closed"), 0o500);
  const edited = change.picture();
  const context = await prepareRestore(change, target.id);
  onTestFinished(context.close);
  expect(change.picture()).toEqual(edited);
  return { change, checkpoints: change.checkpoints, target, context, restored, edited };
}

function workFoldersOf({ directory }: TempChange): string[] {
  return readdirSync(join(directory, ".checkpoints")).filter((name) => /^(restore|tmp|trash)-/.test(name));
}

describe("a restore that was killed after its commit point", () => {
  test("is finished by the next command that writes, which says so", async () => {
    const { change, checkpoints, target, restored } = await cutOff();
    const { warnings } = await checkpoints.create();
    expect(warnings).toEqual([`a restore of ${target.id} that was cut off was finished`]);
    expect(change.picture()).toEqual(restored);
    expect(workFoldersOf(change)).toEqual([]);
    expect(await checkpoints.history()).toMatchObject([
      { target: target.id, result: "recovered", counts: { created: 2, replaced: 5, removed: 3, retouched: 1 } },
    ]);
    expect(await checkpoints.find(target.id)).toMatchObject({ rollbackUsed: true, rollbackCount: 1 });
  });

  test.each(["pin", "note", "delete", "clean", "restore", "undo"] as const)("is finished first by %s", async (command) => {
    const { change, restored, edited, checkpoints } = await cutOff();
    const { id } = await checkpoints.find("backup");
    const args = {
      pin: ["latest"],
      note: ["latest", "x"],
      delete: [id, "--yes"],
      clean: ["10"],
      restore: ["latest", "--yes"],
      undo: ["--yes"],
    };
    expect((await runLine(change.directory, [command, ...args[command]])).status).toBe(0);
    expect(change.picture()).toEqual(command === "undo" ? edited : restored);
    expect(workFoldersOf(change)).toEqual([]);
  });

  test("is finished by repair, whose report names it", async () => {
    const { change, checkpoints, target, restored } = await cutOff();
    expect((await checkpoints.repair()).finishedRestores).toEqual([{ target: target.id, result: "recovered" }]);
    expect(change.picture()).toEqual(restored);
    expect((await checkpoints.repair()).finishedRestores).toEqual([]);
  });

  test("is shown by status and touched by no command that only reads", async () => {
    const { change, checkpoints, target, edited } = await cutOff();
    expect((await checkpoints.status()).unfinishedRestore).toMatchObject({ target: target.id });
    for (const args of [
      ["list"],
      ["status"],
      ["verify"],
      ["show", "latest"],
      ["history"],
      ["restore", "latest", "--dry-run"],
      ["clean", "--dry-run"],
    ]) {
      expect((await runLine(change.directory, args)).status).toBe(0);
    }
    expect(change.picture()).toEqual(edited);
    expect(workFoldersOf(change)).toHaveLength(1);
  });

  test("keeps its target and its backup from being cleaned or deleted before it is finished", async () => {
    const { change, checkpoints, target } = await cutOff();
    const { decision } = await checkpoints.clean({ keepLast: 1 }, { dryRun: true });
    expect(decision.kept.map(({ record }) => record.id)).toContain(target.id);
    await checkpoints.delete([target.id]);
    expect(change.files()["edited.txt"]).toBe("one");
  });

  test("is not finished when its journal is torn: nothing is guessed, nothing is removed", async () => {
    const { change, checkpoints, context, edited } = await cutOff();
    writeFileSync(join(context.work.path, "journal.json"), `{"format_version":1,"sha256":"x"`);
    for (const act of [() => checkpoints.create(), () => checkpoints.repair(), () => checkpoints.restore("latest")]) {
      await expect(act()).rejects.toMatchObject({ code: "JOURNAL_UNUSABLE", exitStatus: 12 });
    }
    expect(change.picture()).toEqual(edited);
    expect(existsSync(context.work.stagePath)).toBe(true);
  });
});

describe("a directory that was changed after the crash", () => {
  test.each<[string, string, (change: TempChange) => void, Record<string, string | undefined>]>([
    ["a file to be replaced", "edited.txt", (change) => change.edit({ "edited.txt": "mine" }), { "edited.txt": "mine" }],
    ["a file to be removed", "added/new.txt", (change) => change.edit({ "added/new.txt": "mine" }), { "added/new.txt": "mine" }],
    ["a file to be touched", "touched.txt", (change) => change.edit({ "touched.txt": "mine" }), { "touched.txt": "mine" }],
    ["something where a file must come", "deleted.txt", (change) => change.edit({ "deleted.txt": "mine" }), { "deleted.txt": "mine" }],
    [
      "a folder where a file must come",
      "deleted.txt/mine.txt",
      (change) => change.edit({ "deleted.txt/mine.txt": "mine" }),
      { "deleted.txt/mine.txt": "mine" },
    ],
    [
      "something in a folder to be removed",
      "added/mine.txt",
      (change) => change.edit({ "added/mine.txt": "mine" }),
      { "added/mine.txt": "mine" },
    ],
    ["a symlink to be replaced", "link", (change) => change.edit({ link: { link: "mine" } }), { link: "-> mine" }],
    ["a file that went meanwhile", "edited.txt", (change) => change.edit({ "edited.txt": null }), { "edited.txt": undefined }],
  ])("%s: all is put back and the change stays", async (_, __, meddle, mine) => {
    const { change, checkpoints, target } = await cutOff();
    const before = change.files();
    meddle(change);
    const { warnings } = await checkpoints.create();
    expect(warnings).toContain(`a restore of ${target.id} that was cut off was undone, because the directory had changed since`);
    const expected = Object.fromEntries(Object.entries({ ...before, ...mine }).filter(([, text]) => text !== undefined));
    expect(change.files()).toEqual(expected);
    expect(workFoldersOf(change)).toEqual([]);
    expect(await checkpoints.history()).toMatchObject([{ result: "rolled_back" }]);
    expect(await checkpoints.find(target.id)).toMatchObject({ rollbackUsed: false, rollbackCount: 0 });
  });

  test("a file that the restore leaves alone: it goes on", async () => {
    const { change, checkpoints, restored } = await cutOff();
    change.edit({ "same.txt": "mine" });
    expect((await checkpoints.repair()).finishedRestores).toMatchObject([{ result: "recovered" }]);
    expect({ ...change.files(), "same.txt": "same" }).toEqual(filesOf(restored));
  });
});

describe("killed before any of its changes", () => {
  test("the next command finishes it, exactly", async () => {
    for (let calls = 0; ; calls += 1) {
      const { checkpoints, context, change, restored } = await cutOff();
      const isKilled = await isKilledIn(applyJournal({ ...context, root: killedBefore(context.root, calls) }));
      await checkpoints.pin("latest");
      expect({ calls, picture: change.picture() }).toEqual({ calls, picture: restored });
      expect(workFoldersOf(change)).toEqual([]);
      if (!isKilled) break;
    }
  });

  test("and again while it is finished: the one after that finishes it", async () => {
    for (const [first, second] of [
      [3, 2],
      [7, 1],
      [11, 6],
      [14, 9],
      [20, 3],
      [24, 12],
    ] as const) {
      const { checkpoints, context, change, restored } = await cutOff();
      await isKilledIn(applyJournal({ ...context, root: killedBefore(context.root, first) }));
      await isKilledIn(applyJournal({ ...context, root: killedBefore(context.root, second) }));
      await checkpoints.pin("latest");
      expect({ first, second, picture: change.picture() }).toEqual({ first, second, picture: restored });
    }
  });

  test("when it cannot go on for a change in the directory, the next command undoes it, exactly", async () => {
    for (let calls = 0; ; calls += 1) {
      const { checkpoints, context, change, edited } = await cutOff();
      const isKilled = await isKilledIn(applyJournal({ ...context, root: killedBefore(context.root, calls) }));
      if (!isKilled) break;
      // What came last in the order of work, so that all before it has to be undone.
      writeFileSync(join(change.directory, "touched.txt"), "mine");
      await checkpoints.pin("latest");
      const picture = change.picture();
      expect(picture["touched.txt"]).toMatch(/^6(00|44) .*mine$/);
      expect({ calls, ...picture, "touched.txt": "" }).toEqual({ calls, ...edited, "touched.txt": "" });
    }
  });

  test("while it is undone: the next command undoes the rest", async () => {
    for (let calls = 0; ; calls += 1) {
      const { checkpoints, context, change, edited } = await cutOff();
      await isKilledIn(applyJournal({ ...context, root: killedBefore(context.root, 20) }));
      markRollBack(context.work, "none");
      const isKilled = await isKilledIn(rollBackJournal({ ...context, root: killedBefore(context.root, calls) }));
      await checkpoints.pin("latest");
      expect({ calls, picture: change.picture() }).toEqual({ calls, picture: edited });
      expect(await checkpoints.history()).toMatchObject([{ result: "rolled_back" }]);
      if (!isKilled) break;
    }
  });
});

/** Tells whether work came to the call before which it is killed. */
async function isKilledIn(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

/** The contents alone. */
function filesOf(picture: Record<string, string>): Record<string, string> {
  const files = Object.entries(picture).filter(([path]) => path !== "." && !path.endsWith("/"));
  return Object.fromEntries(files.map(([path, text]) => [path, text.replace(/^\S+ -?\d+ /, "")]));
}
