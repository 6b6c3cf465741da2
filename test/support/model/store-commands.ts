import { lstatSync, rmSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect } from "vitest";
import { toFsPath } from "../../../src/platform/index.js";
import { ageFiles, rotByte } from "../rot/rot-scene.js";
import { command, nothing, whichCheckpoint, type Step } from "./model-command.js";
import { attempt, checkpointOf, type Model, type ModelCheckpoint, type Real } from "./model-store.js";

/** A step with one of the checkpoints that are there, if any is. */
function withOne(step: (one: ModelCheckpoint, model: Model, real: Real) => Promise<void> | void, which: number): Step {
  return (model, real) => {
    const one = model.pick(which);
    return one === undefined ? undefined : step(one, model, real);
  };
}

const requests = fc.record({
  step: fc.option(fc.nat({ max: 3 })),
  tags: fc.subarray(["one", "two"]),
  isOld: fc.constantFrom(true, true, false),
});

export const createCommand = command("create", requests, ({ step, tags, isOld }) => async (model, real) => {
  const { id } = await real.checkpoints.create({ step, tags });
  model.noteWrite();
  model.checkpoints.push(checkpointOf(model, { id, type: step === null ? "manual" : "step", stepNumber: step, tags }));
  // As if its files had been old: the next checkpoint links what looks unchanged instead of reading it.
  if (isOld) ageFiles(real.checkpoints, id);
});

/** What is done with checkpoints on purpose. */
export const keepingCommands = [
  command("pin", fc.tuple(whichCheckpoint, fc.boolean()), ([which, isPinned]) =>
    withOne(async (one, model, { checkpoints }) => {
      await (isPinned ? checkpoints.pin(one.id) : checkpoints.unpin(one.id));
      model.noteWrite();
      one.isPinned = isPinned;
    }, which),
  ),
  command("tag", fc.tuple(whichCheckpoint, fc.constantFrom("three", "four")), ([which, tag]) =>
    withOne(async (one, model, { checkpoints }) => {
      await checkpoints.tag(one.id, { add: [tag] });
      model.noteWrite();
      one.tags = [...new Set([...one.tags, tag])];
    }, which),
  ),
  command("delete", whichCheckpoint, (which) =>
    withOne(async (one, model, { checkpoints }) => {
      expect(await attempt(checkpoints.delete([one.id]))).toBe(one.isPinned ? "PINNED" : "done");
      model.noteWrite();
      if (!one.isPinned) model.checkpoints = model.checkpoints.filter((other) => other !== one);
    }, which),
  ),
  command(
    "clean",
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 40 })),
    ([keepLast, hours]) =>
      async (model, real) => {
        model.nowMs += hours * 3_600_000;
        if (model.checkpoints.length === 0) return;
        const { decision } = await real.checkpoints.clean({ keepLast });
        model.noteWrite();
        const kept = keptByClean(model, keepLast);
        expect(decision.expired.map(({ id }) => id)).toEqual(model.checkpoints.filter((one) => !kept.has(one)).map(({ id }) => id));
        model.checkpoints = model.checkpoints.filter((one) => kept.has(one));
      },
  ),
  command("repair", nothing, () => repair),
  command("reopen", nothing, () => async (_, real) => {
    real.checkpoints = await real.reopen();
  }),
  command("timePasses", fc.integer({ min: -2, max: 30 }), (hours) => (model) => {
    model.nowMs += hours * 3_600_000;
  }),
];

/** What befalls a store. */
export const mishapCommands = [
  command("folderDeletedByHand", whichCheckpoint, (which) =>
    withOne((one, model, { checkpoints }) => {
      rmSync(`${checkpoints.storePath}/${one.id}`, { recursive: true });
      model.checkpoints = model.checkpoints.filter((other) => other !== one);
      model.ghosts.add(one);
    }, which),
  ),
  command("manifestDeletedByHand", whichCheckpoint, (which) =>
    withOne((one, _, { checkpoints }) => {
      rmSync(`${checkpoints.storePath}/manifests/${one.id}.json`, { force: true });
      one.hasManifest = false;
    }, which),
  ),
  command("indexLost", fc.constantFrom("gone", "", "{", "\0".repeat(100)), (left) =>
    withOne(async ({ id }, model, real) => {
      // The index before the last write is all that is left of what was said since; this write says nothing that is compared.
      await real.checkpoints.note(id, `note ${model.nowMs}`);
      const indexPath = `${real.checkpoints.storePath}/state.json`;
      rmSync(indexPath);
      if (left !== "gone") writeFileSync(indexPath, left);
      expect(await attempt(real.checkpoints.list())).toBe("INDEX_UNUSABLE");
      await repair(model, real);
    }, 0),
  ),
  command("rot", fc.tuple(whichCheckpoint, whichCheckpoint, fc.nat({ max: 7 })), ([which, whichFile, bit]) =>
    withOne((one, model, real) => {
      const files = [...one.tree].filter(([, entry]) => entry.type === "file" && entry.content !== "");
      const [path] = files[whichFile % Math.max(files.length, 1)] ?? [];
      if (path === undefined || one.damaged.has(path) || !path.isWellFormed()) return;
      const inode = inodeAt(real, one, path);
      const storedPath = `${real.checkpoints.storePath}/${one.id}/${path}`;
      rotByte(storedPath, whichFile % statSync(storedPath).size, bit);
      for (const sharer of model.checkpoints) {
        for (const [at, { type }] of sharer.tree) if (type === "file" && inodeAt(real, sharer, at) === inode) sharer.damaged.add(at);
      }
    }, which),
  ),
];

/** Heals what has a good copy in another checkpoint, or in the directory where some checkpoint has it. */
async function repair(model: Model, real: Real): Promise<void> {
  const known = model.checkpoints.filter(({ hasManifest }) => hasManifest);
  const contentOf = ({ tree }: Pick<ModelCheckpoint, "tree">, path: string): string | undefined => {
    const entry = tree.get(path);
    return entry?.type === "file" ? entry.content : undefined;
  };
  const hasGoodCopy = (content: string | undefined): boolean =>
    known.some((one) =>
      [...one.tree.keys()].some(
        (path) => contentOf(one, path) === content && (!one.damaged.has(path) || contentOf(model.live, path) === content),
      ),
    );
  const healable = known.flatMap((one) =>
    [...one.damaged].filter((path) => hasGoodCopy(contentOf(one, path))).map((path) => ({ one, path })),
  );
  const { healed } = await real.checkpoints.repair();
  model.noteWrite();
  expect(healed.map(({ id, path }) => `${id}/${path}`).sort()).toEqual(healable.map(({ one, path }) => `${one.id}/${path}`).sort());
  for (const { one, path } of healable) one.damaged.delete(path);
}

function keptByClean({ checkpoints, nowMs }: Model, keepLast: number): Set<ModelCheckpoint> {
  const newest = checkpoints.findLast(({ type }) => type !== "backup") ?? checkpoints.at(-1);
  const isYoungBackup = ({ type, createdAtMs }: ModelCheckpoint): boolean => type === "backup" && createdAtMs > nowMs - 86_400_000;
  return new Set(
    checkpoints.filter(
      (one, position) => position >= checkpoints.length - keepLast || one.isPinned || one === newest || isYoungBackup(one),
    ),
  );
}

function inodeAt({ checkpoints }: Real, { id }: ModelCheckpoint, path: string): number | undefined {
  return lstatSync(toFsPath(`${checkpoints.storePath}/${id}/${path}`), { throwIfNoEntry: false })?.ino;
}
