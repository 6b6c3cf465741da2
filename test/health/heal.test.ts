import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../src/index.js";
import { hashBytes } from "../../src/platform/index.js";
import { forgeManifest } from "../checkpoint/forge-manifest.js";
import { giveAway, runAsOtherUser } from "../store/other-user.js";
import { countFlushes } from "../support/counted-flushes.js";
import { requires } from "../support/requirements.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

const LARGE = Buffer.alloc(3 * 1024 * 1024, "large file ");

/** As a bad disk does it: one other byte, and no time or size that tells. */
function rot({ storedPath }: Pick<Checkpoint, "storedPath">, path: string): void {
  const full = join(storedPath, path);
  const { mode, atime, mtime } = lstatSync(full);
  const bytes = readFileSync(full);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  chmodSync(full, 0o600);
  writeFileSync(full, bytes);
  chmodSync(full, mode & 0o777);
  utimesSync(full, atime, mtime);
}

/** Makes a checkpoint whose files were old when it was taken: the next one links what looks unchanged without reading it. */
async function createOfOldFiles({ checkpoints }: TempChange): Promise<Checkpoint> {
  const checkpoint = await checkpoints.create();
  forgeManifest(checkpoints.storePath, checkpoint.id, (manifest) => ({
    ...manifest,
    scanStartedNs: manifest.scanStartedNs + 3_000_000_000n,
  }));
  return checkpoint;
}

function stored({ storedPath }: Pick<Checkpoint, "storedPath">, path: string): string {
  return readFileSync(join(storedPath, path), "utf8");
}

function inodeOf({ storedPath }: Pick<Checkpoint, "storedPath">, path: string): number {
  return statSync(join(storedPath, path)).ino;
}

test("what is healed is flushed also without durability, because later checkpoints may build on it", async () => {
  const change = await tempChange({ "a.txt": "the text" }, { config: { durability: "none" } });
  const first = await change.checkpoints.create();
  const flushes = countFlushes();
  await change.checkpoints.create();
  expect(flushes()).toBe(0);
  rot(first, "a.txt");
  await change.checkpoints.repair();
  expect(stored(first, "a.txt")).toBe("the text");
  expect(flushes()).toBe(2);
});

describe("damaged content is not shared once it is known", () => {
  test.each<[string, (change: TempChange, first: Checkpoint) => Promise<unknown>]>([
    ["verify", (change) => change.checkpoints.verify()],
    ["verify of one checkpoint", (change, { id }) => change.checkpoints.verify([id])],
    ["a repair that finds no good copy", (change) => change.checkpoints.repair()],
  ])("from %s", async (_, learn) => {
    const change = await tempChange({ "a.txt": "the text", "b.txt": "another" });
    const { checkpoints, directory } = change;
    const first = await createOfOldFiles(change);
    rot(first, "a.txt");
    const unaware = await createOfOldFiles(change);
    expect(inodeOf(unaware, "a.txt"), "nobody has read it, so it is shared").toBe(inodeOf(first, "a.txt"));
    const text = readFileSync(join(directory, "a.txt"));
    // Out of the way of a repair, which would heal with it.
    if (learn.toString().includes("repair")) {
      writeFileSync(join(directory, "a.txt"), "changed");
      await learn(change, first);
      writeFileSync(join(directory, "a.txt"), text);
    } else await learn(change, first);
    const next = await checkpoints.create();
    expect(stored(next, "a.txt")).toBe("the text");
    expect(inodeOf(next, "a.txt")).not.toBe(inodeOf(first, "a.txt"));
    expect(inodeOf(next, "b.txt")).toBe(inodeOf(first, "b.txt"));
    expect((await checkpoints.verify([next.id])).isWhole).toBe(true);
  });

  test("from a restore that was refused because of it", async () => {
    const change = await tempChange({ "a.txt": "the text", "b.txt": "another" });
    const { checkpoints } = change;
    const first = await checkpoints.create();
    rot(first, "a.txt");
    change.edit({ "a.txt": "changed" });
    await expect(checkpoints.restore(first.id)).rejects.toMatchObject({ code: "DAMAGED", exitStatus: 13 });
    expect(change.files()).toEqual({ "a.txt": "changed", "b.txt": "another" });
    expect(readdirSync(join(checkpoints.storePath, "damaged"))).toEqual([hashBytes("the text")]);
  });

  test("and a later checkpoint shares with a whole copy again", async () => {
    const change = await tempChange({ "a.txt": "the text" });
    const { checkpoints } = change;
    const first = await createOfOldFiles(change);
    rot(first, "a.txt");
    await checkpoints.verify();
    const second = await createOfOldFiles(change);
    const third = await checkpoints.create();
    expect(inodeOf(third, "a.txt")).toBe(inodeOf(second, "a.txt"));
  });
});

