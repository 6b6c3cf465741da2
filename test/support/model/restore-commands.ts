import fc from "fast-check";
import { expect } from "vitest";
import type { CheckpointId } from "../../../src/index.js";
import { anyPath, command, nothing, pathIn, whichCheckpoint, whichPath } from "./model-command.js";
import { restoreInModel } from "./model-restore.js";
import { attempt, checkpointOf, type Model, type ModelCheckpoint, type Real } from "./model-store.js";
import { capturedOf } from "./model-tree.js";

interface Options {
  paths: string[];
  keepAdded: boolean;
}

/** Everything, or single paths: some that the checkpoint or the directory has, and one that perhaps neither has. */
const requests = fc.record({
  which: whichCheckpoint,
  picks: fc.oneof({ weight: 2, arbitrary: fc.constant<number[]>([]) }, fc.array(whichPath, { minLength: 1, maxLength: 2 })),
  other: fc.option(anyPath, { freq: 8 }),
  keepAdded: fc.boolean(),
});
type Request = typeof requests extends fc.Arbitrary<infer Value> ? Value : never;

export const restoreCommands = [
  command("restore", requests, (request) => async (model, real) => {
    const target = model.pick(request.which);
    if (target !== undefined) await restore(model, real, target, optionsOf(model, target, request));
  }),
  command("undo", nothing, () => async (model, real) => {
    const target = model.newestBackup();
    if (target !== undefined) return restore(model, real, target, { paths: [], keepAdded: false });
    expect(await attempt(real.checkpoints.undo())).toBe("NOTHING_TO_UNDO");
    model.noteWrite();
  }),
  command("dryRun", requests, (request) => async (model, real) => {
    const target = model.pick(request.which);
    if (target === undefined) return;
    const options = optionsOf(model, target, request);
    const expected = expectRestore(model, target, options);
    const planned = await attempt(real.checkpoints.planRestore(target.id, options), ({ operations }) =>
      operations.length === 0 ? "nothing" : "something",
    );
    // A dry run reads no stored file.
    if ("code" in expected) expect(planned).toBe(expected.code === "DAMAGED" ? "something" : expected.code);
    else expect(planned).toBe(expected.isNothing ? "nothing" : "something");
  }),
];

function optionsOf({ live }: Model, { tree }: ModelCheckpoint, { picks, other, keepAdded }: Request): Options {
  if (picks.length === 0) return { paths: [], keepAdded };
  const candidates = new Map([...live.tree, ...tree]);
  const chosen = picks.flatMap((which) => pathIn(candidates, which) ?? []);
  const more = other ?? (chosen.length === 0 ? "a" : null);
  return { paths: more === null ? chosen : [...chosen, more], keepAdded };
}

async function restore(model: Model, real: Real, target: ModelCheckpoint, options: Options): Promise<void> {
  const expected = expectRestore(model, target, options);
  const before = capturedOf(model.live.tree);
  let backupId: CheckpointId | null = null;
  const outcome = await attempt(real.checkpoints.restore(target.id, options), ({ backup }) => {
    backupId = backup?.id ?? null;
    return backup === null ? "nothing" : "restored";
  });
  model.noteWrite();
  if ("code" in expected) {
    expect(outcome).toBe(expected.code);
    return;
  }
  expect(outcome).toBe(expected.isNothing ? "nothing" : "restored");
  if (backupId === null) return;
  model.live.replaceTree(expected.tree);
  target.rollbackCount += 1;
  model.checkpoints.push({ ...checkpointOf(model, { id: backupId, type: "backup", stepNumber: null, tags: [] }), tree: before });
}

function expectRestore(model: Model, target: ModelCheckpoint, options: Options) {
  if (!target.hasManifest) return { code: "MANIFEST_UNUSABLE" } as const;
  const expected = restoreInModel(target.tree, model.live.tree, { ...options, nowUs: BigInt(model.nowMs) * 1000n });
  if ("code" in expected) return expected;
  return expected.takenFiles.some((path) => target.damaged.has(path)) ? ({ code: "DAMAGED" } as const) : expected;
}
