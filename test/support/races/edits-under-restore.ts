import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { hasCode, openCheckpoints } from "../../../src/index.js";
import { betweenCalls } from "./between-calls.js";
import type { RacyJob, RacyResult } from "./racy-job.js";

/** Edits a file, without a change of its size, after a restore has captured it and before it is replaced. */
export async function editsUnderRestore({ folder, rounds }: RacyJob): Promise<RacyResult> {
  const result: RacyResult = { looked: 0, unstable: 0, wrong: [] };
  const directory = join(folder, "my-feature");
  mkdirSync(directory);
  const path = join(directory, "file.txt");
  const checkpoints = await openCheckpoints(directory, { config: { durability: "none" } });
  writeFileSync(path, "first");
  const { id } = await checkpoints.create();
  for (let round = 0; round < rounds; round += 1) {
    writeFileSync(path, "other");
    let isEdited = false;
    const restore = async (): Promise<void> => {
      try {
        await checkpoints.restore(id);
      } catch (error) {
        if (!hasCode(error, "CONFLICT")) throw error;
      }
    };
    await betweenCalls(restore, ({ name, args }) => {
      // The right moment: when the journal stands, and the file is about to be looked at and taken out.
      if (isEdited || name !== "lstatSync" || !/\/trash\/\d+$/.test(String(args[0]))) return;
      isEdited = true;
      edit(path, "third");
    });
    result.looked += isEdited ? 1 : 0;
    const found = readFileSync(path, "utf8");
    if (found !== "third") result.wrong.push(`round ${round}: ${found}`);
  }
  return result;
}

function edit(path: string, text: string): void {
  const descriptor = openSync(path, "r+");
  writeSync(descriptor, text, 0);
  closeSync(descriptor);
}
