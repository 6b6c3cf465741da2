import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { applyJournal } from "../../src/restore/apply.js";
import { pictureOf, tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { Killed, killedBefore, prepareRestore } from "./prepared-restore.js";

/** A restore killed before one of its changes; gives false when it came to its end before that. */
async function killedRestore(change: TempChange, id: string, calls: number): Promise<boolean> {
  const context = await prepareRestore(change, id);
  onTestFinished(context.close);
  try {
    await applyJournal({ ...context, root: killedBefore(context.root, calls) });
    return false;
  } catch (error) {
    if (error instanceof Killed) return true;
    throw error;
  }
}

async function restorable() {
  const change = await tempChange({ "a.txt": "one", "gone/deep/b.txt": "one", "sub/deep/c.txt": "one", "sub/d.txt": "one" });
  const { id } = await change.checkpoints.create();
  change.edit({ "a.txt": "two", gone: null, "sub/deep/c.txt": "two", "sub/d.txt": "two", "sub/new.txt": "new", "added/deep/e.txt": "new" });
  return { change, checkpoints: change.checkpoints, id };
}

/** What people and programs do to a directory between a crash and the next command. */
const MEDDLING: [string, (change: TempChange, outside: string) => void][] = [
  ["removed", (change) => change.edit({ sub: null })],
  ["removed from within", (change) => readdirSync(join(change.directory, "sub")).forEach((name) => change.edit({ [`sub/${name}`]: null }))],
  ["replaced by a file", (change) => (change.edit({ sub: null }), change.edit({ sub: "mine" }))],
  ["replaced by an empty folder", (change) => (change.edit({ sub: null }), mkdirSync(join(change.directory, "sub")))],
  ["moved away", (change) => renameSync(join(change.directory, "sub"), join(change.directory, "elsewhere"))],
  [
    "replaced by a symlink to outside",
    (change, outside) => (change.edit({ sub: null }), symlinkSync(outside, join(change.directory, "sub"))),
  ],
];

describe("when a folder is meddled with after the crash, the next command still ends the restore", () => {
  test.each(MEDDLING)("%s", async (kind, meddle) => {
    // Every other change; what one kind of meddling leaves out the next one has.
    for (let calls = MEDDLING.findIndex(([one]) => one === kind) % 2; ; calls += 2) {
      const { change, checkpoints, id } = await restorable();
      const outside = tempFolder();
      mkdirSync(join(outside, "deep"));
      for (const name of ["deep/c.txt", "d.txt", "new.txt"]) writeFileSync(join(outside, name), "outside");
      const isKilled = await killedRestore(change, id, calls);
      meddle(change, outside);
      const outsideBefore = pictureOf(outside);

      const ended = await checkpoints.pin(id).then(
        () => "ended",
        (error: unknown) => error,
      );
      expect({ calls, ended }).toEqual({ calls, ended: "ended" });
      expect(pictureOf(outside)).toEqual(outsideBefore);
      const { "a.txt": a, "gone/deep/b.txt": b, "added/deep/e.txt": e } = change.files();
      const [{ result } = { result: "none" }] = await checkpoints.history();
      const expected = result === "rolled_back" ? ["two", undefined, "new"] : ["one", "one", undefined];
      expect({ calls, result, files: [a, b, e] }).toEqual({ calls, result, files: expected });
      expect(readdirSync(join(change.directory, ".checkpoints")).filter((name) => name.startsWith("restore-"))).toEqual([]);
      expect((await checkpoints.create()).isComplete).toBe(true);
      // Nothing that the backup holds is lost, whatever was meddled with.
      expect((await checkpoints.verify()).isWhole).toBe(true);
      if (!isKilled) break;
    }
  });
});

test("a file that was edited after its replacement came into place stays, and the rest is put back or finished", async () => {
  for (let calls = 0; ; calls += 1) {
    const { change, checkpoints, id } = await restorable();
    const isKilled = await killedRestore(change, id, calls);
    change.edit({ "sub/d.txt": "mine" });
    await checkpoints.pin(id);
    const files = change.files();
    expect({ calls, mine: files["sub/d.txt"] }).toEqual({ calls, mine: "mine" });
    expect([files["a.txt"], files["sub/deep/c.txt"]]).toEqual(files["a.txt"] === "one" ? ["one", "one"] : ["two", "two"]);
    if (!isKilled) break;
  }
});
