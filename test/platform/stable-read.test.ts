import {
  closeSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
  appendFileSync,
  chmodSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { copyOpenFile, hashBytes, hashFileAt, hashOpenFile, isSameState, readState } from "../../src/platform/index.js";
import { tempFolder } from "../support/temp-change.js";

const MIB = 1024 * 1024;

/** Opens a file with these contents for reading. */
function opened(contents: Uint8Array | string): { path: string; descriptor: number } {
  const path = join(tempFolder(), "file");
  writeFileSync(path, contents);
  return { path, descriptor: open(path) };
}

function open(path: string): number {
  const descriptor = openSync(path, "r");
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

/** Bytes that compress badly and differ everywhere. */
function someBytes(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, position) => (position * 7919 + (position >> 8)) % 256));
}

async function copy(
  source: { path: string; descriptor: number },
  parts: { wants?: boolean; tryClone?: boolean; mode?: number; mtimeNs?: bigint } = {},
) {
  const target = { path: join(source.path, "../copy"), mode: parts.mode ?? 0o400, mtimeNs: parts.mtimeNs ?? 0n };
  const read = await copyOpenFile(source.descriptor, readState(source.descriptor), target, {
    wants: () => parts.wants ?? true,
    pause: () => undefined,
    tryClone: parts.tryClone ?? true,
  });
  return { read, path: target.path };
}

