import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { betweenCalls } from "../support/races/between-calls.js";
import { tempChange } from "../support/temp-change.js";

test("a reader never takes the very first checkpoint, which comes into place at any moment of its look, for a lost index", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const { id } = await change.checkpoints.create();
  const store = change.checkpoints.storePath;
  // As it is between the last two renames of the first create.
  const [index, written] = [join(store, "state.json"), join(store, "tmp-0123456789abcdef/state.json")];
  mkdirSync(join(store, "tmp-0123456789abcdef"));
  const found: string[][] = [];
  const look = async (at: number): Promise<number> =>
    betweenCalls(
      async () => void found.push((await change.checkpoints.list()).checkpoints.map((checkpoint) => checkpoint.id)),
      ({ number }) => {
        if (number === at) renameSync(written, index);
      },
    );
  renameSync(index, written);
  const calls = await look(0);
  for (let at = 1; at <= calls; at += 1) {
    await look(at);
    if (at < calls) renameSync(index, written);
  }
  expect(calls).toBeGreaterThan(3);
  expect(found.every((ids) => ids.length === 0 || ids[0] === id)).toBe(true);
  rmSync(join(store, "tmp-0123456789abcdef"), { recursive: true });
  expect(readdirSync(store)).toContain("state.json");
});