describe("repair heals", () => {
  test.each([
    ["small", "the text"],
    ["large", LARGE],
  ])("a %s file from another checkpoint's copy, in all that share the damaged one, and they share the healed one", async (_, content) => {
    const change = await tempChange({ "a.txt": content, "b.txt": "1" });
    const { checkpoints, directory } = change;
    const first = await checkpoints.create();
    change.edit({ "b.txt": "2" });
    const second = await checkpoints.create();
    change.edit({ "a.txt": "out of the way" });
    await checkpoints.create();
    change.edit({ "a.txt": content });
    const intact = await checkpoints.create();
    change.edit({ "a.txt": "gone from here" });
    const before = lstatSync(join(first.storedPath, "a.txt"));
    rot(first, "a.txt");
    await checkpoints.verify();
    const { healed, damaged } = await checkpoints.repair();
    expect(healed).toEqual([first, second].map(({ id }) => ({ id, path: "a.txt", from: intact.id })));
    expect(damaged).toEqual([]);
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
    expect(inodeOf(second, "a.txt")).toBe(inodeOf(first, "a.txt"));
    expect(inodeOf(intact, "a.txt")).not.toBe(inodeOf(first, "a.txt"));
    const after = lstatSync(join(first.storedPath, "a.txt"));
    expect([after.mode, after.mtimeMs, after.nlink]).toEqual([before.mode, before.mtimeMs, 2]);
    expect(existsSync(join(checkpoints.storePath, "damaged")), "nothing is known to be damaged any more").toBe(false);
    await checkpoints.restore(first.id);
    expect(readFileSync(join(directory, "a.txt")).equals(Buffer.from(content))).toBe(true);
  });

  test("a file from the directory, by copying: the live file is never linked", async () => {
    const change = await tempChange({ "a.txt": "the text" });
    const { checkpoints, directory } = change;
    const first = await checkpoints.create();
    rot(first, "a.txt");
    expect(await checkpoints.repair()).toMatchObject({ healed: [{ id: first.id, path: "a.txt", from: "directory" }], damaged: [] });
    expect(stored(first, "a.txt")).toBe("the text");
    expect(inodeOf(first, "a.txt")).not.toBe(statSync(join(directory, "a.txt")).ino);
    expect(statSync(join(directory, "a.txt")).nlink).toBe(1);
  });

  test.each<[string, (folder: string) => void]>([
    ["a missing file", (folder) => rmSync(join(folder, "specs/deep/a.txt"))],
    ["a missing folder with all that was in it", (folder) => rmSync(join(folder, "specs"), { recursive: true })],
    ["a missing symlink", (folder) => rmSync(join(folder, "link"))],
    ["a symlink that leads elsewhere", (folder) => replace(join(folder, "link"), (path) => symlinkSync("/etc", path))],
    ["a symlink in the place of a file", (folder) => replace(join(folder, "specs/deep/a.txt"), (path) => symlinkSync("/etc/passwd", path))],
    ["a symlink in the place of a folder", (folder) => replace(join(folder, "specs"), (path) => symlinkSync("/etc", path))],
    ["a file in the place of a folder", (folder) => replace(join(folder, "specs"), (path) => writeFileSync(path, "x"))],
    ["a file in the place of a symlink", (folder) => replace(join(folder, "link"), (path) => writeFileSync(path, "specs"))],
    ["an empty folder in the place of a file", (folder) => replace(join(folder, "specs/deep/a.txt"), (path) => mkdirSync(path))],
    ["a file that was cut off", (folder) => replace(join(folder, "specs/deep/a.txt"), (path) => writeFileSync(path, "th"))],
  ])("%s", async (_, spoil) => {
    const change = await tempChange({ "specs/deep/a.txt": "the text", "specs/empty/": "", link: { link: "specs" }, "other.txt": "x" });
    const { checkpoints, directory } = change;
    for (const name of ["specs/deep", "specs"]) utimesSync(join(directory, name), 1_000_000_000, 1_000_000_000);
    const { id, storedPath } = await checkpoints.create();
    const then = change.picture();
    spoil(storedPath);
    const { damaged, healed } = await checkpoints.repair();
    expect(damaged).toEqual([]);
    expect(healed.length).toBeGreaterThan(0);
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
    expect(lstatSync(join(storedPath, "specs")).mtimeMs).toBe(1_000_000_000_000);
    change.edit({ specs: null, link: null });
    await checkpoints.restore(id);
    expect(change.picture()).toEqual(then);
    expect(readlinkSync(join(directory, "link"))).toBe("specs");
  });

  requires("root", "setpriv").test("as root without taking the store away from its owner", async () => {
    const change = await tempChange({ "a.txt": "the text" });
    const { checkpoints, directory } = change;
    const first = await checkpoints.create();
    rot(first, "a.txt");
    giveAway(directory);
    await checkpoints.verify();
    expect(statSync(join(checkpoints.storePath, "damaged")).uid).toBe(statSync(checkpoints.storePath).uid);
    await checkpoints.repair();
    chownSync(join(checkpoints.storePath, "state.json"), statSync(checkpoints.storePath).uid, -1);
    const { status, stdout } = runAsOtherUser(directory, "verify");
    expect([status, stdout]).toEqual([0, expect.stringContaining('"whole": true')]);
  });
});

