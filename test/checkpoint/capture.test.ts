import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { CreatedCheckpoint } from "../../src/index.js";
import { testWith } from "../support/requirements.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** The entries of a checkpoint's manifest by path. */
async function entriesOf({ checkpoints }: TempChange, { id }: CreatedCheckpoint) {
  return Object.fromEntries((await checkpoints.manifest(id)).entries.map((entry) => [entry.path, entry]));
}

function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o7777).toString(8);
}

describe("modes", () => {
  test.each([
    [0o600, "400"],
    [0o644, "444"],
    [0o755, "555"],
    [0o640, "440"],
    [0o400, "400"],
    [0o200, "400"],
    [0o000, "400"],
    [0o4755, "555"],
    [0o2775, "555"],
    [0o666, "444"],
  ])("a file of mode %i is stored as %s and recorded to the bit", async (mode, stored) => {
    const change = await tempChange({ "a.txt": "one" });
    chmodSync(join(change.directory, "a.txt"), mode);
    const created = await change.checkpoints.create();
    expect(modeOf(join(created.storedPath, "a.txt"))).toBe(stored);
    expect((await entriesOf(change, created))["a.txt"]?.mode).toBe(mode);
  });

  test("nothing in the store is open to anybody who could not read the original", async () => {
    const change = await tempChange({ "private/key": "secret", "public/a.txt": "text", "private/empty/": "" });
    chmodSync(join(change.directory, "private"), 0o700);
    chmodSync(join(change.directory, "private/key"), 0o600);
    chmodSync(join(change.directory, "private/empty"), 0o711);
    const { storedPath, id } = await change.checkpoints.create();
    const store = join(change.directory, ".checkpoints");
    expect(
      [".", "manifests", id, "private", "private/key", "private/empty", "public"].map((path) => modeOf(join(placeOf(path), path))),
    ).toEqual(["700", "700", modeOf(change.directory), "700", "400", "711", "755"]);
    for (const name of ["state.json", `manifests/${id}.json`]) expect(lstatSync(join(store, name)).mode & 0o077).toBe(0);

    function placeOf(path: string): string {
      return path === "." || path === "manifests" || path === id ? store : storedPath;
    }
  });

  test("folders that are closed to their owner are open in the store, and recorded as they are", async () => {
    const change = await tempChange({ "frozen/a.txt": "one" });
    chmodSync(join(change.directory, "frozen"), 0o555);
    const created = await change.checkpoints.create();
    expect(modeOf(join(created.storedPath, "frozen"))).toBe("755");
    expect((await entriesOf(change, created))["frozen"]?.mode).toBe(0o555);
  });

  test("the umask does not get in the way", async () => {
    const mask = process.umask(0o077);
    onTestFinished(() => void process.umask(mask));
    const change = await tempChange({ "a.txt": "one", "sub/b.txt": "two" });
    chmodSync(join(change.directory, "a.txt"), 0o644);
    chmodSync(join(change.directory, "sub"), 0o755);
    const { storedPath } = await change.checkpoints.create();
    expect([modeOf(join(storedPath, "a.txt")), modeOf(join(storedPath, "sub"))]).toEqual(["444", "755"]);
  });
});

