import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCheckpointId, type CheckpointId } from "../../src/formats/index.js";
import { moveToTrash, openStore, readIndex, saveIndex } from "../../src/store/index.js";
import { tempChange } from "../support/temp-change.js";
import { requires } from "../support/requirements.js";
import { pictureBelow } from "./copied-store.js";
import { giveAway, runAsOtherUser } from "./other-user.js";

/** Two checkpoints that share `same.txt`. */
async function twoCheckpoints() {
  const change = await tempChange({ "same.txt": "shared by both", "a.txt": "one" });
  const first = await change.checkpoints.create();
  change.edit({ "a.txt": "two" });
  const second = await change.checkpoints.create();
  return { change, checkpoints: change.checkpoints, storePath: change.checkpoints.storePath, first, second };
}

describe("a deleted checkpoint", () => {
  test("is gone from the index, the folder and the manifests, and nothing is left in flight", async () => {
    const { checkpoints, storePath, first, second } = await twoCheckpoints();
    const { deleted } = await checkpoints.delete([first.id]);
    expect(deleted).toMatchObject([{ id: first.id }]);
    expect((await checkpoints.list()).checkpoints).toMatchObject([{ id: second.id }]);
    expect(readdirSync(storePath).sort()).toEqual([".gitignore", second.id, "manifests", "state.json", "state.json.previous"]);
    expect(readdirSync(join(storePath, "manifests"))).toEqual([`${second.id}.json`]);
  });

  test("takes nothing from one that shares its content, and frees only what was its own", async () => {
    const { checkpoints, first, second } = await twoCheckpoints();
    expect(statSync(join(first.storedPath, "same.txt")).ino).toBe(statSync(join(second.storedPath, "same.txt")).ino);
    const manifestPath = join(checkpoints.storePath, "manifests", `${first.id}.json`);
    const own = [first.storedPath, join(first.storedPath, "a.txt"), manifestPath].map((path) => statSync(path).blocks * 512);
    const { freedBytes } = await checkpoints.delete([first.id]);
    expect(freedBytes).toBe(own.reduce((sum, bytes) => sum + bytes));
    expect(readFileSync(join(second.storedPath, "same.txt"), "utf8")).toBe("shared by both");
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
  });

  test("gives its id and sequence to nobody", async () => {
    const now = (): Date => new Date("2026-01-31T12:00:00Z");
    const { checkpoints } = await tempChange({ "a.txt": "one" }, { now });
    const { id } = await checkpoints.create();
    await checkpoints.delete([id]);
    expect(await checkpoints.create()).toMatchObject({ id: `${id}-2`, sequence: 2 });
  });
});

describe("a deletion is all or nothing", () => {
  test.each([
    ["an id that nothing answers to", "CHECKPOINT_NOT_FOUND", "no-such-checkpoint"],
    ["a pinned one", "PINNED", "latest"],
    ["an ambiguous part", "AMBIGUOUS_ID", "checkpoint-"],
  ])("with %s among the ids nothing is deleted", async (_, code, id) => {
    const { checkpoints, storePath, first, second } = await twoCheckpoints();
    await checkpoints.pin(second.id);
    const before = pictureBelow(storePath);
    await expect(checkpoints.delete([first.id, id])).rejects.toMatchObject({ code });
    expect(pictureBelow(storePath)).toEqual(before);
  });

  test("the checkpoint of a step that still runs is not deleted", async () => {
    const { change, checkpoints } = await twoCheckpoints();
    const running = checkpoints.run({ command: ["sh", "-c", "until test -e go; do sleep 0.02; done"], cwd: change.directory });
    await expect.poll(async () => (await checkpoints.status()).running.length).toBe(1);
    await expect(checkpoints.delete(["latest"])).rejects.toMatchObject({ code: "IN_USE" });
    change.edit({ go: "" });
    const { before } = await running;
    await checkpoints.delete([before?.id ?? ""]);
    expect((await checkpoints.list()).checkpoints).toHaveLength(2);
  });

  test("an id that is named twice is deleted once", async () => {
    const { checkpoints, first, second } = await twoCheckpoints();
    expect((await checkpoints.delete([first.id, first.id])).deleted).toHaveLength(1);
    expect((await checkpoints.list()).checkpoints).toMatchObject([{ id: second.id }]);
  });
});

