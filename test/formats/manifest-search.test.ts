import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { baseName, encodeManifest, formatManifestText, ManifestSearch, type Manifest, type RelativePath } from "../../src/formats/index.js";
import { file, folder, fullManifest, symlink, trees } from "./made-up.js";

const parse = (manifest: Manifest): ManifestSearch => ManifestSearch.parse(encodeManifest(manifest), "made up") as ManifestSearch;
const parseText = (text: string): ManifestSearch | undefined => ManifestSearch.parse(Buffer.from(text), "made up");

describe("a search in the text of a manifest", () => {
  test("knows what it speaks for and what was left out", () => {
    const { checkpoint, scope, uncaptured } = fullManifest();
    expect(parse(fullManifest())).toMatchObject({ checkpointId: checkpoint.id, scope, uncaptured });
  });

  test("finds every entry of any tree as it is, and nothing else", () => {
    fc.assert(
      fc.property(trees, fc.string(), (entries, other) => {
        const search = parse(fullManifest({ entries }));
        for (const entry of entries) expect(search.find(entry.path)).toEqual(entry);
        expect(search.find(other as RelativePath)).toEqual(entries.find(({ path }) => path === other));
      }),
    );
  });

  test("goes through all folders in order, with the names that are in them", () => {
    fc.assert(
      fc.property(trees, (entries) => {
        const search = parse(fullManifest({ entries }));
        const found = [...search.folders()].flatMap(({ path, files, symlinks }) => [
          `${path}/`,
          ...[...search.namesIn(files), ...search.namesIn(symlinks)].map((name) => (path === "" ? name : `${path}/${name}`)),
        ]);
        expect(found.toSorted()).toEqual(entries.map(({ path, type }) => (type === "directory" ? `${path}/` : path)).toSorted());
      }),
    );
  });

  test("is not led astray by names and targets that look like the text around them", () => {
    const names = ['],"symlinks":[', "]}", '\n  {"path":"x",', '["a.txt",', ' "directories": [', "a.txt"];
    const entries = [folder(""), ...names.map((name) => file(name)), ...names.map((name) => symlink(`to ${name}`, name))];
    const search = parse(fullManifest({ entries }));
    for (const entry of entries) expect(search.find(entry.path)).toEqual(entry);
    expect([...search.folders()].flatMap(({ files }) => search.namesIn(files))).toEqual(names);
  });

  test("works on a compressed one", () => {
    const manifest = fullManifest();
    const search = ManifestSearch.parse(gzipSync(formatManifestText(manifest)), "made up");
    const [last] = manifest.entries.slice(-1);
    expect(search?.find(last?.path as RelativePath)).toEqual(last);
  });

  test("is refused for another layout, and a row that is none is an error with a code", () => {
    const text = formatManifestText(fullManifest());
    expect(parseText(JSON.stringify(JSON.parse(text)))).toBeUndefined();
    expect(parseText(text.slice(0, -30))).toBeUndefined();
    expect(parseText(text.replace('"format_version": 1', '"format_version": 9'))).toBeUndefined();
    const entry = fullManifest().entries.find(({ type }) => type === "file");
    const path = entry?.path as RelativePath;
    const spoilt = text.replace(`[${JSON.stringify(baseName(path))},"`, `[${JSON.stringify(baseName(path))},"9`);
    expect(spoilt).not.toBe(text);
    expect(() => parseText(spoilt)?.find(path)).toThrow(expect.objectContaining({ code: "MANIFEST_UNUSABLE" }));
  });
});
