import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Checkpoints } from "../../src/index.js";
import { pictureOf, tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { runLine } from "../end-to-end/command-line.js";

/** A restore with something of everything to do. */
async function restorable() {
  const change = await tempChange({
    "edited.txt": "one",
    "deleted.txt": "one",
    "sub/deep/file.txt": "one",
    "gone/inside.txt": "one",
    "calm.txt": "calm",
  });
  const { id } = await change.checkpoints.create({ step: 1 });
  change.edit({ "deleted.txt": null, gone: null, "edited.txt": "two", "sub/deep/file.txt": "two", "added/new.txt": "new" });
  return { change, checkpoints: change.checkpoints, id };
}

/**
 * Does something once, after the plan of a restore was made and before it is carried out: a signal that never aborts, and that a
 * restore asks on its way whether it does.
 */
function meanwhile({ directory }: TempChange, action: () => void): AbortSignal {
  const { signal } = new AbortController();
  let isDone = false;
  const look = (): boolean => {
    if (!isDone && readdirSync(join(directory, ".checkpoints")).some((name) => name.startsWith("restore-"))) {
      isDone = true;
      action();
    }
    return false;
  };
  onTestFinished(() => expect(isDone).toBe(true));
  return Object.defineProperty(signal, "aborted", { get: look });
}

async function expectConflict(checkpoints: Checkpoints, id: string, signal: AbortSignal): Promise<void> {
  const failure = await checkpoints.restore(id, { signal }).then(
    () => new Error("restored"),
    (error: unknown) => error as Error,
  );
  expect(failure).toMatchObject({ code: "CONFLICT", exitStatus: 15 });
  expect(await checkpoints.history()).toMatchObject([{ target: id, result: "rolled_back" }]);
  expect(await checkpoints.find(id)).toMatchObject({ rollbackUsed: false, rollbackCount: 0 });
  expect((await checkpoints.list({ type: "backup" })).checkpoints).toHaveLength(1);
  const { removedLeftovers, finishedRestores } = await checkpoints.repair();
  expect({ removedLeftovers, finishedRestores }).toEqual({ removedLeftovers: [], finishedRestores: [] });
}

describe("a path that changes between plan and work is a conflict: all is put back, the change stays", () => {
  test.each<[string, (change: TempChange) => void]>([
    ["a file to be replaced is edited", (change) => change.edit({ "edited.txt": "mine" })],
    ["a file to be replaced goes", (change) => change.edit({ "edited.txt": null })],
    [
      "a file to be replaced becomes a folder",
      (change) => (change.edit({ "edited.txt": null }), change.edit({ "edited.txt/mine": "mine" })),
    ],
    ["a file to be replaced becomes a symlink", (change) => change.edit({ "edited.txt": { link: "calm.txt" } })],
    ["a file to be removed is edited", (change) => change.edit({ "added/new.txt": "mine" })],
    ["a folder to be removed receives a file", (change) => change.edit({ "added/mine.txt": "mine" })],
    ["a file comes where one is to be created", (change) => change.edit({ "deleted.txt": "mine" })],
    ["a file comes where a folder is to be created", (change) => change.edit({ gone: "mine" })],
    ["a file comes into a folder that is to be created", (change) => change.edit({ "gone/inside.txt": "mine" })],
    ["the folder of a file goes", (change) => change.edit({ sub: null })],
    ["the folder of a file becomes a file", (change) => (change.edit({ sub: null }), change.edit({ sub: "mine" }))],
    [
      "the folder of a file is moved and a new one takes its place",
      ({ directory }) => swapFolder(directory, () => mkdirSync(join(directory, "sub/deep"), { recursive: true })),
    ],
  ])("%s", async (_, meddle) => {
    const { change, checkpoints, id } = await restorable();
    let expected = {};
    const signal = meanwhile(change, () => {
      meddle(change);
      expected = change.files();
    });
    await expectConflict(checkpoints, id, signal);
    expect(change.files()).toEqual(expected);
  });

  test("the command line names the path, says what to do, and exits with 15", async () => {
    const { change, id } = await restorable();
    const signal = meanwhile(change, () => change.edit({ "edited.txt": "mine" }));
    const { status, err, out } = await runLine(change.directory, ["restore", id, "--yes"], { signal });
    expect({ status, out }).toEqual({ status: 15, out: "" });
    expect(err).toMatch(/edited\.txt.*\n {2}hint: Everything was put back/);
  });

  test("when nothing changes meanwhile, it is restored, and a file that it leaves alone may change at will", async () => {
    const { change, checkpoints, id } = await restorable();
    const signal = meanwhile(change, () => change.edit({ "calm.txt": "mine", "unrelated.txt": "mine" }));
    const { backup } = await checkpoints.restore(id, { signal });
    expect(backup).not.toBeNull();
    expect(change.files()).toEqual({
      "calm.txt": "mine",
      "deleted.txt": "one",
      "edited.txt": "one",
      "gone/inside.txt": "one",
      "sub/deep/file.txt": "one",
      "unrelated.txt": "mine",
    });
  });

  test("a file that was merely touched meanwhile is no conflict", async () => {
    const { change, checkpoints, id } = await restorable();
    const signal = meanwhile(change, () => change.edit({ "edited.txt": "two" }));
    await checkpoints.restore(id, { signal });
    expect(change.files()["edited.txt"]).toBe("one");
  });
});

describe("a folder that is swapped for a symlink to outside during a restore", () => {
  test.each<[string, (directory: string, outside: string) => void]>([
    ["whose file is to be replaced", (directory, outside) => swapFolder(directory, () => symlinkSync(outside, join(directory, "sub")))],
    [
      "on the way to a file",
      (directory, outside) => (
        renameSync(join(directory, "sub/deep"), join(directory, "moved")),
        symlinkSync(join(outside, "deep"), join(directory, "sub/deep"))
      ),
    ],
    [
      "that is to be removed",
      (directory, outside) => (
        renameSync(join(directory, "added"), join(directory, "moved")),
        symlinkSync(outside, join(directory, "added"))
      ),
    ],
    ["that was to be created", (directory, outside) => symlinkSync(outside, join(directory, "gone"))],
    [
      "while its contents are the very same",
      (directory, outside) =>
        swapFolder(
          directory,
          () => (
            rmSync(outside, { recursive: true }),
            renameSync(join(directory, "sub-moved"), outside),
            symlinkSync(outside, join(directory, "sub"))
          ),
        ),
    ],
  ])("%s: nothing outside is touched", async (_, swap) => {
    const { change, checkpoints, id } = await restorable();
    const outside = join(tempFolder(), "outside");
    mkdirSync(join(outside, "deep"), { recursive: true });
    for (const name of ["deep/file.txt", "new.txt", "file.txt", "inside.txt"]) writeFileSync(join(outside, name), "outside");
    let expected = {};
    let expectedOutside = {};
    const signal = meanwhile(change, () => {
      swap(change.directory, outside);
      expected = change.files();
      expectedOutside = pictureOf(outside);
    });
    await expectConflict(checkpoints, id, signal);
    expect(pictureOf(outside)).toEqual(expectedOutside);
    expect(change.files()).toEqual(expected);
  });

  test("the change directory itself, swapped: the restore stays with the one it opened", async () => {
    const { change, checkpoints, id } = await restorable();
    const moved = `${change.directory}-moved`;
    const signal = meanwhile(change, () => {
      renameSync(change.directory, moved);
      mkdirSync(change.directory);
      writeFileSync(join(change.directory, "edited.txt"), "not ours");
    });
    await checkpoints.restore(id, { signal }).catch(() => undefined);
    expect(readFileSync(join(change.directory, "edited.txt"), "utf8")).toBe("not ours");
    expect(readdirSync(change.directory)).toEqual(["edited.txt"]);
  });
});

function swapFolder(directory: string, make: () => void): void {
  renameSync(join(directory, "sub"), join(directory, "sub-moved"));
  make();
}
