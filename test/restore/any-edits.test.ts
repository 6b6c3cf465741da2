import { chmodSync, lstatSync, lutimesSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeOld } from "../checkpoint/forge-manifest.js";
import { tempChange } from "../support/temp-change.js";

/** Few names, so that files, folders and symlinks meet in the same places. */
const name = fc.constantFrom("a", "b", "c d", "-x", ".e", "ü");
const anyPath = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const seconds = fc.integer({ min: -1_000_000_000, max: 4_000_000_000 });

const edit = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("write" as const), path: anyPath, text: fc.constantFrom("", "one", "two", "x".repeat(5000)) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), path: anyPath }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("folder" as const), path: anyPath }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("link" as const), path: anyPath, target: fc.constantFrom("a", "../b", "/nowhere", "c d/a") }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("mode" as const),
      path: anyPath,
      mode: fc.constantFrom(0o600, 0o644, 0o755, 0o500, 0o000, 0o4711),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("time" as const), path: anyPath, seconds }) },
);
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

test("whatever was edited: restore brings the one state back exactly, undo the other", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 12 }), fc.array(edit, { maxLength: 12 }), fc.boolean(), async (first, second, isOld) => {
      const change = await tempChange();
      const { directory, checkpoints } = change;
      first.forEach((one) => applyEdit(directory, one));
      const { id } = await checkpoints.create();
      if (isOld) await makeOld(change);
      const then = change.picture();
      second.forEach((one) => applyEdit(directory, one));
      const now = change.picture();
      const { backup, plan } = await checkpoints.restore(id);
      expect(change.picture()).toEqual(then);
      expect(backup === null).toBe(plan.operations.length === 0);
      if (backup === null) return;
      await checkpoints.undo();
      expect(change.picture()).toEqual(now);
      expect((await checkpoints.planRestore(backup.id)).operations).toEqual([]);
      expect((await checkpoints.verify()).isWhole).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("whatever was edited: one path comes back, and nothing else changes but its folders", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { maxLength: 12 }),
      fc.array(edit, { maxLength: 12 }),
      anyPath,
      fc.boolean(),
      async (first, second, wanted, isOld) => {
        const change = await tempChange();
        const { directory, checkpoints } = change;
        first.forEach((one) => applyEdit(directory, one));
        const { id } = await checkpoints.create();
        if (isOld) await makeOld(change);
        const [then, before] = [change.files(), change.picture()];
        second.forEach((one) => applyEdit(directory, one));
        const now = change.files();
        const shown = Buffer.from(wanted).toString("latin1");
        const isKnown = Object.keys(before)
          .concat(Object.keys(change.picture()))
          .some((one) => one === shown || one === `${shown}/`);
        const [outcome] = await Promise.allSettled([checkpoints.restore(id, { paths: [wanted] })]);
        expect(outcome).toMatchObject(isKnown ? { status: "fulfilled" } : { reason: { code: "PATH_NOT_FOUND" } });
        if (!isKnown) return;
        const isWanted = (one: string): boolean => one === shown || one.startsWith(`${shown}/`);
        const restored = change.files();
        expect(pick(restored, isWanted)).toEqual(pick(then, isWanted));
        // A file that stood where a folder on the way is needed had to go.
        const isOnTheWay = (one: string): boolean => shown.startsWith(`${one}/`);
        const isElsewhere = (one: string): boolean => !isWanted(one) && !isOnTheWay(one);
        expect(pick(restored, isElsewhere)).toEqual(pick(now, isElsewhere));
      },
    ),
    { numRuns: 20 },
  );
});

function pick(files: Record<string, string>, isChosen: (path: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => isChosen(path)));
}

function applyEdit(directory: string, one: Edit): void {
  const full = join(directory, one.path);
  if (one.kind !== "remove" && one.kind !== "mode" && one.kind !== "time") makeWay(directory, one.path);
  const stats = lookAt(directory, one.path);
  if (one.kind === "mode") {
    if (stats !== undefined && !stats.isSymbolicLink()) chmodSync(full, one.mode);
    return;
  }
  if (one.kind === "time") {
    if (stats !== undefined) (stats.isSymbolicLink() ? lutimesSync : utimesSync)(full, String(one.seconds), String(one.seconds));
    return;
  }
  if (stats !== undefined) rmSync(full, { recursive: true });
  if (one.kind === "remove") return;
  if (one.kind === "write") writeFileSync(full, one.text);
  else if (one.kind === "folder") mkdirSync(full);
  else symlinkSync(one.target, full);
}

/** What stands at a path itself, reached through plain folders only. */
function lookAt(directory: string, path: string): Stats | undefined {
  const folder = dirname(path);
  if (folder !== "." && lookAt(directory, folder)?.isDirectory() !== true) return undefined;
  return lstatSync(join(directory, path), { throwIfNoEntry: false });
}

/** Makes the folders on the way, in place of whatever is no folder. */
function makeWay(directory: string, path: string): void {
  const folder = dirname(path);
  if (folder === ".") return;
  makeWay(directory, folder);
  const full = join(directory, folder);
  if (lookAt(directory, folder)?.isDirectory() === true) return;
  rmSync(full, { force: true });
  mkdirSync(full);
}
