import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { BINARY } from "../end-to-end/command-line.js";
import { testWith } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

const HOUR_MS = 3_600_000;

test("a clock that is put back between checkpoints changes neither their order, nor their ids, nor which ones are kept", async () => {
  let nowMs = Date.parse("2026-10-25T01:30:00Z");
  const change = await tempChange({ "a.txt": "0" }, { now: () => new Date(nowMs) });
  const { checkpoints } = change;
  const made: string[] = [];
  // To and fro, also to the very same second.
  for (const [number, stepMs] of [0, 1_000, -HOUR_MS, 0, 500, HOUR_MS, -HOUR_MS, -HOUR_MS, 2 * HOUR_MS].entries()) {
    nowMs += stepMs;
    change.edit({ "a.txt": String(number) });
    made.push((await checkpoints.create({ step: 1 })).id);
  }
  const { checkpoints: listed } = await checkpoints.list();
  expect(listed.map(({ id }) => id)).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
  const sequences = listed.map(({ sequence }) => sequence);
  expect(sequences).toEqual([...new Set(sequences)].sort((one, other) => one - other));
  expect((await checkpoints.find("latest")).id).toBe(made.at(-1));

  nowMs -= HOUR_MS;
  const { decision } = await checkpoints.clean({ keepLast: 3 });
  expect(decision.kept.map(({ record }) => record.id)).toEqual(made.slice(-3));
  await checkpoints.restore(made.at(-3) ?? "");
  expect(change.files()).toEqual({ "a.txt": "6" });
  await checkpoints.undo();
  expect(change.files()).toEqual({ "a.txt": "8" });
  // From the future, as the clock has it now: young, and so kept.
  const { decision: byAge } = await checkpoints.clean({ olderThanDays: 0.01 });
  expect(byAge.kept.flatMap(({ record, reasons }) => (reasons.includes("young_enough") ? [record.id] : []))).toContain(made.at(-1));
  expect((await checkpoints.verify()).isWhole).toBe(true);
});

testWith(["faketime"], "the command line under a clock that runs an hour behind keeps order and ids", async () => {
  const change = await tempChange({ "a.txt": "0" });
  const made = ["+0", "-1h", "+0", "-1h", "-1h"].map((offset, number) => {
    change.edit({ "a.txt": String(number) });
    const { stdout, status } = spawnSync("faketime", ["-f", offset, process.execPath, BINARY, "--json", "create", "--step", "1"], {
      cwd: change.directory,
      encoding: "utf8",
    });
    expect(status).toBe(0);
    return (JSON.parse(stdout) as { checkpoint_id: string }).checkpoint_id;
  });
  expect(new Set(made).size).toBe(made.length);
  const { checkpoints } = await change.checkpoints.list();
  expect(checkpoints.map(({ id }) => id)).toEqual(made);
  await change.checkpoints.restore(made[2] ?? "");
  expect(change.files()).toEqual({ "a.txt": "2" });
});
