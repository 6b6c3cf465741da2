import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeManifest,
  encodeManifest,
  formatManifestText,
  ManifestLines,
  type FileEntry,
  type Manifest,
  type RelativePath,
} from "../../src/formats/index.js";
import { file, folder, fullManifest, symlink, trees } from "./made-up.js";

function filesOf(manifest: Manifest): FileEntry[] {
  return manifest.entries.filter((entry) => entry.type === "file");
}

function parse(manifest: Manifest): ManifestLines {
  return ManifestLines.parse(encodeManifest(manifest)) as ManifestLines;
}

function parseText(text: string): ManifestLines | undefined {
  return ManifestLines.parse(Buffer.from(text));
}

describe("the lines of a manifest", () => {
  test("tell what it speaks for", () => {
    const { checkpoint, scope, scanStartedNs } = fullManifest();
    expect(parse(fullManifest())).toMatchObject({ checkpointId: checkpoint.id, scope, scanStartedNs });
  });

  test("have every file of any tree, by its looks and by its path, in whatever order they are asked for", () => {
    fc.assert(
      fc.property(trees, fc.boolean(), (entries, backwards) => {
        const manifest = fullManifest({ entries });
        const files = filesOf(manifest);
        const lines = parse(manifest);
        for (const one of backwards ? files.toReversed() : files) {
          expect(lines.findSame(one)?.sha256).toBe(one.ino === 0n ? undefined : one.sha256);
          const { path, sha256, mode, size, mtimeNs } = one;
          expect(lines.findStored(path)).toEqual({ path, sha256, mode, size, mtimeNs });
        }
        for (const { sha256 } of files) {
          const same = files.filter((one) => one.sha256 === sha256).map(({ path }) => path);
          expect(lines.storedWith(sha256).map(({ path }) => path)).toEqual(same);
        }
        expect([...lines.folders()].flatMap((path) => [...lines.storedFilesIn(path)]).map(({ path }) => path)).toEqual(
          files.map(({ path }) => path),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("make the same manifest again", () => {
    fc.assert(
      fc.property(trees, (entries) => {
        const manifest = fullManifest({ entries });
        const lines = parse(manifest);
        const rows = filesOf(manifest).flatMap((one) => {
          const row = lines.findSame(one)?.row;
          return row === undefined ? [] : [[one.path, row] as const];
        });
        expect(encodeManifest(manifest, new Map(rows))).toEqual(encodeManifest(manifest));
      }),
      { numRuns: 100 },
    );
  });

  test("give the text without rows that somebody has, whichever these are", () => {
    fc.assert(
      fc.property(trees, fc.infiniteStream(fc.boolean()), (entries, choices) => {
        const manifest = fullManifest({ entries });
        const lines = parse(manifest);
        const rows = filesOf(manifest).flatMap((one) => {
          const row = lines.findSame(one)?.row;
          return row === undefined ? [] : [[one.path, row] as const];
        });
        const known = new Map(rows.filter(() => choices.next().value));
        const chosen = new Set(known.keys());
        // The row of another file, and one that is not there.
        known.set("elsewhere/a.txt" as RelativePath, rows[0]?.[1] ?? "");
        known.set("not there" as RelativePath, '["not there","0644"]');
        const { text, leftOut } = lines.without(known);
        expect(leftOut).toEqual(chosen);
        expect(decodeManifest(text, "manifest").entries).toEqual(entries.filter(({ path }) => !chosen.has(path)));
      }),
      { numRuns: 150 },
    );
  });

  test("are the same compressed", () => {
    const manifest = fullManifest({ entries: [folder(""), file("a.txt")] });
    const lines = ManifestLines.parse(gzipSync(formatManifestText(manifest)));
    expect(lines?.findSame(file("a.txt"))?.sha256).toBe(file("a.txt").sha256);
  });

  test.each<[string, Partial<FileEntry>]>([
    ["size", { size: 4 }],
    ["mode", { mode: 0o600 }],
    ["modification time, by a nanosecond", { mtimeNs: file("a").mtimeNs + 1n }],
    ["change time, by a nanosecond", { ctimeNs: file("a").ctimeNs + 1n }],
    ["inode", { ino: 1n }],
    ["owner", { uid: 0 }],
    ["group", { gid: 0 }],
    ["name", { path: "A" as RelativePath }],
    ["folder", { path: "b/a" as RelativePath }],
  ])("have no file with another %s", (_, difference) => {
    const lines = parse(fullManifest({ entries: [folder(""), file("a"), folder("b")] }));
    expect(lines.findSame(file("a"))).toBeDefined();
    expect(lines.findSame({ ...file("a"), ...difference })).toBeUndefined();
  });

  test("never have a file whose identity is unknown", () => {
    const unknown = file("a", { ino: 0n });
    expect(parse(fullManifest({ entries: [folder(""), unknown] })).findSame(unknown)).toBeUndefined();
  });

  test("take no symlink for a file", () => {
    const lines = parse(fullManifest({ entries: [folder(""), symlink("a", "b")] }));
    expect(lines.findStored("a" as RelativePath)).toBeUndefined();
    expect([...lines.folders()].flatMap((path) => [...lines.storedFilesIn(path)])).toEqual([]);
  });

  test("find the rest again after files that came and went", () => {
    const lines = parse(fullManifest({ entries: [folder(""), ...["a", "b", "c", "d", "e"].map((name) => file(name))] }));
    const live = ["a0", "b", "b1", "d", "e", "f"].map((name) => file(name));
    expect(live.filter((one) => lines.findSame(one)).map(({ path }) => path)).toEqual(["b", "d", "e"]);
  });
});

describe("a text is no lines of a manifest", () => {
  const text = formatManifestText(fullManifest());

  test.each<[string, string]>([
    ["empty", ""],
    ["not JSON", "manifest"],
    ["all in one line", JSON.stringify(JSON.parse(text))],
    ["indented otherwise", JSON.stringify(JSON.parse(text), null, 2)],
    ["of a later version", text.replace('"format_version": 1', '"format_version": 2')],
    ["with a line that nobody writes", text.replace('   ["proposal.md"', ' ["proposal.md"')],
    ["with a folder that climbs", text.replace('{"path":"empty"', '{"path":"../empty"')],
  ])("that is %s", (_, other) => {
    expect(other).not.toBe(text);
    expect(parseText(other)).toBeUndefined();
  });

  test("wherever it is cut off", () => {
    for (let length = 0; length < text.length - 4; length += 7) expect(parseText(text.slice(0, length))).toBeUndefined();
  });
});

describe("a line that says nothing sound", () => {
  const row = '["a.txt"';

  test.each([
    ["a hash that is none", (text: string) => text.replace(file("a.txt").sha256, "z".repeat(64))],
    ["a name that climbs", (text: string) => text.replace(row, '[".."')],
    ["a name that is a path", (text: string) => text.replace(row, '["b/a.txt"')],
    ["a name in no JSON", (text: string) => text.replace(row, '["\\x"')],
    ["a name that is bytes of a path", (text: string) => text.replace(row, `[{"path_b64":"${Buffer.from("b/a").toString("base64")}"}`)],
    ["too few cells", (text: string) => text.replace(/\["a\.txt".*\]/, '["a.txt"]')],
  ])("with %s is passed over", (_, spoil) => {
    const text = formatManifestText(fullManifest({ entries: [folder(""), file("a.txt"), file("b.txt")] }));
    const lines = parseText(spoil(text)) as ManifestLines;
    expect(lines.findSame(file("a.txt"))).toBeUndefined();
    expect([...lines.folders()].flatMap((path) => [...lines.storedFilesIn(path)]).map(({ path }) => path)).toEqual(["b.txt"]);
    expect(lines.findSame(file("b.txt"))).toBeDefined();
  });
});
