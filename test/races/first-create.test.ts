import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readOwnIdentity } from "../../src/platform/index.js";
import { formatLock } from "../../src/platform/lock-record.js";
import { betweenCalls, type Call } from "../support/races/between-calls.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** Creates the first checkpoint and does something once, right before the first call for which a condition holds; gives the failure's code. */
async function createWhile(change: TempChange, at: (call: Call) => boolean, action: () => void): Promise<string | null> {
  let isDone = false;
  let code: string | null = null;
  const create = async (): Promise<void> => {
    try {
      await change.checkpoints.create();
    } catch (error) {
      code = (error as { code: string }).code;
    }
  };
  await betweenCalls(create, (call) => {
    if (isDone || !at(call)) return;
    isDone = true;
    action();
  });
  expect(isDone).toBe(true);
  return code;
}

const storeOf = ({ directory }: TempChange): string => join(directory, ".checkpoints");

/** The store of another process that has just taken the lock. */
function enterAsAnother(store: string): void {
  mkdirSync(join(store, "manifests"), { recursive: true });
  writeFileSync(join(store, ".gitignore"), "*\n");
  const lock = { owner: readOwnIdentity(), command: "stepback create", acquiredAt: new Date().toISOString(), nonce: "0123456789abcdef" };
  writeFileSync(join(store, "lock"), formatLock(lock));
}

test("a store that another process makes at the same moment is used", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const makesStore = ({ name, args }: Call): boolean => name === "mkdirSync" && args[0] === storeOf(change);
  expect(await createWhile(change, makesStore, () => mkdirSync(storeOf(change)))).toBe(null);
});

test("whoever made the store but did not get its lock leaves it to the one who did", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const looksForLock = ({ name, args }: Call): boolean => name === "openSync" && args[0] === join(storeOf(change), "lock");
  expect(await createWhile(change, looksForLock, () => enterAsAnother(storeOf(change)))).toBe("LOCKED");
  expect(readdirSync(storeOf(change)).sort()).toEqual([".gitignore", "lock", "manifests"]);
});

test("a create that fails takes its store away before it lets go of the lock, and never another's", async () => {
  const change = await tempChange({ "a.txt": "one" }, { config: { limits: { maxEntries: 1, maxTotalBytes: 1e9, maxFileBytes: null } } });
  const letsGo = ({ name, args }: Call): boolean => /^(rm|unlink)Sync$/.test(name) && args[0] === join(storeOf(change), "lock");
  let names: string[] = [];
  expect(await createWhile(change, letsGo, () => (names = readdirSync(storeOf(change))))).toBe("TREE_TOO_LARGE");
  expect(names).toEqual(["lock"]);
  expect(existsSync(storeOf(change))).toBe(false);
});

test("a store that goes while its lock is waited for is made anew", async () => {
  const change = await tempChange({ "a.txt": "one" });
  mkdirSync(storeOf(change));
  const looksForLock = ({ name, args }: Call): boolean => name === "openSync" && args[0] === join(storeOf(change), "lock");
  expect(await createWhile(change, looksForLock, () => rmSync(storeOf(change), { recursive: true }))).toBe(null);
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
});
