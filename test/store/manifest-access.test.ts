import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatManifestText, ManifestLines } from "../../src/formats/index.js";
import { hashBytes } from "../../src/platform/index.js";
import { openStore, readDiffering, readIndex, readManifest, readManifestLines } from "../../src/store/index.js";
import { makeRecord } from "../support/make-record.js";
import { file, folder, fullManifest } from "../formats/made-up.js";
import { copyStore } from "./copied-store.js";

test("a manifest is read as lines too, whatever its layout", async () => {
  const { directory, storePath } = await copyStore("stores", "v1-small");
  const store = openStore(directory);
  const { checkpoints } = readIndex(store).index;
  expect(checkpoints.length).toBeGreaterThan(1);
  for (const [number, record] of checkpoints.entries()) {
    const manifestPath = join(storePath, "manifests", `${record.id}.json`);
    if (number === 0) {
      writeFileSync(manifestPath, JSON.stringify(JSON.parse(readFileSync(manifestPath, "utf8"))));
      record.manifestSha256 = hashBytes(readFileSync(manifestPath));
    }
    const lines = readManifestLines(store, record);
    const files = readManifest(store, record).entries.filter((entry) => entry.type === "file");
    expect([...lines.folders()].flatMap((path) => [...lines.storedFilesIn(path)])).toEqual(
      files.map(({ path, sha256, mode, size, mtimeNs }) => ({ path, sha256, mode, size, mtimeNs })),
    );
  }
});

test("neither way of reading takes another checkpoint's manifest, or one that the index does not vouch for", async () => {
  const { directory, storePath, checkpoints } = await copyStore("stores", "v1-small");
  const { id } = await checkpoints.create();
  const store = openStore(directory);
  const bytes = readFileSync(join(storePath, "manifests", `${id}.json`));
  const other = makeRecord({ id: readIndex(store).index.checkpoints[0]?.id ?? id, manifestSha256: hashBytes(bytes) });
  for (const read of [readManifest, readManifestLines]) {
    expect(() => read(store, makeRecord({ id, manifestSha256: "0".repeat(64) }))).toThrow(
      expect.objectContaining({ code: "MANIFEST_UNUSABLE" }),
    );
    expect(() => read(store, other)).toThrow(expect.objectContaining({ code: "MANIFEST_UNUSABLE" }));
  }
});

test("a manifest that names a path twice is refused, also where one of both is known already", async () => {
  const { directory } = await copyStore("stores", "v1-small");
  const store = openStore(directory);
  const [record] = readIndex(store).index.checkpoints;
  for (const other of [file("a", { size: 7 }), folder("a"), file("a")]) {
    const manifest = fullManifest({ entries: [folder(""), file("a"), other] });
    const lines = ManifestLines.parse(Buffer.from(formatManifestText(manifest))) as ManifestLines;
    const row = lines.findSame(file("a"))?.row as string;
    expect(() => readDiffering(store, record ?? makeRecord(), lines, new Map([[file("a").path, row]]))).toThrow(
      expect.objectContaining({ code: "MANIFEST_UNUSABLE", message: expect.stringContaining("a stands twice") as string }),
    );
  }
});
