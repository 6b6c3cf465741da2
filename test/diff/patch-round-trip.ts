import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCheckpoints, type Checkpoints, type Diff } from "../../src/index.js";
import { SeededRandom } from "../support/crash/seeded-random.js";
import { editedTree, randomTree, readAsGit, writeTrees } from "./random-trees.js";

/** What applies a patch, and what it can be asked to do. */
export const APPLIERS = {
  git: { command: ["git", "apply", "--whitespace=nowarn"], swaps: true, binary: true },
  patch: { command: ["patch", "-p1", "-s", "-f", "--no-backup-if-mismatch", "-i"], swaps: false, binary: false },
} as const;

export interface RoundTrip {
  wanted: Record<string, string>;
  /** The tree that came of the patch between two checkpoints, and of the one between a checkpoint and the directory. */
  applied: Record<string, string>;
  appliedLive: Record<string, string>;
  said: string;
  patch: string;
}

/** Makes many small random trees beside each other, edits them, and has the patch from one state to the other applied to a copy of the first. */
export async function roundTrip(seed: number, cases: number, by: keyof typeof APPLIERS): Promise<RoundTrip> {
  const { command, ...choices } = APPLIERS[by];
  const random = new SeededRandom(seed);
  const prefixes = Array.from({ length: cases }, (_, at) => `case-${at}`);
  const before = prefixes.map((prefix) => randomTree(random, prefix, choices));
  const after = before.map((tree, at) => editedTree(random, tree, prefixes[at] as string, choices));
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "stepback-patch-")));
  try {
    const directory = join(folder, "change");
    const copy = join(folder, "copy");
    for (const path of [directory, copy]) mkdirSync(path);
    const checkpoints = await openCheckpoints(directory, { config: { durability: "none" } });
    writeTrees(directory, before);
    const first = await checkpoints.create();
    writeTrees(directory, after);
    const live = await patchText(checkpoints, await checkpoints.diff(first.id), choices.binary);
    const second = await checkpoints.create();
    const stored = await patchText(checkpoints, await checkpoints.diff(first.id, second.id), choices.binary);
    const result = { wanted: readAsGit(directory), patch: stored.toString("latin1"), said: "" };
    const apply = (patch: Buffer): Record<string, string> => {
      writeTrees(copy, before);
      const path = join(folder, "the.patch");
      writeFileSync(path, patch);
      if (patch.length > 0) result.said += runApplier([...command, path], copy);
      return readAsGit(copy);
    };
    const applied = apply(stored);
    return { ...result, applied, appliedLive: live.equals(stored) ? applied : apply(live), said: result.said };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function patchText(checkpoints: Checkpoints, diff: Diff, binary: boolean): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const { patch } of checkpoints.patch(diff, { binary })) pieces.push(patch);
  return Buffer.concat(pieces);
}

function runApplier([command, ...args]: readonly string[], cwd: string): string {
  const env = { PATH: process.env["PATH"], LC_ALL: "C", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", HOME: cwd };
  const { stdout, stderr, status } = spawnSync(command as string, args, { cwd, env, encoding: "latin1" });
  return status === 0 ? "" : `${command} ended with ${status}: ${stdout}${stderr}`;
}
