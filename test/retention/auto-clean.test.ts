import { expect, test } from "vitest";
import type { OpenOptions } from "../../src/index.js";
import { tempChange } from "../support/temp-change.js";

const withConfig = (config: OpenOptions["config"]): OpenOptions => ({ config: { durability: "none", ...config } });

test("with auto_clean each create cleans up behind itself, by the retention block and the number", async () => {
  const change = await tempChange({ "a.txt": "1" }, withConfig({ autoClean: true, retention: { keepLast: 3 } }));
  const removed = [];
  for (let number = 0; number < 5; number += 1) removed.push(...(await change.checkpoints.create()).removed);
  const left = (await change.checkpoints.list()).checkpoints;
  expect(left).toHaveLength(3);
  expect(removed).toHaveLength(2);
  const two = await change.reopen(withConfig({ autoClean: true, maxCheckpoints: 2 }));
  expect((await two.create()).removed).toEqual(left.slice(0, 2).map(({ id }) => id));
});

test("without it too many checkpoints are a warning, and nothing goes", async () => {
  const change = await tempChange({ "a.txt": "1" }, withConfig({ maxCheckpoints: 2 }));
  const warnings = [];
  for (let number = 0; number < 3; number += 1) warnings.push((await change.checkpoints.create()).warnings);
  expect(warnings).toEqual([[], [], [expect.stringContaining("too many checkpoints: 3")]]);
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(3);
});

test("what was just made stays, also when the clock says that it is older than all others", async () => {
  let now = Date.parse("2026-01-10T12:00:00Z");
  const config = { autoClean: true, retention: { keepDaily: 1 } };
  const change = await tempChange({ "a.txt": "1" }, { ...withConfig(config), now: () => new Date(now) });
  const first = await change.checkpoints.create();
  now = Date.parse("2026-01-09T12:00:00Z");
  const second = await change.checkpoints.create({ success: false });
  expect((await change.checkpoints.list()).checkpoints.map(({ id }) => id)).toEqual([first.id, second.id]);
});

test("a policy that is refused, or a store that lets nothing go, never fails the create", async () => {
  const change = await tempChange({ "a.txt": "1" }, withConfig({ autoClean: true, retention: { keepTags: [["nobody-has-it"]] } }));
  await change.checkpoints.create();
  const { warnings, id } = await change.checkpoints.create();
  expect(warnings).toEqual([expect.stringContaining("the cleanup after it failed")]);
  expect((await change.checkpoints.find("latest")).id).toBe(id);
});

test("what guarded work goes back to stays while it goes on, however many checkpoints it takes or cleans away", async () => {
  const change = await tempChange({ "a.txt": "before" }, withConfig({ autoClean: true, retention: { keepLast: 1 } }));
  const work = change.checkpoints.withCheckpoint({ type: "pre_risky_operation" }, async ({ id }) => {
    for (const text of ["one", "two"]) {
      change.edit({ "a.txt": text });
      await change.checkpoints.create();
    }
    const { kept } = (await change.checkpoints.clean({ keepLast: 1 })).decision;
    expect(kept.find(({ record }) => record.id === id)?.reasons).toContain("running_step");
    throw new Error("it went wrong");
  });
  await expect(work).rejects.toThrow("it went wrong");
  expect(change.files()).toEqual({ "a.txt": "before" });
  expect((await change.checkpoints.clean({ keepLast: 1 })).decision.expired).toHaveLength(1);
});