describe("what is captured", () => {
  test("files, empty folders, symlinks that lead anywhere or nowhere, dotfiles and odd names, with their times", async () => {
    const change = await tempChange({
      "a.txt": "one",
      ".hidden/.file": "dot",
      "node_modules/x/index.js": "generated",
      "empty/nested/": "",
      dangling: { link: "nowhere" },
      absolute: { link: "/etc/hostname" },
      loop: { link: "." },
      "to-folder": { link: "empty" },
      "new\nline": "x",
      "-rf": "x",
      ["__proto__"]: "x",
    });
    utimesSync(join(change.directory, "a.txt"), 1_234_567_890.123456, 1_234_567_890.123456);
    utimesSync(join(change.directory, "empty/nested"), 1_111_111_111, 1_111_111_111);
    const created = await change.checkpoints.create();
    const entries = await entriesOf(change, created);
    expect(Object.keys(entries).sort()).toEqual(
      [
        "",
        "-rf",
        ".hidden",
        ".hidden/.file",
        "__proto__",
        "a.txt",
        "absolute",
        "dangling",
        "empty",
        "empty/nested",
        "loop",
        "new\nline",
      ].concat(["node_modules", "node_modules/x", "node_modules/x/index.js", "to-folder"]),
    );
    expect(entries["dangling"]).toMatchObject({ type: "symlink", target: "nowhere" });
    expect(entries["to-folder"]).toMatchObject({ type: "symlink", target: "empty" });
    expect(readlinkSync(join(created.storedPath, "absolute"))).toBe("/etc/hostname");
    expect(lstatSync(join(created.storedPath, "a.txt"), { bigint: true }).mtimeNs / 1000n).toBe(1_234_567_890_123_456n);
    expect(lstatSync(join(created.storedPath, "empty/nested")).mtimeMs).toBe(1_111_111_111_000);
    expect(created).toMatchObject({ fileCount: 10, isComplete: true, uncaptured: [{ path: ".checkpoints", reason: "store" }] });
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  test("names and targets in bytes that are not UTF-8", async () => {
    const change = await tempChange({});
    const folder = Buffer.from(`${change.directory}/`);
    const name = Buffer.concat([Buffer.from("latin1-"), Buffer.of(0xe9, 0xff), Buffer.from(".txt")]);
    writeFileSync(Buffer.concat([folder, name]), "bytes");
    mkdirSync(Buffer.concat([folder, Buffer.of(0x80)]));
    writeFileSync(Buffer.concat([folder, Buffer.of(0x80), Buffer.from("/inside")]), "below");
    symlinkSync(Buffer.of(0xfe), Buffer.concat([folder, Buffer.from("link")]));
    const first = await change.checkpoints.create();
    const second = await change.checkpoints.create();
    for (const { storedPath, id } of [first, second]) {
      expect(readdirSync(Buffer.from(storedPath), { encoding: "buffer" }).map((one) => one.toString("latin1"))).toEqual(
        expect.arrayContaining([name.toString("latin1"), "\x80", "link"]),
      );
      expect(readFileSync(Buffer.concat([Buffer.from(`${storedPath}/`), name]), "utf8")).toBe("bytes");
      expect(readFileSync(join(change.directory, `.checkpoints/manifests/${id}.json`), "utf8")).toContain(
        `"path_b64":"${name.toString("base64")}"`,
      );
    }
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  test("a sparse file, whose holes stay holes", async () => {
    const change = await tempChange({ "sparse.img": "start" });
    truncateSync(join(change.directory, "sparse.img"), 16 * 1024 * 1024);
    const { storedPath } = await change.checkpoints.create();
    const { size, blocks } = lstatSync(join(storedPath, "sparse.img"));
    expect(size).toBe(16 * 1024 * 1024);
    expect(blocks * 512).toBeLessThan(1024 * 1024);
  });

  test("the counts and the first hundred paths are in the record, all of them in the manifest", async () => {
    const change = await tempChange(Object.fromEntries(Array.from({ length: 120 }, (_, number) => [`${number + 1000}.txt`, "four"])));
    const created = await change.checkpoints.create();
    expect(created).toMatchObject({ fileCount: 120, totalBytes: 480 });
    expect(created.files).toHaveLength(100);
    expect(Object.keys(await entriesOf(change, created))).toHaveLength(121);
  });

  test("an empty directory", async () => {
    const { checkpoints } = await tempChange();
    expect(await checkpoints.create()).toMatchObject({ fileCount: 0, totalBytes: 0, files: [], isComplete: true });
  });

  testWith(["root"], "owner and group", async () => {
    const change = await tempChange({ "a.txt": "one" });
    execFileSync("chown", ["1234:5678", join(change.directory, "a.txt")]);
    const created = await change.checkpoints.create();
    expect((await entriesOf(change, created))["a.txt"]).toMatchObject({ uid: 1234, gid: 5678 });
  });

  testWith(["sha256sum"], "a snapshot can be checked and copied without stepback", async () => {
    const { checkpoints, directory } = await tempChange({
      "a.txt": "one",
      "sub/back\\slash": "two",
      "empty/": "",
      link: { link: "a.txt" },
    });
    const { id, storedPath } = await checkpoints.create();
    const { formatSha256Sums } = await import("../../src/index.js");
    const sums = formatSha256Sums(await checkpoints.manifest(id));
    expect(execFileSync("sha256sum", ["-c", "--strict"], { cwd: storedPath, input: sums, encoding: "utf8" })).toMatch(/OK\n.*OK\n/);
    execFileSync("diff", ["-r", "--no-dereference", "--exclude=.checkpoints", directory, storedPath]);
  });
});

describe("what is left out, and named in the manifest with its reason", () => {
  test("special files", async () => {
    const change = await tempChange({ "a.txt": "one" });
    execFileSync("mkfifo", [join(change.directory, "queue")]);
    const server = createServer().listen(join(change.directory, "talk"));
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { id, isComplete } = await change.checkpoints.create();
    expect(isComplete).toBe(true);
    expect((await change.checkpoints.manifest(id)).uncaptured).toEqual([
      { path: ".checkpoints", reason: "store", detail: "the store" },
      { path: "queue", reason: "special", detail: "fifo" },
      { path: "talk", reason: "special", detail: "socket" },
    ]);
  });

  test("git's folder or link, other stores, and all that the ignore rules name", async () => {
    const change = await tempChange({
      "a.txt": "one",
      ".git/HEAD": "ref: refs/heads/main\n",
      "module/.git": "gitdir: ../.git/modules/module\n",
      "inner/.checkpoints/state.json": "{}",
      "inner/b.txt": "two",
      "elsewhere/state.json": "{}",
      "elsewhere/manifests/": "",
      "build/out.o": "x",
      "keep/out.o": "kept by a later rule",
      "debug.log": "x",
      "from-config.tmp": "x",
      ".checkpointignore": "# a comment\nbuild/\n*.o\n!keep/*.o\n\n*.log\n",
    });
    const checkpoints = await change.reopen({ config: { durability: "none", ignore: ["*.tmp"] } });
    const { id } = await checkpoints.create();
    const { uncaptured, entries, ignoreRules } = await checkpoints.manifest(id);
    expect(Object.fromEntries(uncaptured.map(({ path, reason }) => [path, reason]))).toEqual({
      ".checkpoints": "store",
      ".git": "git",
      "module/.git": "git",
      "inner/.checkpoints": "store",
      elsewhere: "store",
      build: "ignored",
      "debug.log": "ignored",
      "from-config.tmp": "ignored",
    });
    expect(entries.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      ".checkpointignore",
      "a.txt",
      "inner/b.txt",
      "keep/out.o",
    ]);
    expect(ignoreRules).toEqual(["build/", "*.o", "!keep/*.o", "*.log", "*.tmp"]);
  });

  test("files over the limit", async () => {
    const change = await tempChange({ "small.bin": "12345", "big.bin": "123456" });
    const limits = { maxEntries: 100, maxTotalBytes: 1e9, maxFileBytes: 5 };
    const checkpoints = await change.reopen({ config: { durability: "none", limits } });
    const { id, isComplete } = await checkpoints.create();
    expect(isComplete).toBe(true);
    expect((await checkpoints.manifest(id)).uncaptured).toContainEqual({
      path: "big.bin",
      reason: "over_limit",
      detail: "6 bytes, over limits.max_file_bytes",
    });
  });
});
