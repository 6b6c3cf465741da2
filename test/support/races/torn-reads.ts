import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoints } from "../../../src/index.js";
import { betweenCalls } from "./between-calls.js";
import type { RacyJob, RacyResult } from "./racy-job.js";

/** Large enough to be read in pieces. */
const SIZE = 2 * 1024 * 1024;

/** Overwrites a file while it is read, so quickly after it was made that its times do not move where they hold whole seconds. */
export async function tornReads({ folder, rounds }: RacyJob): Promise<RacyResult> {
  const result: RacyResult = { looked: 0, unstable: 0, wrong: [] };
  const directory = join(folder, "my-feature");
  mkdirSync(directory);
  const checkpoints = await openCheckpoints(directory, { config: { durability: "none" } });
  for (let round = 0; round < rounds; round += 1) {
    // Of a name that no checkpoint has: a file that one has is hashed first.
    const name = `file-${round}.bin`;
    const path = join(directory, name);
    const contents = [Buffer.alloc(SIZE, `old ${round} `), Buffer.alloc(SIZE, `new ${round} `)] as const;
    writeFileSync(path, contents[0]);
    let isOverwritten = false;
    await betweenCalls(
      async () => {
        const { storedPath, uncaptured } = await checkpoints.create();
        result.looked += 1;
        result.unstable += uncaptured.filter(({ reason }) => reason === "unstable").length;
        if (uncaptured.some((one) => one.path === name)) return;
        const stored = readFileSync(join(storedPath, name));
        if (!contents.some((content) => content.equals(stored))) result.wrong.push(`${storedPath} holds what never was`);
      },
      ({ name: call, args: [, , , , position] }) => {
        if (call !== "readSync" || position !== SIZE / 2 || isOverwritten) return;
        isOverwritten = true;
        overwrite(path, contents[1]);
      },
    );
  }
  return result;
}

function overwrite(path: string, content: Buffer): void {
  const descriptor = openSync(path, "r+");
  writeSync(descriptor, content, 0, content.length, 0);
  closeSync(descriptor);
}
