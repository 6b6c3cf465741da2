import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { makeWorkFolder, openStore, readIndex, type Store } from "../../src/store/index.js";
import { asOrdinaryUser, testWith } from "../support/requirements.js";
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { tempChange } from "../support/temp-change.js";

test("a fault in the program is not told as a store that cannot be used", async () => {
  const { directory } = await tempChange();
  const broken = { ...openStore(directory), path: undefined } as unknown as Store;
  expect(() => readIndex(broken)).toThrow(TypeError);
});

test("a work folder of which a part cannot be made is not left behind", async () => {
  const { directory, checkpoints } = await tempChange();
  await checkpoints.create();
  const store = openStore(directory);
  const names = readdirSync(store.path);
  expect(() => makeWorkFolder(store, "restore", ["stage", "x".repeat(300)])).toThrow(expect.objectContaining({ code: "STORE_UNUSABLE" }));
  expect(readdirSync(store.path)).toEqual(names);
});

testWith(["root"], "an index that only cannot be reached is not replaced by a repair", async () => {
  const { directory, checkpoints } = await tempChange({ "a.txt": "one" });
  const { id } = await checkpoints.create();
  await checkpoints.pin(id);
  const store = openStore(directory);
  chmodSync(dirname(directory), 0o755);
  for (const path of [directory, store.path, store.manifestsPath]) chownSync(path, 65_534, 65_534);
  await asOrdinaryUser(async () => {
    await expect(checkpoints.list()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
    await expect(checkpoints.repair()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  });
  expect((await checkpoints.list()).checkpoints).toMatchObject([{ id, isPinned: true }]);
});

testWith(["root"], "what a store path of several folders made goes again when the last of them cannot be made", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const base = join(dirname(change.directory), "elsewhere");
  mkdirSync(base);
  const checkpoints = await change.reopen({ storePath: join(base, "one", "x".repeat(300)) });
  await expect(checkpoints.create()).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  expect(readdirSync(base)).toEqual([]);
});
