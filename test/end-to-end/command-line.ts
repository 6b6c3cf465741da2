import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { closeSync, openSync, writeSync, chmodSync, chownSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { publicBinary } from "../support/public-binary.js";
import { expect, onTestFinished } from "vitest";
import { runCli, type Io } from "../../src/cli/index.js";
import { hasCode } from "../../src/index.js";
import { fakeIo } from "../cli/fake-io.js";
import { pictureBelow } from "../store/copied-store.js";
import { pictureOf, tempFolder } from "../support/temp-change.js";

export const BINARY = join(import.meta.dirname, "../../dist/cli/main.cjs");
const NOBODY = 65534;

export interface Ran {
  status: number;
  out: string;
  err: string;
  questions: string[];
}

/** Runs a command line in this process on real files, without a terminal unless answers are given. */
export async function runLine(cwd: string, args: readonly string[], parts: Partial<Io> & { answers?: string[] } = {}): Promise<Ran> {
  const io = fakeIo({ cwd, now: () => new Date(), ...parts });
  const status = await runCli(args, io);
  return { status, out: io.out(), err: io.err(), questions: io.questions };
}

/** The document that `--json` prints for a failure. */
export interface ErrorDocument {
  code: string;
  message: string;
  hint: string;
  details: Record<string, unknown>;
}

export function readErrorDocument(err: string): ErrorDocument {
  return (JSON.parse(err) as { error: ErrorDocument }).error;
}

interface Refusal {
  code: string;
  status: number;
  /** Where the store is, when not in the directory. */
  storePath?: string;
  /** How the command is run; in this process by default. */
  run?: (cwd: string, args: readonly string[]) => Promise<Ran> | Ran;
}

/**
 * Runs a command that must fail, as text and as JSON, and makes sure that both say what is wrong and what to do next, and that
 * not a byte of the directory or the store is another one afterwards. Gives the JSON document.
 */
export async function expectRefusal(directory: string, args: readonly string[], refusal: Refusal): Promise<ErrorDocument> {
  const { code, status, storePath = join(directory, ".checkpoints"), run = runLine } = refusal;
  const before = stateOf(directory, storePath);
  const json = await run(directory, ["--json", ...args]);
  expect({ status: json.status, out: json.out }).toEqual({ status, out: "" });
  const error = readErrorDocument(json.err);
  expect(error.code).toBe(code);
  expect(error.hint.length).toBeGreaterThan(10);

  const text = await run(directory, args);
  expect({ status: text.status, out: text.out }).toEqual({ status, out: "" });
  expect(text.err).toMatch(/^stepback: .+\n(.*\n)* {2}hint: .+\n/);
  expect(text.err).not.toMatch(/^ {4}at /m);
  expect(text.questions).toEqual([]);
  expect(stateOf(directory, storePath)).toEqual(before);
  return error;
}

/** All that a refused command must leave as it is: the live tree with modes and times, the store byte for byte. */
export function stateOf(directory: string, storePath = join(directory, ".checkpoints")) {
  return { live: pictureOf(directory), store: existsSync(storePath) ? pictureBelow(storePath) : "no store" };
}

/** Runs the real binary. */
export function runBinary(cwd: string, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): Ran {
  return toRan(spawnSync(process.execPath, [BINARY, ...args], { cwd, encoding: "utf8", input: "", ...options }));
}

/** Runs the real binary as a user whom file modes stop; needs root and setpriv. */
export function runBinaryAsNobody(cwd: string, args: readonly string[]): Ran {
  const asNobody = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", process.execPath, publicBinary(), ...args];
  return toRan(spawnSync("setpriv", asNobody, { cwd, encoding: "utf8", input: "" }));
}

function toRan({ status, stdout, stderr, error }: SpawnSyncReturns<string>): Ran {
  if (error !== undefined) throw error;
  return { status: status ?? -1, out: stdout, err: stderr, questions: [] };
}

/** Makes a change directory that belongs to nobody, in a folder that everybody can enter. */
export function tempChangeOfNobody(): string {
  const folder = tempFolder();
  const directory = join(folder, "my-feature");
  mkdirSync(directory);
  chmodSync(folder, 0o755);
  chownSync(directory, NOBODY, NOBODY);
  return directory;
}

/** Gives a path, with all below it, to nobody. */
export function giveToNobody(path: string): void {
  lchownSync(path, NOBODY, NOBODY);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveToNobody(join(path, name));
}

/** Mounts a file system of its own on a new folder, until the test ends. */
export function mountTmpfs(options: string): string {
  const folder = tempFolder("stepback-mount-");
  mount("-t", "tmpfs", "-o", options, "tmpfs", folder);
  onTestFinished(() => unmount(folder));
  return folder;
}

export function mount(...args: string[]): void {
  const { status, stderr } = spawnSync("mount", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${args.join(" ")}: ${stderr}`);
}

export function unmount(folder: string): void {
  spawnSync("umount", ["--lazy", folder]);
}

/** Writes into a file until nothing more fits on its disk. */
export function fill(path: string): void {
  const page = Buffer.alloc(4096, "f");
  const descriptor = openSync(path, "a");
  try {
    for (;;) writeSync(descriptor, page);
  } catch (error) {
    if (!hasCode(error, "ENOSPC")) throw error;
  } finally {
    closeSync(descriptor);
  }
}
