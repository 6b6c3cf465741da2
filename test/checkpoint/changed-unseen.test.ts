import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SnapshotWriter } from "../../src/checkpoint/snapshot-writer.js";
import { encodeManifest, ManifestLines, type FileEntry, type Manifest, type Sha256, type TreeEntry } from "../../src/formats/index.js";
import { scanTree, makeIgnoreRules } from "../../src/tree/index.js";
import { fullManifest } from "../formats/made-up.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { forgeManifest } from "./forge-manifest.js";

const SECOND_NS = 1_000_000_000n;

function storedText({ storedPath }: { storedPath: string }, path: string): string {
  return readFileSync(join(storedPath, path), "utf8");
}

/** Says in the newest manifest that the file at a path looked just as it does now, and when the scan of that time started. */
function pretendSeen(change: TempChange, id: string, path: string, scanStartedNs: bigint): void {
  const { ino, mtimeNs, ctimeNs } = lstatSync(join(change.directory, path), { bigint: true });
  forgeManifest(join(change.directory, ".checkpoints"), id as Manifest["checkpoint"]["id"], (manifest) => ({
    ...manifest,
    scanStartedNs,
    entries: manifest.entries.map((entry) => (entry.path === path ? { ...entry, ino, mtimeNs, ctimeNs } : entry)),
  }));
}

describe("an edit that a look at the file hardly shows", () => {
  test("of the same size, with the time put back, right after a checkpoint: the change time tells", async () => {
    const { directory, checkpoints } = await tempChange({ "a.txt": "one" });
    await checkpoints.create();
    const path = join(directory, "a.txt");
    const { atime, mtime } = lstatSync(path);
    writeFileSync(path, "two");
    utimesSync(path, atime, mtime);
    expect(storedText(await checkpoints.create(), "a.txt")).toBe("two");
  });

  test("of the same size within one tick of the clock, so that nothing tells: a young file is read again", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    writeFileSync(join(change.directory, "a.txt"), "two");
    const { ctimeNs } = lstatSync(join(change.directory, "a.txt"), { bigint: true });
    pretendSeen(change, id, "a.txt", ctimeNs + SECOND_NS);
    expect(storedText(await change.checkpoints.create(), "a.txt")).toBe("two");
  });

  test("when nothing tells and the file was old by then, its stored file is shared unread", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const first = await change.checkpoints.create();
    writeFileSync(join(change.directory, "a.txt"), "two");
    const { ctimeNs } = lstatSync(join(change.directory, "a.txt"), { bigint: true });
    pretendSeen(change, first.id, "a.txt", ctimeNs + 3n * SECOND_NS);
    expect(storedText(await change.checkpoints.create(), "a.txt")).toBe("one");
  });

  test.each<[string, (path: string) => void]>([
    ["a folder", (path) => mkdirSync(path)],
    ["a symlink", (path) => symlinkSync("nowhere", path)],
    ["of another size", (path) => writeFileSync(path, "longer")],
    ["edited, if only by the time", (path) => (writeFileSync(path, "two"), utimesSync(path, 1, Date.now() / 1000 + 10))],
    ["gone", () => undefined],
  ])("its stored file is not shared when a look at it tells that it is %s by now", async (_, replace) => {
    for (const path of ["a.txt", "sub/a.txt"]) {
      const change = await tempChange({ [path]: "one" });
      const first = await change.checkpoints.create();
      pretendSeen(change, first.id, path, lstatSync(join(change.directory, path), { bigint: true }).ctimeNs + 3n * SECOND_NS);
      rmSync(join(first.storedPath, path));
      replace(join(first.storedPath, path));
      const second = await change.checkpoints.create();
      expect(storedText(second, path)).toBe("one");
      expect((await change.checkpoints.verify([second.id])).isWhole).toBe(true);
    }
  });

  test("a stored file that was cut off in place is not shared when the checkpoint is older than this start of the machine", async () => {
    const change = await tempChange({ "sub/a.txt": "one" }, { now: () => new Date("2001-01-01") });
    const first = await change.checkpoints.create();
    pretendSeen(change, first.id, "sub/a.txt", lstatSync(join(change.directory, "sub/a.txt"), { bigint: true }).ctimeNs + 3n * SECOND_NS);
    chmodSync(join(first.storedPath, "sub/a.txt"), 0o600);
    truncateSync(join(first.storedPath, "sub/a.txt"));
    const second = await change.checkpoints.create();
    expect(storedText(second, "sub/a.txt")).toBe("one");
    expect((await change.checkpoints.verify([second.id])).isWhole).toBe(true);
  });

  test("a file from the future is read every time", async () => {
    const change = await tempChange({ "a.txt": "one" });
    const path = join(change.directory, "a.txt");
    utimesSync(path, 4_000_000_000, 4_000_000_000);
    const { id } = await change.checkpoints.create();
    writeFileSync(path, "two");
    utimesSync(path, 4_000_000_000, 4_000_000_000);
    pretendSeen(change, id, "a.txt", 3_000_000_000n * SECOND_NS);
    expect(storedText(await change.checkpoints.create(), "a.txt")).toBe("two");
  });
});

