import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { openCheckpoints } from "../../../src/index.js";
import { marksBelow, MARK } from "./swapped-folder.js";
import type { RacyJob, RacyResult } from "./racy-job.js";

type HammerJob = Extract<RacyJob, { kind: "hammered captures" }>;

/** Takes checkpoints while another process does everything to the files that can be done to files. */
export async function hammeredCaptures({ folder, rounds, deadline = Infinity, hammerPath }: HammerJob): Promise<RacyResult> {
  const result: RacyResult = { looked: 0, unstable: 0, wrong: [] };
  const [directory, outside] = [join(folder, "my-feature"), join(folder, "outside.txt")];
  mkdirSync(directory);
  writeFileSync(outside, MARK);
  const hammer = spawn("python3", [hammerPath, directory, outside], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(hammer.stdout, "data");
    const checkpoints = await openCheckpoints(directory, { config: { durability: "none" } });
    for (let round = 0; round < rounds && Date.now() < deadline; round += 1) {
      const { id, storedPath, uncaptured } = await checkpoints.create();
      result.unstable += uncaptured.filter(({ reason }) => reason === "unstable").length;
      for (const entry of (await checkpoints.manifest(id)).entries) {
        if (entry.type !== "file") continue;
        result.looked += 1;
        const problem = describeProblem(entry.path, readFileSync(join(storedPath, entry.path)));
        if (problem !== null) result.wrong.push(`${id}: ${entry.path} ${problem}`);
      }
      result.wrong.push(...marksBelow(storedPath).map((path) => `${path} is from outside`));
      if (round % 10 === 9) await checkpoints.clean({ keepLast: 1 });
    }
    if (!(await checkpoints.verify()).isWhole) result.wrong.push("verify found damage");
  } finally {
    hammer.kill("SIGKILL");
  }
  return result;
}

/**
 * Says why a file's content can never have been: a writing goes from the start to the end, so new pieces come before old ones, and there are
 * never more than two generations in one file.
 */
function describeProblem(path: string, content: Buffer): string | null {
  const text = content.toString("latin1");
  const generations = text.match(/.{1,16}/g)?.map(Number) ?? [];
  if (text.length % 16 !== 0) generations.pop();
  const isOverwritten = path.startsWith("overwritten");
  const isOrdered = generations.every((one, at) => at === 0 || one <= (generations[at - 1] as number));
  const spread = (generations[0] ?? 0) - (generations.at(-1) ?? 0);
  if (!isOrdered || spread > (isOverwritten ? 1 : 0)) return `mixes generations ${[...new Set(generations)].join(", ")}`;
  const isCut = path === "emptied" ? false : content.length % 4096 !== 0 || (content.length === 0 && isOverwritten);
  return isCut ? `has ${content.length} bytes` : null;
}
