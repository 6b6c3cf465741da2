import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeManifest, type FileEntry, type TreeEntry } from "../../src/formats/index.js";
import { hashBytes } from "../../src/platform/index.js";
import { tempChange } from "../support/temp-change.js";
import { file, folder, fullManifest } from "./made-up.js";

const CHANGE = new URL("../../fixtures/openspec/changes/add-passkey-login", import.meta.url);

test("a record of a real change takes less than 1 KB of state.json", async () => {
  const { checkpoints, directory } = await tempChange();
  cpSync(CHANGE, directory, { recursive: true });
  const sizeOf = (): number => readFileSync(join(checkpoints.storePath, "state.json")).length;
  await checkpoints.create({ step: 1, stepName: "Create Capability Specs", notes: "before the refactor" });
  const withOne = sizeOf();
  for (let step = 2; step <= 11; step += 1) await checkpoints.create({ step, stepName: "Create Capability Specs", notes: "on we go" });
  expect((sizeOf() - withOne) / 10).toBeGreaterThan(300);
  expect((sizeOf() - withOne) / 10).toBeLessThan(1000);
});

test("a record lists at most 100 paths, and counts all", async () => {
  const files = Object.fromEntries(Array.from({ length: 120 }, (_, number) => [`file-${String(number).padStart(3, "0")}.txt`, "x"]));
  const { checkpoints } = await tempChange(files);
  const { id, files: listed, fileCount, totalBytes } = await checkpoints.create();
  expect(listed).toEqual(Object.keys(files).slice(0, 100));
  expect([fileCount, totalBytes]).toEqual([120, 120]);
  expect((await checkpoints.manifest(id)).entries).toHaveLength(121);
});

test("a manifest of 100,000 entries takes at most 80 bytes for each", () => {
  const entries: TreeEntry[] = [folder("")];
  for (let number = 0; entries.length < 100_000; number += 1) {
    const path = `package-${Math.floor(number / 99)}`;
    if (number % 99 === 0) entries.push(folder(path, noisy(number)));
    entries.push(file(`${path}/component-${number % 99}.ts`, { size: (number * 7919) % 40_000, ...noisy(number + 1) }));
  }
  expect(encodeManifest(fullManifest({ entries })).length / entries.length).toBeLessThanOrEqual(80);
});

/** Hashes and times down to the nanosecond, which no compression makes small. */
function noisy(number: number): Pick<FileEntry, "sha256" | "mtimeNs" | "ctimeNs" | "ino"> {
  const sha256 = hashBytes(Buffer.from(`content ${number}`)) as FileEntry["sha256"];
  const noise = (from: number): bigint => BigInt(`0x${sha256.slice(from, from + 12)}`) % 1_000_000_000_000_000n;
  return {
    sha256,
    mtimeNs: 1_760_000_000_000_000_000n + noise(0),
    ctimeNs: 1_761_000_000_000_000_000n + noise(12),
    ino: 5_000_000n + BigInt(number * 2),
  };
}