describe("a file counts as unchanged", () => {
  /** A look at a file, and a snapshot writer whose parent saw it in the given way, but stored nothing of it. */
  async function lookAt(differences: Partial<FileEntry>, scanAgeNs: bigint) {
    const { directory } = await tempChange({ "a.txt": "one" });
    const limits = { maxEntries: 100, maxTotalBytes: 1e9, maxFileBytes: null };
    const rules = makeIgnoreRules([]);
    const { entries } = await scanTree(directory, { rules, limits, storeIdentity: null, isWorkFolder: () => false });
    const file = entries.find((entry) => entry.type === "file") as FileEntry;
    const newestNs = file.mtimeNs > file.ctimeNs ? file.mtimeNs : file.ctimeNs;
    const seen = [entries[0] as TreeEntry, { ...file, sha256: "0".repeat(64) as Sha256, ...differences }];
    const manifest = fullManifest({ entries: seen, scanStartedNs: newestNs + scanAgeNs });
    const lines = ManifestLines.parse(encodeManifest(manifest)) as ManifestLines;
    const parent = { id: manifest.checkpoint.id, lines, snapshotPath: tempFolder(), sealedAtNs: 0n, isDurable: false };
    const writer = new SnapshotWriter({ directory, destination: tempFolder(), parent, pause: () => undefined });
    return { file, writer };
  }

  test.each<[string, Partial<FileEntry>, bigint, boolean]>([
    ["when all is as it was, two seconds or more before the scan of then", {}, 2n * SECOND_NS, true],
    ["not when it was younger than two seconds by then", {}, 2n * SECOND_NS - 1n, false],
    ["not when it was younger than the scan of then", {}, -SECOND_NS, false],
    ["not with another size", { size: 4 }, 10n * SECOND_NS, false],
    ["not with another mode", { mode: 0o600 }, 10n * SECOND_NS, false],
    ["not with another modification time, by a nanosecond", { mtimeNs: 1n }, 10n * SECOND_NS, false],
    ["not with another change time", { ctimeNs: 1n }, 10n * SECOND_NS, false],
    ["not with another inode", { ino: 1n }, 10n * SECOND_NS, false],
    ["not with an unknown inode", { ino: 0n }, 10n * SECOND_NS, false],
    ["not when a symlink of that look stood there", { type: "symlink", target: "b" } as never, 10n * SECOND_NS, false],
  ])("%s", async (_, differences, scanAgeNs, expected) => {
    const { file, writer } = await lookAt(differences, scanAgeNs);
    expect(writer.findUnchanged(file) !== undefined).toBe(expected);
  });

  test("and no more, once its stored file is found gone: the manifest tells of it as it is read", async () => {
    const { file, writer } = await lookAt({}, 10n * SECOND_NS);
    const sha256 = writer.findUnchanged(file) as Sha256;
    expect(writer.linkedRows.has(file.path)).toBe(true);
    expect(writer.linkUnchanged(file, sha256)).toBeUndefined();
    expect(writer.linkedRows.has(file.path)).toBe(false);
  });
});
