import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { openCheckpoints } from "../../src/index.js";
import { testWith } from "../support/requirements.js";
import { expectRefusal, fill, mountTmpfs, readErrorDocument, runBinary, runLine, stateOf } from "./command-line.js";

const BIG = 600_000;

/** A change directory on a small file system of its own. */
function smallDisk(options: string): { root: string; directory: string; filler: string } {
  const root = mountTmpfs(options);
  const directory = join(root, "my-feature");
  mkdirSync(join(directory, "specs"), { recursive: true });
  writeFileSync(join(directory, "proposal.md"), "one");
  writeFileSync(join(directory, "specs/auth.md"), "spec");
  return { root, directory, filler: join(root, "filler") };
}

function writeBig(directory: string): void {
  writeFileSync(join(directory, "big.bin"), Buffer.alloc(BIG, "x"));
}

describe("create", () => {
  testWith(["root", "tmpfs"], "says how many bytes are missing and leaves not even an empty store", async () => {
    const { directory } = smallDisk("size=1m");
    writeBig(directory);
    const { status, err } = await runLine(directory, ["--json", "create"]);
    const { code, details } = readErrorDocument(err);
    expect({ status, code }).toEqual({ status: 17, code: "NO_SPACE" });
    expect(details).toMatchObject({ needed_bytes: expect.any(Number) as number, free_bytes: expect.any(Number) as number });
    expect(existsSync(join(directory, ".checkpoints"))).toBe(false);
    expect(runBinary(directory, ["create"])).toMatchObject({ status: 17, out: "" });
    expect(existsSync(join(directory, ".checkpoints"))).toBe(false);
  });

  testWith(["root", "tmpfs"], "leaves the checkpoints as they were when another one does not fit", async () => {
    const { directory } = smallDisk("size=1m");
    expect((await runLine(directory, ["create"])).status).toBe(0);
    writeBig(directory);
    const error = await expectRefusal(directory, ["create"], { code: "NO_SPACE", status: 17 });
    expect(error.hint).toContain("clean");
    expect((await runLine(directory, ["verify"])).status).toBe(0);
  });

  testWith(["root", "tmpfs"], "leaves no trace when somebody else fills the disk meanwhile", async () => {
    const { directory, filler } = smallDisk("size=1m");
    const checkpoints = await openCheckpoints(directory);
    await checkpoints.create();
    writeFileSync(join(directory, "proposal.md"), "two");
    const before = stateOf(directory);
    const creating = checkpoints.create({ onProgress: ({ activity }) => activity === "flush" && fill(filler) });
    await expect(creating).rejects.toMatchObject({ code: "NO_SPACE", exitStatus: 17 });
    expect(stateOf(directory)).toEqual(before);
    rmSync(filler);
    await expect(checkpoints.create()).resolves.toMatchObject({ isComplete: true });
  });

  testWith(["root", "tmpfs"], "of a first checkpoint leaves no store when somebody else fills the disk meanwhile", async () => {
    const { directory, filler } = smallDisk("size=1m");
    const checkpoints = await openCheckpoints(directory);
    const creating = checkpoints.create({ onProgress: ({ activity }) => activity === "flush" && fill(filler) });
    await expect(creating).rejects.toMatchObject({ code: "NO_SPACE", exitStatus: 17 });
    expect(existsSync(join(directory, ".checkpoints"))).toBe(false);
  });

  testWith(["root", "tmpfs"], "on a disk that is full to the last byte", async () => {
    const { directory, filler } = smallDisk("size=1m");
    fill(filler);
    const { status, err } = await runLine(directory, ["--json", "create"]);
    expect({ status, code: readErrorDocument(err).code }).toEqual({ status: 17, code: "NO_SPACE" });
    expect(existsSync(join(directory, ".checkpoints"))).toBe(false);
  });

  testWith(["root", "tmpfs"], "says how many inodes are missing and leaves not even an empty store", async () => {
    const { directory } = smallDisk("size=1m,nr_inodes=20");
    for (let number = 0; number < 8; number += 1) writeFileSync(join(directory, `${number}.txt`), "x");
    const { status, err } = await runLine(directory, ["--json", "create"]);
    const { code, details } = readErrorDocument(err);
    expect({ status, code }).toEqual({ status: 17, code: "NO_SPACE" });
    expect(details["needed_inodes"]).toBeGreaterThan(8);
    expect(existsSync(join(directory, ".checkpoints"))).toBe(false);
  });

  testWith(["root", "tmpfs"], "on a disk without a single inode", async () => {
    const { root, directory } = smallDisk("size=1m,nr_inodes=20");
    const filling = Array.from({ length: 30 }, (_, number) => () => writeFileSync(join(root, String(number)), ""));
    expect(() => filling.forEach((one) => one())).toThrow("ENOSPC");
    await expectRefusal(directory, ["create"], { code: "NO_SPACE", status: 17 });
  });

  testWith(["root", "tmpfs"], "counts the blocks that small files take, not only their bytes", async () => {
    const { directory } = smallDisk("size=1m");
    for (let number = 0; number < 140; number += 1) writeFileSync(join(directory, `${number}.txt`), "x");
    const { status, err } = await runLine(directory, ["--json", "create"]);
    const { code, details } = readErrorDocument(err);
    expect({ status, code }).toEqual({ status: 17, code: "NO_SPACE" });
    expect(details["needed_bytes"]).toBeGreaterThan(140 * 4096);
  });

  testWith(["root", "tmpfs"], "takes a sparse file that would not fit if it were full", async () => {
    const { directory } = smallDisk("size=1m");
    const sparse = openSync(join(directory, "sparse.img"), "w");
    writeSync(sparse, Buffer.from("end"), 0, 3, 4 * 1024 * 1024);
    closeSync(sparse);
    expect(await runLine(directory, ["create"])).toMatchObject({ status: 0, err: "" });
  });
});

