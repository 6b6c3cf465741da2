import { deepStrictEqual } from "node:assert";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { openCheckpoints, type Checkpoints } from "../../../src/index.js";
import { pictureOf } from "../picture.js";

/** One round of the engine's essential work on whatever is mounted; prints what it saw, and fails where a promise is broken. */
interface Task {
  directory: string;
  /** Another place for the store. */
  storePath?: string;
  /** Puts what an ordinary file system holds into the directory and takes one checkpoint, nothing else. */
  onlyCreate?: boolean;
  /** Restores the newest checkpoint into the directory, nothing else. */
  onlyRestore?: boolean;
  /** Leaves out of the tree what the named thing is. */
  without?: string[];
}

const task = JSON.parse(process.argv[2] ?? "{}") as Task;
const LARGE = Buffer.from(Array.from({ length: 3_000_000 }, (_, position) => (position * 7919) % 251));
const heldBack: string[] = [];

mkdirSync(task.directory, { recursive: true });
const storePath = task.storePath ?? join(task.directory, ".checkpoints");
const checkpoints = await openCheckpoints(task.directory, { storePath });

if (task.onlyRestore === true) {
  const before = pictureOf(task.directory);
  const outcome = await checkpoints.restore("latest").then(
    () => "restored",
    (error: unknown) => String((error as { code?: string }).code),
  );
  if (outcome !== "restored") deepStrictEqual(pictureOf(task.directory), before, "a refused restore changed something");
  print({ outcome, entries: Object.keys(pictureOf(task.directory)).sort() });
} else if (task.onlyCreate === true) {
  fill();
  const before = pictureOf(task.directory);
  const outcome = await checkpoints.create().then(
    () => "created",
    (error: unknown) => `${(error as { code?: string }).code} ${(error as Error).message}`,
  );
  deepStrictEqual(pictureOf(task.directory), before, "a checkpoint changed the directory");
  print({ outcome, heldBack, leftInStore: leftovers() });
} else await workThrough(checkpoints);

async function workThrough(on: Checkpoints): Promise<void> {
  fill();
  const { id, storedPath, isComplete } = await on.create({ step: 1 });
  const original = pictureOf(task.directory);
  deepStrictEqual(isComplete, true, "the checkpoint is incomplete");
  await on.create();
  const again = await on.restore(id);
  deepStrictEqual(again.plan.operations, [], "an untouched directory is to be changed");
  const sharedFlags = extentFlags(join(storedPath, "large.bin"));

  wreck();
  const wrecked = pictureOf(task.directory);
  await on.restore(id);
  deepStrictEqual(pictureOf(task.directory), original, "the restored directory");
  await on.undo();
  deepStrictEqual(pictureOf(task.directory), wrecked, "the directory after the undo");
  await on.restore(id, { paths: ["specs", "proposal.md"] });
  deepStrictEqual(fileOf("specs/auth/spec.md"), original["specs/auth/spec.md"], "a restored path");
  await on.restore(id);
  deepStrictEqual(pictureOf(task.directory), original, "the directory restored again");
  // What is on record is still there when nothing is in a cache any more.
  deepStrictEqual(
    (await on.verify()).checkpoints.filter(({ status }) => status !== "whole"),
    [],
    "damaged checkpoints",
  );
  await on.clean({ keepLast: 1 });
  deepStrictEqual((await on.verify()).isWhole, true, "after the clean");
  deepStrictEqual(pictureOf(task.directory), original, "the directory after the clean");
  print({ heldBack, sharedFlags, leftInStore: leftovers(), entries: Object.keys(original).length });
}

function fileOf(path: string): string | undefined {
  return pictureOf(task.directory)[path];
}

