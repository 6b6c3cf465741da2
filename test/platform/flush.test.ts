import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { flushWritten, type Written } from "../../src/platform/index.js";
import { countFlushes } from "../support/counted-flushes.js";
import { asOrdinaryUser } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";

const tree = (folder: string): Written => ({ files: [], folders: [], trees: [{ folder, entryCount: 2 }] });

test("a file that is closed even to its owner is made durable with all others", async () => {
  const folder = tempFolder();
  chmodSync(folder, 0o777);
  await asOrdinaryUser(async () => {
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/closed"), "text");
    chmodSync(join(folder, "sub/closed"), 0);
    await expect(flushWritten(folder, tree(join(folder, "sub")))).resolves.toBeUndefined();
  });
});

test.each([1, 1000])("without a command that flushes, each of %d entries is synced, wherever it lies", async (entryCount) => {
  const [folder, other] = [tempFolder(), tempFolder()];
  vi.stubEnv("PATH", folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  const gone = { folder: join(other, "gone"), entryCount };
  await expect(flushWritten(folder, { files: [], folders: [folder], trees: [gone] })).rejects.toMatchObject({ code: "ENOENT" });
  mkdirSync(gone.folder);
  await expect(flushWritten(folder, { files: [], folders: [folder], trees: [gone] })).resolves.toBeUndefined();
});

test.each<[number, number, number]>([
  [8, 32, 0],
  [9, 32, 1],
  [8, 33, 1],
])("%d files and %d folders: the whole file system is flushed %d times", async (fileCount, folderCount, flushes) => {
  const started = countFlushes();
  const folder = tempFolder();
  const files = Array.from({ length: fileCount }, (_, number) => join(folder, String(number)));
  files.forEach((path) => writeFileSync(path, "text"));
  await flushWritten(folder, { files, folders: Array.from({ length: folderCount }, () => folder), trees: [] });
  expect(started()).toBe(flushes);
});

test("a folder that is gone is no success", async () => {
  await expect(flushWritten(tempFolder(), tree(join(tempFolder(), "gone")))).rejects.toMatchObject({ code: "ENOENT" });
});