describe("a copy", () => {
  test.each([0, 1, 131_071, 131_072, 131_073, MIB - 1, MIB, MIB + 1, 3 * MIB + 17])(
    "of %i bytes has the same bytes, and their hash",
    async (length) => {
      const bytes = someBytes(length);
      for (const tryClone of [true, false]) {
        const source = opened(bytes);
        const { read, path } = await copy(source, { tryClone });
        expect(read).toMatchObject({ sha256: hashBytes(bytes), bytes: length });
        expect(readFileSync(path).equals(bytes)).toBe(true);
      }
    },
  );

  test.each([10, 2 * MIB])("of %i bytes has its mode and time from the start, whatever the umask", async (length) => {
    const mask = process.umask(0o077);
    onTestFinished(() => void process.umask(mask));
    const { path } = await copy(opened(someBytes(length)), { mode: 0o4555, mtimeNs: 1_234_567_890_123_456_789n });
    const stats = lstatSync(path, { bigint: true });
    expect([stats.mode & 0o7777n, stats.mtimeNs / 1000n]).toEqual([0o4555n, 1_234_567_890_123_456n]);
  });

  test("of known content is not written", async () => {
    const { read, path } = await copy(opened("known"), { wants: false });
    expect(read).toMatchObject({ sha256: hashBytes("known"), bytes: 5 });
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("never overwrites, nor follows a symlink that waits at its place", async () => {
    for (const contents of [someBytes(5), someBytes(2 * MIB)]) {
      const source = opened(contents);
      writeFileSync(join(source.path, "../other"), "theirs");
      symlinkSync("other", join(source.path, "../copy"));
      await expect(copy(source)).rejects.toMatchObject({ code: "EEXIST" });
      expect(readFileSync(join(source.path, "../other"), "utf8")).toBe("theirs");
    }
  });

  test("without a target only reads", async () => {
    const source = opened(someBytes(2 * MIB));
    const options = { wants: () => true, pause: () => undefined, tryClone: true };
    const read = await copyOpenFile(source.descriptor, readState(source.descriptor), null, options);
    expect(read).toMatchObject({ sha256: hashBytes(someBytes(2 * MIB)), bytes: 2 * MIB, cloneRefused: false });
  });

  test("is not disturbed by where the descriptor stands", async () => {
    const source = opened("0123456789");
    readFileSync(source.descriptor);
    expect((await copy(source)).read.sha256).toBe(hashBytes("0123456789"));
  });
});

describe("a sparse file", () => {
  test.each<[string, [offset: number, text: string][], number]>([
    ["that is all hole", [], 5 * MIB],
    ["with data at its start", [[0, "start"]], 5 * MIB],
    ["with data at its end", [[5 * MIB, "end"]], 5 * MIB + 3],
    ["with data in its middle, across a border of what is read at once", [[2 * MIB - 2, "middle"]], 5 * MIB],
    ["just large enough to count as one", [[200_000, "x"]], 200_001],
  ])("%s comes out with the same bytes, and its holes stay holes", async (_, data, size) => {
    const path = join(tempFolder(), "file");
    const writer = openSync(path, "w");
    for (const [offset, text] of data) writeSync(writer, text, offset);
    ftruncateSync(writer, size);
    closeSync(writer);
    const { read, path: copied } = await copy({ path, descriptor: open(path) });
    expect(read).toMatchObject({ sha256: hashBytes(readFileSync(path)), bytes: size });
    expect(readFileSync(copied).equals(readFileSync(path))).toBe(true);
    expect(lstatSync(copied).blocks * 512).toBeLessThanOrEqual(lstatSync(path).blocks * 512 + 256 * 1024);
  });
});

describe("a file that changes under the reader shows", () => {
  test.each<[string, (path: string) => void]>([
    ["by being longer", (path) => appendFileSync(path, "more")],
    ["by being shorter", (path) => truncateSync(path, 1)],
    ["by other bytes of the same size", (path) => writeFileSync(path, "two")],
    ["by other bytes with the time put back", (path) => (writeFileSync(path, "two"), utimesSync(path, 1, 1))],
    ["by another mode", (path) => chmodSync(path, 0o600)],
  ])("%s", (_, change) => {
    const { path, descriptor } = opened("one");
    utimesSync(path, 1, 1);
    const before = readState(descriptor);
    expect(isSameState(before, readState(descriptor))).toBe(true);
    change(path);
    expect(isSameState(before, readState(descriptor))).toBe(false);
  });

  test("one that grew after it was looked at gives more bytes than it had, one that shrank gives less", async () => {
    for (const [length, next] of [
      [10, 20],
      [20, 10],
      [2 * MIB, 3 * MIB],
      [3 * MIB, 2 * MIB],
    ] as const) {
      const source = opened(someBytes(length));
      const stats = readState(source.descriptor);
      writeFileSync(source.path, someBytes(next));
      const target = { path: join(source.path, "../copy"), mode: 0o400, mtimeNs: 0n };
      const read = await copyOpenFile(source.descriptor, stats, target, { wants: () => true, pause: () => undefined, tryClone: false });
      expect(BigInt(read.bytes)).not.toBe(stats.size);
      expect(read.sha256).toBe(hashBytes(readFileSync(target.path)));
    }
  });
});

test("a file without an end, as one is that grows faster than it is read, is read no further than shows it", async () => {
  const endless = open("/dev/zero");
  const stats = readState(opened(someBytes(2 * MIB)).descriptor);
  const target = { path: join(tempFolder(), "copy"), mode: 0o400, mtimeNs: 0n };
  const options = { wants: () => true, pause: () => undefined, tryClone: false };
  expect((await copyOpenFile(endless, stats, target, options)).bytes).toBeGreaterThan(2 * MIB);
  expect((await hashOpenFile(endless, () => undefined, 1000)).bytes).toBeGreaterThan(1000);
});

describe("a hash", () => {
  test("of an open file starts at its start and pauses on the way", async () => {
    const { descriptor } = opened(someBytes(MIB));
    readFileSync(descriptor);
    let pauses = 0;
    const pause = async (): Promise<void> => void (pauses += 1);
    expect(await hashOpenFile(descriptor, pause)).toEqual({ sha256: hashBytes(someBytes(MIB)), bytes: MIB });
    expect(pauses).toBe(8);
  });

  test("of a path never follows a symlink at its end", async () => {
    const { path } = opened("text");
    expect((await hashFileAt(path, () => undefined)).sha256).toBe(hashBytes("text"));
    symlinkSync(path, `${path}-link`);
    await expect(hashFileAt(`${path}-link`, () => undefined)).rejects.toMatchObject({ code: "ELOOP" });
  });

  test("is the one that everybody knows", () => {
    expect(hashBytes("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
