import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoints } from "../../../src/index.js";
import { SeededRandom } from "../crash/seeded-random.js";
import type { RacyJob, RacyResult } from "./racy-job.js";

type EditJob = Extract<RacyJob, { kind: "same-size edits" }>;

/** Files that are edited in a round; so many edits come as close to a checkpoint as they can. */
const FILES = 20;

/**
 * Edits files in place without changing their size, right after a checkpoint, right before the next one, and in between, and holds each checkpoint
 * against the edits. With `restoresTimes` every edit puts the time of modification back.
 */
export async function sameSizeEdits(job: EditJob): Promise<RacyResult> {
  const { folder, rounds, deadline = Infinity, seed, storePath, restoresTimes } = job;
  const result: RacyResult = { looked: 0, unstable: 0, wrong: [] };
  const random = new SeededRandom(seed);
  const directory = join(folder, "my-feature");
  mkdirSync(directory);
  const paths = Array.from({ length: FILES }, (_, number) => join(directory, `file-${String(number).padStart(2, "0")}.txt`));
  const texts = paths.map(() => "00000000");
  paths.forEach((path, number) => writeFileSync(path, texts[number] as string));
  const checkpoints = await openCheckpoints(directory, {
    config: { durability: "none" },
    ...(storePath === undefined ? {} : { storePath }),
  });
  for (let round = 0; round < rounds && Date.now() < deadline; round += 1) {
    paths.forEach((path, number) => {
      if (random.next() < 0.2) return;
      texts[number] = String(round * FILES + number + 1).padStart(8, "0");
      edit(path, texts[number], restoresTimes);
      result.looked += 1;
    });
    const { storedPath, id } = await checkpoints.create();
    paths.forEach((path, number) => {
      const stored = readFileSync(path.replace(directory, storedPath), "utf8");
      if (stored !== texts[number]) result.wrong.push(`${id}: ${path} is ${stored}, not ${texts[number]}`);
    });
    if (round % 10 === 9) await checkpoints.clean({ keepLast: 1 });
  }
  return result;
}

function edit(path: string, text: string, restoresTimes: boolean): void {
  const { atime, mtime } = lstatSync(path);
  const descriptor = openSync(path, "r+");
  writeSync(descriptor, text, 0);
  closeSync(descriptor);
  if (restoresTimes) utimesSync(path, atime, mtime);
}