describe("restore", () => {
  testWith(["root", "tmpfs"], "without room for its stage leaves live tree and store as they are", async () => {
    const { directory, filler } = smallDisk("size=2m");
    writeBig(directory);
    expect((await runLine(directory, ["create"])).status).toBe(0);
    rmSync(join(directory, "big.bin"));
    writeFileSync(filler, Buffer.alloc(1_000_000));
    const error = await expectRefusal(directory, ["restore", "latest", "--yes"], { code: "NO_SPACE", status: 17 });
    expect(error.details["needed_bytes"]).toBeGreaterThan(BIG);
    rmSync(filler);
    expect((await runLine(directory, ["restore", "latest", "--yes"])).status).toBe(0);
    expect(statSync(join(directory, "big.bin")).size).toBe(BIG);
  });

  testWith(["root", "tmpfs"], "without room for its backup leaves live tree and store as they are", async () => {
    const { directory, filler } = smallDisk("size=2m");
    expect((await runLine(directory, ["create"])).status).toBe(0);
    writeBig(directory);
    writeFileSync(join(directory, "proposal.md"), "two");
    writeFileSync(filler, Buffer.alloc(1_000_000));
    await expectRefusal(directory, ["restore", "latest", "--yes"], { code: "NO_SPACE", status: 17 });
    await expectRefusal(directory, ["restore", "latest", "--yes", "--", "proposal.md"], { code: "NO_SPACE", status: 17 });
  });

  testWith(["root", "tmpfs"], "without inodes leaves live tree and store as they are", async () => {
    const { root, directory } = smallDisk("size=1m,nr_inodes=50");
    for (let number = 0; number < 8; number += 1) writeFileSync(join(directory, `${number}.txt`), "x");
    expect((await runLine(directory, ["create"])).status).toBe(0);
    for (let number = 0; number < 8; number += 1) writeFileSync(join(directory, `${number}.txt`), "y");
    for (let number = 0; number < 10; number += 1) writeFileSync(join(root, `filler-${number}`), "");
    const error = await expectRefusal(directory, ["restore", "latest", "--yes"], { code: "NO_SPACE", status: 17 });
    expect(error.details["needed_inodes"]).toBeGreaterThan(8);
  });

  testWith(["root", "tmpfs"], "that has nothing to do needs no room", async () => {
    const { directory, filler } = smallDisk("size=1m");
    expect((await runLine(directory, ["create"])).status).toBe(0);
    fill(filler);
    const before = stateOf(directory);
    expect(await runLine(directory, ["restore", "latest", "--dry-run"])).toMatchObject({ status: 0, err: "" });
    expect(stateOf(directory)).toEqual(before);
  });
});

describe("other commands", () => {
  testWith(["root", "tmpfs"], "note on a full disk changes nothing and says so", async () => {
    const { directory, filler } = smallDisk("size=1m");
    expect((await runLine(directory, ["create"])).status).toBe(0);
    fill(filler);
    await expectRefusal(directory, ["note", "latest", "x".repeat(50_000)], { code: "NO_SPACE", status: 17 });
  });

  testWith(["root", "tmpfs"], "clean is the way out when a few blocks are left", () => cleanOnFullDisk(5));

  testWith(["root", "tmpfs"], "clean without a single block left, which its lock and index need, changes nothing and says so", async () => {
    const { directory, filler } = smallDisk("size=1m");
    for (let round = 0; round < 2; round += 1) expect((await runLine(directory, ["create"])).status).toBe(0);
    fill(filler);
    await expectRefusal(directory, ["clean", "1"], { code: "NO_SPACE", status: 17 });
  });

  async function cleanOnFullDisk(blocksLeft: number): Promise<void> {
    const { directory, filler } = smallDisk("size=1m");
    writeFileSync(join(directory, "big.bin"), Buffer.alloc(250_000, "x"));
    expect((await runLine(directory, ["create"])).status).toBe(0);
    rmSync(join(directory, "big.bin"));
    expect((await runLine(directory, ["create"])).status).toBe(0);
    fill(filler);
    truncateSync(filler, statSync(filler).size - blocksLeft * 4096);
    expect(await runLine(directory, ["clean", "1"])).toMatchObject({ status: 0, err: "" });
    expect(readdirSync(join(directory, ".checkpoints")).filter((name) => name.startsWith("checkpoint-"))).toHaveLength(1);
    expect(await runLine(directory, ["create"])).toMatchObject({ status: 0, err: "" });
  }

  testWith(["root", "tmpfs"], "list, show, verify and status read a full disk", async () => {
    const { directory, filler } = smallDisk("size=1m");
    expect((await runLine(directory, ["create"])).status).toBe(0);
    fill(filler);
    for (const args of [["list"], ["show", "latest"], ["verify"], ["status"]]) {
      expect(await runLine(directory, args)).toMatchObject({ status: 0, err: "" });
    }
  });
});
