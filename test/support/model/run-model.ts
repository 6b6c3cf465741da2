import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { openCheckpoints } from "../../../src/index.js";
import { editCommands } from "./edit-commands.js";
import { Model, type Real } from "./model-store.js";
import { IGNORE_PATTERN } from "./model-tree.js";
import { restoreCommands } from "./restore-commands.js";
import { createCommand, keepingCommands, mishapCommands } from "./store-commands.js";

/** How to run a failure again: fast-check prints the first two, and the third within the counterexample. */
export interface ModelSeed {
  seed: number;
  path?: string;
  replayPath?: string;
}

/**
 * Runs random sequences against the model.
 * @throws Error that names seed, path and replayPath, and the shortest sequence that fails
 */
export async function runModel(
  options: ModelSeed & { sequences: number; maxCommands: number },
): Promise<{ sequences: number; steps: number }> {
  const { seed, path, replayPath, sequences, maxCommands } = options;
  const done = { sequences: 0, steps: 0 };
  await fc.assert(
    fc.asyncProperty(sequencesOf(maxCommands, replayPath), async (commands) => {
      const folder = realpathSync(mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "stepback-model-")));
      try {
        await fc.asyncModelRun(() => setUp(folder), commands);
        done.sequences += 1;
        done.steps += [...commands].length;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    {
      seed,
      numRuns: sequences,
      ...(path === undefined ? {} : { path }),
    },
  );
  return done;
}

/** Edits, checkpoints and restores in about equal parts, and some of everything else. */
function sequencesOf(maxCommands: number, replayPath: string | undefined) {
  const creates = Array.from({ length: 16 }, () => createCommand);
  const restores = Array.from({ length: 5 }, () => restoreCommands).flat();
  const all = [...editCommands, ...editCommands, ...creates, ...restores, ...keepingCommands, ...mishapCommands];
  return fc.commands(all, { size: "max", maxCommands, ...(replayPath === undefined ? {} : { replayPath }) });
}

async function setUp(folder: string): Promise<{ model: Model; real: Real }> {
  const directory = join(folder, "my-feature");
  mkdirSync(directory);
  const model = new Model(directory);
  const reopen = () =>
    openCheckpoints(directory, { config: { durability: "none", ignore: [IGNORE_PATTERN] }, now: () => new Date(model.nowMs) });
  const checkpoints = await reopen();
  // The very first checkpoint makes the store, which moves the directory's own time.
  await checkpoints.delete([(await checkpoints.create()).id]);
  model.live.touch("");
  model.live.write("a", "one");
  model.live.write("b/c d", "two");
  model.live.write("b/ign.skip", "left out");
  model.live.makeSymlink("-x/.e", "../b");
  return { model, real: { directory, checkpoints, reopen } };
}
