import { chmodSync, lstatSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../src/index.js";
import { forgeManifest } from "../checkpoint/forge-manifest.js";
import { tempChange } from "../support/temp-change.js";

/** What a bad disk or a careless hand does to a stored file. */
const SPOILING: [string, (path: string) => void][] = [
  ["rotten", (path) => writeSame(path, "###")],
  ["cut off", (path) => (chmodSync(path, 0o600), truncateSync(path, 1))],
  ["a symlink", (path) => (rmSync(path), symlinkSync("nowhere", path))],
  ["a folder", (path) => (rmSync(path), mkdirSync(path))],
  ["gone", (path) => rmSync(path)],
];

describe("backups", () => {
  test("undo twice is the restore again; each takes a backup, and latest is still the last one taken on purpose", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { checkpoints } = change;
    const { id } = await checkpoints.create();
    const first = change.picture();
    change.edit({ "a.txt": "two", "b.txt": "new" });
    const second = change.picture();
    await checkpoints.restore("latest");
    await checkpoints.undo();
    expect(change.picture()).toEqual(second);
    await checkpoints.undo();
    expect(change.picture()).toEqual(first);
    await checkpoints.undo();
    expect(change.picture()).toEqual(second);
    expect((await checkpoints.find("latest")).id).toBe(id);
    const { checkpoints: backups } = await checkpoints.list({ type: "backup" });
    expect(backups).toHaveLength(4);
    expect(backups[0]?.backupOf).toBe(id);
    expect(backups[1]?.backupOf).toBe(backups[0]?.id);
  });

  test("any of them can be restored by its id", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    const backups: string[] = [];
    for (const text of ["two", "three"]) {
      change.edit({ "a.txt": text });
      backups.push(((await change.checkpoints.restore(id)).backup as Checkpoint).id);
    }
    await change.checkpoints.restore(backups[0] as string);
    expect(change.files()).toEqual({ "a.txt": "two" });
    await change.checkpoints.restore(backups[1] as string);
    expect(change.files()).toEqual({ "a.txt": "three" });
  });

  test("restores are counted on their target and recorded with backup, counts and result", async () => {
    const now = new Date("2026-01-31T12:00:00Z");
    const change = await tempChange({ "a.txt": "one", "b.txt": "one" }, { now: () => now });
    const { checkpoints } = change;
    const { id } = await checkpoints.create();
    expect(await checkpoints.history()).toEqual([]);
    change.edit({ "a.txt": "two", "b.txt": null, "c.txt": "new" });
    const { backup, target } = await checkpoints.restore(id);
    expect(target).toMatchObject({ id, rollbackUsed: true, rollbackCount: 1 });
    change.edit({ "a.txt": "three" });
    await checkpoints.restore(id);
    expect(await checkpoints.find(id)).toMatchObject({ rollbackUsed: true, rollbackCount: 2 });
    const [first, second] = await checkpoints.history();
    expect(first).toEqual({
      at: now.toISOString(),
      target: id,
      backup: backup?.id,
      paths: [],
      counts: { created: 1, replaced: 1, removed: 1, retouched: 0, leftAlone: 0 },
      result: "restored",
    });
    expect(second).toMatchObject({ target: id, result: "restored" });
  });

  test.each(SPOILING)(
    "hold the live bytes though the store's older copy of them is %s, so that undo brings them back",
    async (_, spoil) => {
      const change = await tempChange({ "a.txt": "one" });
      const { id: first } = await change.checkpoints.create();
      change.edit({ "a.txt": "two" });
      const { storedPath } = await change.checkpoints.create();
      spoil(join(storedPath, "a.txt"));
      await change.checkpoints.restore(first);
      expect(change.files()).toEqual({ "a.txt": "one" });
      await change.checkpoints.undo();
      expect(change.files()).toEqual({ "a.txt": "two" });
    },
  );

  test.each(SPOILING)("hold the live bytes of a file that has long been unchanged too, though its older copy is %s", async (_, spoil) => {
    const change = await tempChange({ "a.txt": "one" });
    const { id: first } = await change.checkpoints.create();
    change.edit({ "a.txt": "two" });
    const { id, storedPath } = await change.checkpoints.create();
    // So that the file was old enough when it was captured to be taken for unchanged from then on.
    forgeManifest(join(change.directory, ".checkpoints"), id, (manifest) => ({
      ...manifest,
      scanStartedNs: manifest.scanStartedNs + 10_000_000_000n,
    }));
    spoil(join(storedPath, "a.txt"));
    await change.checkpoints.restore(first);
    expect(change.files()).toEqual({ "a.txt": "one" });
    await change.checkpoints.undo();
    expect(change.files()).toEqual({ "a.txt": "two" });
  });
});

/** Other bytes of the same size, and no time that tells. */
function writeSame(path: string, bytes: string): void {
  const { atime, mtime } = lstatSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  chmodSync(path, 0o444);
  utimesSync(path, atime, mtime);
}