describe("a crash in a deletion leaves no half checkpoint", () => {
  test.each<[string, (storePath: string, trash: string, id: CheckpointId) => void]>([
    ["the folder was moved", (storePath, trash, id) => renameSync(join(storePath, id), join(trash, id))],
    [
      "folder and manifest were moved",
      (storePath, trash, id) => {
        renameSync(join(storePath, id), join(trash, id));
        renameSync(join(storePath, "manifests", `${id}.json`), join(trash, `${id}.json`));
      },
    ],
  ])("when %s but the index still lists it", async (_, crash) => {
    const { checkpoints, storePath, first, second } = await twoCheckpoints();
    const trash = join(storePath, "trash-0123456789abcdef");
    mkdirSync(trash);
    crash(storePath, trash, first.id);
    expect((await checkpoints.list()).checkpoints.map(({ id }) => id)).toEqual([second.id]);
    await checkpoints.pin(second.id);
    expect(readdirSync(storePath).sort()).toEqual([".gitignore", second.id, "manifests", "state.json", "state.json.previous"]);
    expect(readdirSync(join(storePath, "manifests"))).toEqual([`${second.id}.json`]);
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
  });

  test("when the index is done and the trash is not yet empty", async () => {
    const { checkpoints, storePath, first, second } = await twoCheckpoints();
    await checkpoints.delete([first.id]);
    mkdirSync(join(storePath, "trash-0123456789abcdef", first.id), { recursive: true });
    writeFileSync(join(storePath, "trash-0123456789abcdef", first.id, "half.txt"), "half");
    expect(await checkpoints.list()).toMatchObject({ checkpoints: [{ id: second.id }], warnings: [] });
    await checkpoints.pin(second.id);
    expect(readdirSync(storePath).filter((name) => name.startsWith("trash-"))).toEqual([]);
  });
});

requires("root", "setpriv").test(
  "a folder that somebody made read-only in a snapshot holds up neither the deletion nor what comes after it",
  async () => {
    const change = await tempChange({ "sub/a.txt": "one" });
    const { id, storedPath } = await change.checkpoints.create();
    giveAway(change.directory);
    chmodSync(join(storedPath, "sub"), 0o500);
    expect(runAsOtherUser(change.directory, "delete", id)).toMatchObject({ status: 0, stderr: "" });
    expect(runAsOtherUser(change.directory, "create")).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(change.checkpoints.storePath).filter((name) => name.startsWith("trash-"))).toEqual([]);
  },
);

describe("the trash", () => {
  test("takes folder and manifest under a new private folder, and what is gone already is fine", async () => {
    const { change, first, second } = await twoCheckpoints();
    const store = openStore(change.directory);
    rmSync(second.storedPath, { recursive: true });
    const gone = parseCheckpointId("checkpoint-20200101-000000-manual");
    const { path: trash } = moveToTrash(store, [first.id, second.id, gone], "none");
    expect(readdirSync(trash).sort()).toEqual([first.id, `${first.id}.json`, `${second.id}.json`].sort());
    expect(statSync(trash).mode & 0o777).toBe(0o700);
    expect(readdirSync(store.manifestsPath)).toEqual([]);
  });
});

describe("the previous index", () => {
  test("is the one before the last write", async () => {
    const { change, storePath, first } = await twoCheckpoints();
    const before = readFileSync(join(storePath, "state.json"));
    await change.checkpoints.pin(first.id);
    expect(readFileSync(join(storePath, "state.json.previous"))).toEqual(before);
  });

  test("that is still the index itself, as a crash leaves it, is replaced without a leftover", async () => {
    const { change, storePath, first } = await twoCheckpoints();
    const store = openStore(change.directory);
    rmSync(join(storePath, "state.json.previous"));
    linkSync(join(storePath, "state.json"), join(storePath, "state.json.previous"));
    const { index } = readIndex(store);
    saveIndex(
      store,
      { ...index, checkpoints: index.checkpoints.map((record) => ({ ...record, isPinned: record.id === first.id })) },
      "none",
    );
    expect(readdirSync(storePath).filter((name) => name.includes(".tmp-"))).toEqual([]);
  });
});
