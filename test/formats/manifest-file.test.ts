import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeManifest,
  encodeManifest,
  formatManifestText,
  formatSha256Sums,
  MANIFEST_FORMAT_VERSION,
  type FileEntry,
  type Manifest,
  type TreeEntry,
} from "../../src/formats/index.js";
import { encodePathBytes, hashBytes, toFsPath } from "../../src/platform/index.js";
import { requires } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";
import { file, folder, fullManifest, names, symlink, trees, uncapturedPaths } from "./made-up.js";
import { schemaProblems } from "./schemas.js";

type Json = Record<string, unknown>;

const PATH = "/change/.checkpoints/manifests/checkpoint-20251020-143025-step02.json";
const COMPRESSED_FROM = 256 * 1024;

describe("a manifest that is written and read again", () => {
  test("with one of everything is the same, and as the schema says", () => {
    const bytes = encodeManifest(fullManifest());
    expect(decodeManifest(bytes, PATH)).toEqual(fullManifest());
    expect(schemaProblems("manifest", JSON.parse(bytes.toString()))).toEqual([]);
  });

  test("is the same for any tree, and written the same again", () => {
    fc.assert(
      fc.property(trees, fc.array(uncapturedPaths, { maxLength: 3 }), fc.array(fc.string()), (entries, uncaptured, ignoreRules) => {
        const manifest = fullManifest({ entries, uncaptured, ignoreRules });
        const bytes = encodeManifest(manifest);
        expect(decodeManifest(bytes, PATH)).toEqual(manifest);
        expect(encodeManifest(decodeManifest(bytes, PATH))).toEqual(bytes);
        expect(schemaProblems("manifest", JSON.parse(bytes.toString()))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("is the same with 20,000 entries, compressed", () => {
    const manifest = fullManifest({ entries: manyEntries(20_000) });
    const bytes = encodeManifest(manifest);
    expect(bytes.subarray(0, 2)).toEqual(Buffer.of(0x1f, 0x8b));
    expect(bytes.length / 20_000).toBeLessThanOrEqual(80);
    const decoded = decodeManifest(bytes, PATH);
    expect(decoded.entries).toEqual(manifest.entries);
    expect(schemaProblems("manifest", JSON.parse(gunzipSync(bytes).toString()))).toEqual([]);
  });
});

describe("the form on disk", () => {
  test.each([
    ["plain below the threshold", COMPRESSED_FROM - 1, false],
    ["compressed from the threshold on", COMPRESSED_FROM, true],
  ])("is %s", (_, size, isCompressed) => {
    const empty = Buffer.byteLength(formatManifestText(fullManifest({ ignoreRules: [""] })));
    const manifest = fullManifest({ ignoreRules: ["x".repeat(size - empty)] });
    const text = formatManifestText(manifest);
    const bytes = encodeManifest(manifest);
    expect(Buffer.byteLength(text)).toBe(size);
    expect(bytes[0] === 0x1f).toBe(isCompressed);
    expect((isCompressed ? gunzipSync(bytes) : bytes).toString()).toBe(text);
    expect(encodeManifest(manifest)).toEqual(bytes);
    expect(decodeManifest(bytes, PATH)).toEqual(manifest);
  });

  test("is read compressed or not, whatever its size", () => {
    const text = formatManifestText(fullManifest());
    expect(decodeManifest(gzipSync(text), PATH)).toEqual(decodeManifest(Buffer.from(text), PATH));
  });

  test("has a line for each file and symlink, below its folder", () => {
    const text = formatManifestText(fullManifest({ entries: [folder(""), file("a.txt"), folder("b"), symlink("b/c", "d")] }));
    expect(text.slice(text.indexOf(' "directories"'))).toMatchInlineSnapshot(`
      " "directories": [
        {"path":"","mode":"0755","mtime_ns":"1760970625123456789","uid":1000,"gid":100,"ino":"4711","ctime_ns":"1760970626000000001","files":[
         ["a.txt","0644",3,"1760970625123456789","ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",1000,100,"4711","1760970626000000001"]],"symlinks":[]},
        {"path":"b","mode":"0755","mtime_ns":"1760970625123456789","uid":1000,"gid":100,"ino":"4711","ctime_ns":"1760970626000000001","files":[],"symlinks":[
         ["c","0777","d","1760970625123456789",1000,100,"4711","1760970626000000001"]]}
       ]
      }
      "
    `);
  });

  test("holds a name, path or target that is not valid UTF-8 as the base64 of its bytes", () => {
    const text = formatManifestText(fullManifest({ entries: [folder(""), folder("\udcff"), symlink("\udcff/\udcfe", "\udcfd")] }));
    for (const byte of [0xff, 0xfe, 0xfd]) expect(text).toContain(`{"path_b64":"${Buffer.of(byte).toString("base64")}"}`);
  });
});

describe("a manifest is refused", () => {
  test.each<[string, Uint8Array]>([
    ["empty", Buffer.alloc(0)],
    ["zeros", Buffer.alloc(100)],
    ["not JSON", Buffer.from("manifest")],
    ["a list", Buffer.from("[]")],
    ["gzip of something else", gzipSync("manifest")],
    ["gzip with a wrong checksum", flipByte(gzipSync(formatManifestText(fullManifest())), -6)],
  ])("when it is %s", (_, bytes) => {
    expectUnusable(bytes);
  });

  test.each([
    ["plain", Buffer.from(formatManifestText(fullManifest()).trimEnd())],
    ["compressed", gzipSync(formatManifestText(fullManifest()))],
  ])("wherever it is cut off (%s)", (_, bytes) => {
    for (let length = 0; length < bytes.length; length += 13) expectUnusable(bytes.subarray(0, length));
    expectUnusable(bytes.subarray(0, -1));
  });

  test.each([0, -1, "1", null].map((version) => [version]))("when its format_version is %j", (version) => {
    expectUnusable(edit((json) => (json["format_version"] = version)));
  });

  test("when a later version wrote it, by an error of its own", () => {
    const bytes = edit((json) => Object.assign(json, { format_version: MANIFEST_FORMAT_VERSION + 1, directories: "whatever" }));
    expect(() => decodeManifest(bytes, PATH)).toThrow(expect.objectContaining({ code: "FORMAT_TOO_NEW", exitStatus: 12 }));
  });

  test.each<[string, (json: Json) => void]>([
    ["a scope that nobody knows", (json) => (json["scope"] = "half")],
    ["a left-out path with an unknown reason", (json) => Object.assign((json["uncaptured"] as Json[])[0] ?? {}, { reason: "mood" })],
    ["a left-out path that climbs", (json) => Object.assign((json["uncaptured"] as Json[])[0] ?? {}, { path: "a/../../b" })],
    ["a left-out path that is absolute", (json) => Object.assign((json["uncaptured"] as Json[])[0] ?? {}, { path: "/etc" })],
    ["other columns", (json) => (json["file_columns"] = (json["file_columns"] as string[]).toReversed())],
    ["a time that is no number", (json) => (json["scan_started_ns"] = "noon")],
    ["a record with a hostile id", (json) => Object.assign(json["checkpoint"] as Json, { checkpoint_id: "../../x" })],
    ["no folders at all", (json) => (json["directories"] = [])],
    ["files that are no list", (json) => (directory(json)["files"] = {})],
  ])("for %s", (_, spoil) => {
    expectUnusable(edit(spoil));
  });

  describe("for a folder", () => {
    test.each<[string, (list: Json[]) => void]>([
      ["that is not the directory itself at the start", (list) => list.shift()],
      ["that stands before its parent", (list) => list.splice(1, 0, directoryAt("late/child"), directoryAt("late"))],
      ["whose parent is missing", (list) => list.push(directoryAt("nobody/child"))],
      ["whose parent is a file", (list) => list.push(directoryAt("a.txt/child"))],
      ["whose parent is a symlink", (list) => list.push(directoryAt("link/child"))],
      ["that stands twice", (list) => list.push(directoryAt("sub"))],
      ["that is the directory itself again", (list) => list.push(directoryAt(""))],
      ["with the path of a file", (list) => list.push(directoryAt("a.txt"))],
      ["that is absolute", (list) => list.push(directoryAt("/etc"))],
      ["that climbs", (list) => list.push(directoryAt(".."))],
      ["that climbs in the middle", (list) => list.push(directoryAt("sub/../../etc"))],
      ["that climbs in base64", (list) => list.push(directoryAt({ path_b64: Buffer.from("../etc").toString("base64") }))],
      ["with an empty part", (list) => list.push(directoryAt("sub//deep"))],
      ["with a dot", (list) => list.push(directoryAt("./sub"))],
      ["with a slash at the end", (list) => list.push(directoryAt("deep/"))],
      ["with NUL in its path", (list) => list.push(directoryAt("deep\0"))],
      ["whose path is a number", (list) => list.push(directoryAt(7))],
      ["whose path is null", (list) => list.push(directoryAt(null))],
      ["whose bytes are no text", (list) => list.push(directoryAt({ path_b64: 7 }))],
      ["whose bytes come with something else", (list) => list.push(directoryAt({ path_b64: "YQ==", path: "b" }))],
      ["with a mode in decimal", (list) => Object.assign(list[1] ?? {}, { mode: "0888" })],
      ["with a mode of five digits", (list) => Object.assign(list[1] ?? {}, { mode: "10755" })],
      ["with a mode that is a number", (list) => Object.assign(list[1] ?? {}, { mode: 493 })],
      ["with a time that is a number", (list) => Object.assign(list[1] ?? {}, { mtime_ns: 5 })],
      ["with a time that is no number", (list) => Object.assign(list[1] ?? {}, { mtime_ns: "0x10" })],
      ["with an owner below zero", (list) => Object.assign(list[1] ?? {}, { uid: -1 })],
      ["without files", (list) => delete list[1]?.["files"]],
    ])("%s", (_, spoil) => {
      expectUnusable(edit((json) => spoil(json["directories"] as Json[])));
    });
  });

  describe("for a file's row", () => {
    const row = (parts: Record<number, unknown> = {}): unknown[] =>
      Object.assign(["b.txt", "0644", 3, "1", "a".repeat(64), 0, 0, "5", "6"], parts);
    test.each<[string, unknown]>([
      ["that is no list", { name: "b.txt" }],
      ["that is null", null],
      ["with a cell too few", row().slice(0, -1)],
      ["with a cell too many", [...row(), 1]],
      ["named ..", row({ 0: ".." })],
      ["named .", row({ 0: "." })],
      ["without a name", row({ 0: "" })],
      ["with a slash in its name", row({ 0: "../../etc/passwd" })],
      ["with an absolute name", row({ 0: "/etc/passwd" })],
      ["with NUL in its name", row({ 0: "b\0.txt" })],
      ["that climbs in base64", row({ 0: { path_b64: Buffer.from("..").toString("base64") } })],
      ["with a slash in base64", row({ 0: { path_b64: Buffer.from("../x").toString("base64") } })],
      ["whose name is a number", row({ 0: 1 })],
      ["whose name is null", row({ 0: null })],
      ["whose name is a list", row({ 0: ["b.txt"] })],
      ["that stands twice", row({ 0: "a.txt" })],
      ["that stands twice, once in base64", row({ 0: { path_b64: Buffer.from("a.txt").toString("base64") } })],
      ["with the name of a symlink", row({ 0: "link" })],
      ["with a mode that is a number", row({ 1: 420 })],
      ["with a mode in letters", row({ 1: "rw-r" })],
      ["with a size in letters", row({ 2: "3" })],
      ["with a size below zero", row({ 2: -1 })],
      ["with half a byte", row({ 2: 0.5 })],
      ["with a size past exact numbers", row({ 2: 2 ** 53 })],
      ["with a time that is a number", row({ 3: 1 })],
      ["with a time in words", row({ 3: "now" })],
      ["with a time of 21 digits", row({ 3: "1".repeat(21) })],
      ["with a short hash", row({ 4: "a".repeat(63) })],
      ["with a hash in capitals", row({ 4: "A".repeat(64) })],
      ["with a hash that is null", row({ 4: null })],
      ["with an owner in words", row({ 5: "root" })],
      ["with a group below zero", row({ 6: -1 })],
      ["with an inode that is a number", row({ 7: 5 })],
      ["with a ctime that is null", row({ 8: null })],
    ])("%s", (_, hostile) => {
      expectUnusable(edit((json) => (directory(json)["files"] as unknown[]).push(hostile)));
    });

    test("but not for one that is right", () => {
      const bytes = edit((json) => (directory(json)["files"] as unknown[]).push(row()));
      expect(decodeManifest(bytes, PATH).entries.map(({ path }) => path)).toEqual(["", "a.txt", "b.txt", "link", "sub"]);
    });

    test.each<[string, string]>([
      ["whose name only looks different from another's, but has the same bytes", "\udcc3\udca9"],
      ["whose name is no name at all", "\ud800"],
    ])("%s", (_, name) => {
      expectUnusable(edit((json) => (directory(json)["files"] as unknown[]).push(row({ 0: "é" }), row({ 0: name }))));
    });
  });

  describe("for a symlink's row", () => {
    const row = (parts: Record<number, unknown> = {}): unknown[] => Object.assign(["b", "0777", "target", "1", 0, 0, "5", "6"], parts);
    test.each<[string, unknown]>([
      ["without a target", row({ 2: "" })],
      ["with NUL in its target", row({ 2: "a\0b" })],
      ["with a target that is null", row({ 2: null })],
      ["with a target that is a number", row({ 2: 5 })],
      ["with the columns of a file", ["b", "0644", 3, "1", "a".repeat(64), 0, 0, "5", "6"]],
      ["named ..", row({ 0: ".." })],
      ["that stands twice", row({ 0: "link" })],
      ["with the name of a file", row({ 0: "a.txt" })],
    ])("%s", (_, hostile) => {
      expectUnusable(edit((json) => (directory(json)["symlinks"] as unknown[]).push(hostile)));
    });

    test("but not for a target that leads out of the directory: it is only ever written as text", () => {
      const bytes = edit((json) => (directory(json)["symlinks"] as unknown[]).push(row({ 2: "../../etc/passwd" })));
      expect(decodeManifest(bytes, PATH).entries).toContainEqual(expect.objectContaining({ path: "b", target: "../../etc/passwd" }));
    });
  });
});

test("a file before its folder cannot be written", () => {
  expect(() => encodeManifest(fullManifest({ entries: [folder(""), file("a/b.txt")] }))).toThrow("a/b.txt");
});

describe("lines for sha256sum", () => {
  test("name every regular file, and mark names with a backslash or a line end", () => {
    const entries = [folder(""), file("a b.txt"), symlink("link", "a b.txt"), folder("d"), file("d/back\\slash"), file("d/line\nend")];
    const { sha256 } = file("a");
    expect(formatSha256Sums(fullManifest({ entries }))).toBe(
      `${sha256}  a b.txt\n\\${sha256}  d/back\\\\slash\n\\${sha256}  d/line\\nend\n`,
    );
  });

  requires("sha256sum").test("are what sha256sum -c takes, for any names", () => {
    fc.assert(
      fc.property(fc.uniqueArray(names, { minLength: 1, maxLength: 8 }), (some) => {
        const root = tempFolder();
        const entries: TreeEntry[] = [folder("")];
        for (const name of some.filter((one) => one !== "-")) {
          writeFileSync(toFsPath(join(root, name)), name);
          entries.push(file(name, { sha256: hashBytes(Buffer.from(name)) as FileEntry["sha256"] }));
        }
        const lines = formatSha256Sums(fullManifest({ entries }));
        const output = execFileSync("sha256sum", ["--check", "--quiet", "--strict"], { cwd: root, input: encodePathBytes(lines) });
        expect(output.toString()).toBe("");
      }),
      { numRuns: 15, examples: [[["a\\b", "a\nb", "a\rb", "end\r", " a", "*a"]]] },
    );
  });

  test("name a file called - so that sha256sum does not take it for its own input", () => {
    expect(formatSha256Sums(fullManifest({ entries: [folder(""), file("-")] }))).toContain("  ./-\n");
  });

  requires("sha256sum").test("show a file that differs", () => {
    const root = tempFolder();
    const manifest = fullManifest({ entries: [folder(""), folder("sub"), file("sub/a.txt")] });
    mkdirSync(dirname(join(root, "sub/a.txt")));
    writeFileSync(join(root, "sub/a.txt"), "other bytes");
    const { status, stdout } = spawnSync("sha256sum", ["--check", "--quiet"], { cwd: root, input: formatSha256Sums(manifest) });
    expect([status, stdout.toString()]).toEqual([1, "sub/a.txt: FAILED\n"]);
  });
});

/** Folders of 100 files, with contents that no compression makes small. */
function manyEntries(count: number): Manifest["entries"] {
  const entries: TreeEntry[] = [folder("")];
  for (let number = 0; entries.length < count; number += 1) {
    const path = `packages/package-${Math.floor(number / 100)}`;
    if (number === 0) entries.push(folder("packages"));
    if (number % 100 === 0) entries.push(folder(path));
    const sha256 = hashBytes(Buffer.from(String(number))) as FileEntry["sha256"];
    const noise = BigInt(Number.parseInt(sha256.slice(0, 12), 16)) % 1_000_000_000_000n;
    const times = { mtimeNs: 1_760_970_625_000_000_000n + noise, ctimeNs: 1_760_970_700_000_000_000n + noise * 7n };
    entries.push(file(`${path}/module-${number}.ts`, { sha256, size: number * 31, ino: BigInt(5_000_000 + number * 3), ...times }));
  }
  return entries;
}

function expectUnusable(bytes: Uint8Array): void {
  expect(() => decodeManifest(bytes, PATH)).toThrow(expect.objectContaining({ code: "MANIFEST_UNUSABLE", exitStatus: 12 }));
}

/** The bytes of a small manifest after a change by hand: `a.txt`, `link`, and the folder `sub`. */
function edit(change: (json: Json) => void): Buffer {
  const manifest = fullManifest({ entries: [folder(""), file("a.txt"), symlink("link", "a.txt"), folder("sub")] });
  const json = JSON.parse(formatManifestText(manifest)) as Json;
  change(json);
  return Buffer.from(JSON.stringify(json));
}

function directory(json: Json): Json {
  return (json["directories"] as Json[])[0] ?? {};
}

function directoryAt(path: unknown): Json {
  return { path, mode: "0755", mtime_ns: "1", uid: 0, gid: 0, ino: "5", ctime_ns: "6", files: [], symlinks: [] };
}

function flipByte(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  const position = flipped.length + at;
  flipped[position] = (flipped[position] ?? 0) ^ 0xff;
  return flipped;
}