/** One of everything; what the file system does not hold is noted and left out. */
function fill(): void {
  const items: [string, (path: string) => void][] = [
    ["proposal.md", (path) => writeFileSync(path, "# Proposal\n")],
    ["specs/auth/spec.md", (path) => writeFileSync(path, "spec")],
    ["gone-since.md", (path) => writeFileSync(path, "comes back")],
    ["empty.txt", (path) => writeFileSync(path, "")],
    ["large.bin", (path) => writeFileSync(path, LARGE)],
    ["was-file", (path) => writeFileSync(path, "becomes a folder")],
    ["was-folder/deep/file.txt", (path) => writeFileSync(path, "becomes a file")],
    ["empty-folder/nested", (path) => mkdirSync(path)],
    ["ünïcödé/日本語.md", (path) => writeFileSync(path, "text")],
    ["a name with spaces", (path) => writeFileSync(path, "x")],
    ["symlink", (path) => symlinkSync("proposal.md", path)],
    ["dangling", (path) => symlinkSync("nowhere", path)],
    ["collides.txt", (path) => writeFileSync(path, "small")],
    ["Collides.TXT", (path) => writeFileSync(path, "large", { flag: "wx" })],
    ["with:colon?.txt", (path) => writeFileSync(path, "shell food")],
    ["trailing dot.", (path) => writeFileSync(path, "x")],
    [`long-${"n".repeat(245)}`, (path) => writeFileSync(path, "long")],
    ["private.key", (path) => (writeFileSync(path, "secret"), chmodSync(path, 0o600))],
    ["run.sh", (path) => (writeFileSync(path, "#!/bin/sh\n"), chmodSync(path, 0o755))],
    ["old.txt", (path) => (writeFileSync(path, "x"), utimesSync(path, 1_000_000_000.123456, 1_000_000_000.123456))],
    ["before-1970.txt", (path) => (writeFileSync(path, "x"), utimesSync(path, "-86400.5", "-86400.5"))],
    ["sparse.img", (path) => (writeFileSync(path, "start"), truncateSync(path, 2 * 1024 * 1024))],
    ["old-folder/x", (path) => (writeFileSync(path, "x"), utimesSync(dirname(path), 1_111_111_111.5, 1_111_111_111.5))],
  ];
  for (const [name, make] of items) {
    if (task.without?.includes(name) === true) continue;
    const path = join(task.directory, name);
    try {
      mkdirSync(dirname(path), { recursive: true });
      make(path);
    } catch (error) {
      heldBack.push(`${name.slice(0, 20)} ${(error as { code?: string }).code}`);
    }
  }
  if (task.without?.includes("latin1") === true) return;
  try {
    writeFileSync(Buffer.concat([Buffer.from(`${task.directory}/latin1-`), Buffer.of(0xe9, 0xff)]), "bytes");
  } catch (error) {
    heldBack.push(`latin1 ${(error as { code?: string }).code}`);
  }
}

function wreck(): void {
  const at = (name: string) => join(task.directory, name);
  writeFileSync(at("proposal.md"), "overwritten, and longer than before");
  rmSync(at("gone-since.md"));
  writeFileSync(at("large.bin"), LARGE.subarray(1));
  rmSync(at("was-file"));
  mkdirSync(at("was-file/now"), { recursive: true });
  writeFileSync(at("was-file/now/folder.txt"), "file in a folder");
  rmSync(at("was-folder"), { recursive: true });
  writeFileSync(at("was-folder"), "now a file");
  rmSync(at("specs"), { recursive: true });
  rmSync(at("empty-folder"), { recursive: true });
  rmSync(at("ünïcödé"), { recursive: true });
  mkdirSync(at("added/deep"), { recursive: true });
  writeFileSync(at("added/deep/file"), "garbage");
  writeFileSync(at("added.txt"), "garbage");
  rmSync(at("collides.txt"));
  utimesSync(at("old.txt"), 1_234_567_890, 1_234_567_890);
  utimesSync(at("old-folder"), 1_222_222_222, 1_222_222_222);
  rmSync(at("from-below.txt"), { force: true });
  if (existsSync(at("symlink"))) {
    rmSync(at("symlink"));
    symlinkSync("specs", at("symlink"));
    lutimesSync(at("dangling"), 1_333_333_333, 1_333_333_333);
  }
  chmodSync(at("run.sh"), 0o644);
}

function leftovers(): string[] {
  if (!existsSync(storePath)) return [];
  return readdirSync(storePath).filter((name) => !/^(\.gitignore|manifests|state\.json(\.previous)?|checkpoint-.*)$/.test(name));
}

/** The flags of a file's extents, `shared` where it was cloned. */
function extentFlags(path: string): string {
  try {
    execFileSync("sync", ["-f", path]);
    return /\bshared\b/.test(execFileSync("filefrag", ["-v", path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }))
      ? "shared"
      : "";
  } catch {
    return "unknown";
  }
}

function print(seen: object): void {
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}
