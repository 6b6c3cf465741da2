import { expect, test } from "vitest";
import type { CheckpointOccasion, Checkpoints } from "../../src/index.js";
import { tempChange } from "../support/temp-change.js";

const ENDED = AbortSignal.abort();

/** What takes a checkpoint by itself, and of which type. */
const ACTS: Record<CheckpointOccasion, [type: string, act: (checkpoints: Checkpoints) => Promise<unknown>]> = {
  task_complete: ["task_complete", ({ sessions }) => sessions.task("7")],
  sprint_complete: ["sprint_complete", ({ sessions }) => sessions.sprint("Sprint 3")],
  before_risky_operation: ["pre_risky_operation", ({ sessions }) => sessions.before("the migration")],
  // Where it is not wanted, watch must be given its interval, which is another matter.
  interval: ["auto", (checkpoints) => checkpoints.watch({ signal: ENDED }).catch(() => null)],
};

const OCCASIONS = Object.keys(ACTS) as CheckpointOccasion[];

/** The types of the checkpoints that all four of them made in a session. */
async function typesMade(config: { checkpointOn?: CheckpointOccasion[]; autoCheckpoint?: boolean }): Promise<string[]> {
  const change = await tempChange({ "a.txt": "one" }, { config: { durability: "none", ...config } });
  await change.checkpoints.sessions.start();
  change.edit({ "a.txt": "two" });
  // The interval first: what the others have taken leaves nothing changed.
  for (const occasion of OCCASIONS.toReversed()) await ACTS[occasion][1](change.checkpoints);
  await change.checkpoints.sessions.end();
  return (await change.checkpoints.list()).checkpoints.map(({ type }) => type);
}

test.each(OCCASIONS)("with %s alone in checkpoint_on, only that takes a checkpoint between start and end", async (occasion) => {
  expect(await typesMade({ checkpointOn: [occasion] })).toEqual(["session_start", ACTS[occasion][0], "session_end"]);
});

test("with none of them, or auto_checkpoint off, only start and end do", async () => {
  for (const config of [{ checkpointOn: [] }, { autoCheckpoint: false }])
    expect(await typesMade(config)).toEqual(["session_start", "session_end"]);
});

test("what is asked for outright is always taken", async () => {
  const change = await tempChange({ "a.txt": "one" }, { config: { durability: "none", checkpointOn: [], autoCheckpoint: false } });
  const { checkpoints } = change;
  await checkpoints.create({ type: "sprint_complete" });
  await checkpoints.run({ command: ["true"], type: "pre_risky_operation" });
  await checkpoints.withCheckpoint({ type: "pre_risky_operation" }, () => undefined);
  expect((await checkpoints.list()).checkpoints).toHaveLength(3);
});

test("an occasion without a session, or without a name, is an error and takes nothing", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "one" });
  await checkpoints.create();
  await expect(checkpoints.sessions.sprint("Sprint 3")).rejects.toMatchObject({ code: "NO_ACTIVE_SESSION" });
  await checkpoints.sessions.start();
  for (const name of ["", "a\nb"]) await expect(checkpoints.sessions.before(name)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  expect((await checkpoints.list()).checkpoints).toHaveLength(2);
});
