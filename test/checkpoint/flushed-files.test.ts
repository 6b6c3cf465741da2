import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { useWorker } from "../support/crash/bundle-worker.js";
import type { Job } from "../support/crash/job.js";
import { runToAnyEnd } from "../support/crash/run-worker.js";
import { requires } from "../support/requirements.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { makeOld } from "./forge-manifest.js";

const { test } = requires("strace");
const workerPath = useWorker();

const FILES = { "a.txt": "a", "folder/b.txt": "b", "changed.txt": "before" };

test("a file that is shared with a durable checkpoint is not flushed again; what is new and all folders are", async () => {
  const change = await captured();
  change.edit({ "changed.txt": "after" });
  expect(await flushedBy(change)).toEqual(["", "changed.txt", "folder"]);
});

test("a file that is shared with a checkpoint that was made without durability is flushed", async () => {
  const change = await captured({ durability: "none" });
  expect(await flushedBy(change)).toEqual(["", "a.txt", "changed.txt", "folder", "folder/b.txt"]);
  await makeOld(change);
  expect(await flushedBy(change)).toEqual(["", "folder"]);
});

test("a file that is shared with a durable checkpoint out of an archive of its store is flushed", async () => {
  const change = await captured();
  const store = join(change.directory, ".checkpoints");
  const archive = join(tempFolder(), "store.tar");
  execFileSync("tar", ["-cf", archive, "-C", change.directory, ".checkpoints"]);
  rmSync(store, { recursive: true });
  execFileSync("tar", ["-xpf", archive, "-C", change.directory]);
  expect(await flushedBy(change)).toEqual(["", "a.txt", "changed.txt", "folder", "folder/b.txt"]);
});

test("a file that had to be copied instead of linked is flushed", async () => {
  const change = await captured();
  // The first link is that of the lock.
  expect(await flushedBy(change, {}, ["-e", "inject=link:error=EMLINK:when=2"])).toEqual(["", "a.txt", "folder"]);
});

test("a file that a backup holds anew because its shared copy was damaged is flushed", async () => {
  const change = await captured();
  change.edit({ "a.txt": "another" });
  const { storedPath } = await change.checkpoints.create();
  await makeOld(change);
  const stored = join(storedPath, "a.txt");
  chmodSync(stored, 0o600);
  writeFileSync(stored, "rotten!");
  expect(await flushedBy(change, { operation: "restore", id: "step:1" })).toContain("a.txt");
});

/** A change with one checkpoint, so old that its files can be told to be unchanged. */
async function captured({ durability = "full" }: { durability?: "full" | "none" } = {}): Promise<TempChange> {
  const change = await tempChange(FILES, { config: { durability } });
  await change.checkpoints.create({ step: 1 });
  await makeOld(change);
  return change;
}

/** Does a job in a process of its own; gives what of the snapshot that it made was flushed by itself, by path. */
async function flushedBy({ directory }: TempChange, job: Partial<Job> = {}, injections: readonly string[] = []): Promise<string[]> {
  const recordPath = join(tempFolder(), "record");
  const tracer = ["strace", "-qq", "-y", "-o", recordPath, "-e", "trace=fsync,link", ...injections];
  const { report } = await runToAnyEnd({ workerPath: workerPath() }, { operation: "create", directory, ...job }, tracer);
  expect(report).toHaveProperty("result");
  const flushed = readFileSync(recordPath, "utf8").matchAll(/^fsync\(\d+<[^>]*\/tmp-[0-9a-f]+\/snapshot\/?([^>]*)>\) += 0$/gm);
  return [...flushed].map(([, path]) => path as string).sort((one, other) => (one < other ? -1 : 1));
}
