import { chmodSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { betweenCalls, type Call } from "../support/races/between-calls.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

const WORK_SLOT = /restore-[0-9a-f]{16}\/(trash|stage)\/\d+$/;

/** A restore with something of everything to do. */
async function restorable() {
  const change = await tempChange({ "edited.txt": "one", "sub/file.txt": "one", "gone.txt": "one", "touched.txt": "one" });
  const { id } = await change.checkpoints.create();
  change.edit({ "edited.txt": "two", "sub/file.txt": "two", "gone.txt": null, "added/new.txt": "new" });
  chmodSync(join(change.directory, "touched.txt"), 0o640);
  return { change, id };
}

/** Restores and does something once, right before the first call for which a condition holds. */
async function restoreWhile(change: TempChange, id: string, at: (call: Call) => boolean, action: () => void): Promise<unknown> {
  let isDone = false;
  let failure: unknown;
  await betweenCalls(
    () => change.checkpoints.restore(id).catch((error: unknown) => (failure = error)),
    (call) => {
      if (isDone || !at(call)) return;
      isDone = true;
      action();
    },
  );
  expect(isDone).toBe(true);
  return failure;
}

/** Once the journal stands, the directory is changed. */
const isCommitted = ({ name, args }: Call): boolean => name === "renameSync" && WORK_SLOT.test(String(args[1]));

const isTakenOut =
  (path: string) =>
  ({ name, args }: Call): boolean =>
    name === "renameSync" && String(args[0]).endsWith(`/${path}`) && /\/trash\/\d+$/.test(String(args[1]));

function modesOf({ directory }: TempChange): Record<string, string> {
  const names = (readdirSync(directory, { recursive: true }) as string[]).filter((name) => !name.startsWith(".checkpoints"));
  return Object.fromEntries(["", ...names].map((name) => [name, (lstatSync(join(directory, name)).mode & 0o7777).toString(8)]));
}

describe("another mode, given between the plan and the work, is a conflict, and stays", () => {
  test.each([
    ["to a file that is to be replaced", "edited.txt"],
    ["to a file in a folder", "sub/file.txt"],
    ["to a file that is to be removed", "added/new.txt"],
    ["to a file of which only the mode was to change", "touched.txt"],
    ["to a folder that is to be removed", "added"],
    ["to a folder in which something changes", "sub"],
    ["to the directory itself", ""],
  ])("%s", async (_, path) => {
    const { change, id } = await restorable();
    const files = change.files();
    let modes = {};
    const failure = await restoreWhile(change, id, isCommitted, () => {
      chmodSync(join(change.directory, path), 0o751);
      modes = modesOf(change);
    });
    expect(failure).toMatchObject({ code: "CONFLICT", exitStatus: 15 });
    expect({ files: change.files(), modes: modesOf(change) }).toEqual({ files, modes });
    expect((await change.checkpoints.repair()).removedLeftovers).toEqual([]);
  });
});

type Restorable = Awaited<ReturnType<typeof restorable>>;

describe("what is changed right before it is taken out, and whose place is then taken, is set aside and named", () => {
  /** Changes a path right before it is taken out and puts something else in its place right after. */
  async function squeeze({ change, id }: Restorable, path: string, before: () => void, after: () => void): Promise<Error> {
    let isOut = false;
    let isTaken = false;
    let failure: unknown;
    await betweenCalls(
      () => change.checkpoints.restore(id).catch((error: unknown) => (failure = error)),
      (call) => {
        if (isOut && !isTaken) {
          isTaken = true;
          after();
        }
        if (isOut || !isTakenOut(path)(call)) return;
        isOut = true;
        before();
      },
    );
    expect({ isOut, isTaken }).toEqual({ isOut: true, isTaken: true });
    return failure as Error;
  }

  const keptNames = ({ directory }: TempChange): string[] =>
    (readdirSync(join(directory, ".checkpoints"), { recursive: true }) as string[]).filter((name) =>
      /^kept-[0-9a-f]{16}\/\d+\//.test(name),
    );

  test("a file", async () => {
    const { change, id } = await restorable();
    const path = join(change.directory, "edited.txt");
    const failure = await squeeze(
      { change, id },
      "edited.txt",
      () => writeFileSync(path, "changed at the last moment"),
      () => writeFileSync(path, "theirs"),
    );
    expect(failure).toMatchObject({ code: "CONFLICT", exitStatus: 15 });
    const [name = ""] = keptNames(change);
    expect(failure.message).toContain(`.checkpoints/${name}`);
    expect(readFileSync(join(change.directory, ".checkpoints", name), "utf8")).toBe("changed at the last moment");
    expect(change.files()).toMatchObject({ "edited.txt": "theirs", "sub/file.txt": "two" });
    await change.checkpoints.create();
    await change.checkpoints.repair();
    expect(keptNames(change)).toEqual([name]);
    expect((await change.checkpoints.verify()).foreign).toEqual([name.slice(0, name.indexOf("/"))]);
  });

  test("a folder that received something", async () => {
    const { change, id } = await restorable();
    const failure = await squeeze(
      { change, id },
      "added",
      () => change.edit({ "added/late.txt": "late" }),
      () => change.edit({ added: "theirs" }),
    );
    expect(failure).toMatchObject({ code: "CONFLICT", exitStatus: 15 });
    const [, name = ""] = keptNames(change);
    expect(readFileSync(join(change.directory, ".checkpoints", name), "utf8")).toBe("late");
    expect(change.files()["added"]).toBe("theirs");
  });

  test("but nothing that the backup holds", async () => {
    const { change, id } = await restorable();
    const path = join(change.directory, "edited.txt");
    const failure = await squeeze(
      { change, id },
      "edited.txt",
      () => undefined,
      () => writeFileSync(path, "theirs"),
    );
    expect(failure).toMatchObject({ code: "CONFLICT", exitStatus: 15 });
    expect(keptNames(change)).toEqual([]);
    expect(readFileSync(path, "utf8")).toBe("theirs");
  });
});

test("a file put in place, and edited when it is about to be taken back, stays", async () => {
  const { change, id } = await restorable();
  const path = join(change.directory, "gone.txt");
  let failure: unknown;
  await betweenCalls(
    () => change.checkpoints.restore(id).catch((error: unknown) => (failure = error)),
    ({ name, args }) => {
      // The place of a later file is taken, so all is put back; the file that is there by then is edited at the last moment.
      if (name === "linkSync" && String(args[1]).endsWith("/gone.txt")) change.edit({ "sub/file.txt": "theirs" });
      if (name === "renameSync" && String(args[0]).endsWith("/gone.txt")) writeFileSync(path, "mine, at the last moment");
    },
  );
  expect(failure).toMatchObject({ code: "CONFLICT" });
  expect(change.files()).toMatchObject({ "gone.txt": "mine, at the last moment", "sub/file.txt": "theirs" });
});