describe("repair leaves", () => {
  test("what has no good copy as it is, names it, and every restore of it is refused before anything is touched", async () => {
    const change = await tempChange({ "a.txt": "the text", "b.txt": "1" });
    const { checkpoints } = change;
    const first = await checkpoints.create();
    change.edit({ "b.txt": "2" });
    const second = await checkpoints.create();
    rot(first, "a.txt");
    change.edit({ "a.txt": "changed" });
    const { healed, damaged } = await checkpoints.repair();
    expect(healed).toEqual([]);
    const expected = [first.id, second.id].map((id) => ({ id, status: "damaged", damages: [{ path: "a.txt", problem: "content" }] }));
    expect(damaged).toMatchObject(expected);
    expect((await checkpoints.verify()).checkpoints).toMatchObject(expected);
    const before = change.picture();
    for (const { id } of [first, second]) {
      await expect(checkpoints.restore(id)).rejects.toMatchObject({ code: "DAMAGED", details: { paths: ["a.txt"] } });
    }
    expect(change.picture()).toEqual(before);
    expect(readdirSync(join(checkpoints.storePath, "damaged"))).toEqual([hashBytes("the text")]);
  });

  test("somebody's folder that stands in the place of a file, and a file that belongs to nothing", async () => {
    const change = await tempChange({ "a.txt": "the text" });
    const { checkpoints } = change;
    const { storedPath } = await checkpoints.create();
    replace(join(storedPath, "a.txt"), (path) => mkdirSync(path));
    writeFileSync(join(storedPath, "a.txt/mine"), "kept");
    writeFileSync(join(storedPath, "mine"), "kept too");
    expect((await checkpoints.repair()).damaged).toMatchObject([
      {
        damages: [
          { path: "a.txt", problem: "type" },
          { path: "mine", problem: "unexpected" },
        ],
      },
    ]);
    expect(readFileSync(join(storedPath, "a.txt/mine"), "utf8")).toBe("kept");
    expect(readFileSync(join(storedPath, "mine"), "utf8")).toBe("kept too");
  });
});

function replace(path: string, put: (path: string) => void): void {
  rmSync(path, { recursive: true });
  put(path);
}
