import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { measuredByDu, runRandomStore } from "../support/retention/random-store.js";
import { tempChange } from "../support/temp-change.js";

const seed = chooseSeed();

test("the dry run is what the real run does, in random stores: ids, reasons and the bytes that du finds free", async () => {
  const random = new SeededRandom(seed);
  for (let store = 0; store < 12; store += 1) await runRandomStore(random, `STEPBACK_CRASH_SEED=${seed} store ${store}`);
});

test("what is unique to a checkpoint is what deleting it frees; shared content counts once", async () => {
  const change = await tempChange({ "same.txt": "x".repeat(50_000), "own.txt": "1".repeat(9_000), "twice/a": "t".repeat(9_000) });
  const { checkpoints } = change;
  const first = await checkpoints.create();
  change.edit({ "own.txt": "2".repeat(20_000), "twice/b": "t".repeat(9_000) });
  const second = await checkpoints.create();
  const { checkpoints: sizes, occupiedBytes } = await checkpoints.sizes();
  expect(sizes.map(({ id, logicalBytes }) => [id, logicalBytes])).toEqual([
    [first.id, 68_000],
    [second.id, 88_000],
  ]);
  const before = measuredByDu(checkpoints.storePath);
  expect(occupiedBytes).toBe(before);
  for (const { id, uniqueBytes } of sizes.slice(0, 1)) {
    expect((await checkpoints.delete([id])).freedBytes).toBe(uniqueBytes);
    expect(before - measuredByDu(checkpoints.storePath)).toBe(uniqueBytes);
  }
  expect((await checkpoints.sizes(["latest"])).checkpoints[0]?.uniqueBytes).toBe(measuredByDu(checkpoints.storePath));
});

test("the size of the store is what du says, and status tells what a cleanup would free", async () => {
  const change = await tempChange({ "a.txt": "0".repeat(30_000) }, { config: { durability: "none", retention: { keepLast: 2 } } });
  for (const content of "1234") {
    await change.checkpoints.create();
    change.edit({ "a.txt": content.repeat(30_000) });
  }
  const { storeBytes, cleanable } = await change.checkpoints.status();
  expect(storeBytes).toBe(1024 * Number(execFileSync("du", ["-sk", change.checkpoints.storePath], { encoding: "utf8" }).split("\t")[0]));
  const { decision, freedBytes } = await change.checkpoints.clean();
  expect(cleanable).toEqual({ checkpoints: decision.expired.length, freedBytes });
  expect(decision.expired).toHaveLength(2);
});

test("--max-size removes the oldest until the rest fits", async () => {
  const change = await tempChange({ "a.txt": "0" });
  for (const content of "12345") {
    change.edit({ "a.txt": content.repeat(100_000) });
    await change.checkpoints.create();
  }
  const maxBytes = 350_000;
  const { decision } = await change.checkpoints.clean({ maxBytes });
  expect(decision.kept).toHaveLength(3);
  expect(decision.keptBytes).toBe(measuredByDu(change.checkpoints.storePath));
  expect(decision.keptBytes).toBeLessThanOrEqual(maxBytes);
});
