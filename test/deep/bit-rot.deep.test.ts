import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import {
  askAll,
  checkLifeWithRottenManifest,
  checkRepairOfIndex,
  checkRottenIndex,
  checkRottenManifest,
  spoilingsOf,
  type Spoiling,
} from "../support/rot/rotten-document.js";
import { checkRottenFile } from "../support/rot/rotten-file.js";
import { makeRotScene, storedFilesOf } from "../support/rot/rot-scene.js";

/** Every byte at least once, however long that takes; then other bits of it until the time is over. */
const SECONDS_EACH = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) / 20;

const seed = chooseSeed();
const random = new SeededRandom(seed);

test("a rotten byte in each stored file in turn", async () => {
  const scene = await makeRotScene();
  const deadline = Date.now() + SECONDS_EACH * 1000;
  const counts = new Map<string, number>();
  for (let round = 0; round === 0 || Date.now() < deadline; round += 1) {
    for (const file of random.shuffle(storedFilesOf(scene))) {
      const position = Math.floor(random.next() * readFileSync(file.fullPath).length);
      const bit = Math.floor(random.next() * 8);
      const outcome = await checkRottenFile(scene, file, position, bit).catch((error: unknown) =>
        explain(error, `${file.id}/${file.path}, byte ${position}, bit ${bit}`),
      );
      count(counts, outcome);
      if (round > 0 && Date.now() > deadline) break;
    }
  }
  report("rotten stored files", counts);
  expect([...counts.keys()].sort()).toEqual(["healed", "reported"]);
});

test("every byte of the index flipped, and the index cut off at every byte", async () => {
  const scene = await makeRotScene();
  const answers = await askAll(scene);
  const { length } = readFileSync(join(scene.storePath, "state.json"));
  const counts = new Map<string, number>();
  await spoilAll(length, async (spoiling) => count(counts, await checkRottenIndex(scene, answers, spoiling)));
  report("spoiled indexes", counts);
  const repaired = random.shuffle(spoilingsOf(length, 0)).slice(0, 40);
  for (const spoiling of repaired)
    await checkRepairOfIndex(scene, spoiling).catch((error: unknown) => explain(error, JSON.stringify(spoiling)));
});

test("every byte of each manifest flipped, and each manifest cut off at every byte", async () => {
  const scene = await makeRotScene();
  const counts = new Map<string, number>();
  const ids = [...scene.pictures.keys()];
  const lengths = new Map(ids.map((id) => [id, readFileSync(join(scene.storePath, "manifests", `${id}.json`)).length]));
  for (const [id, length] of lengths) {
    await spoilAll(length, async (spoiling) => count(counts, await checkRottenManifest(scene, id, spoiling)), ids.length);
    for (const spoiling of random.shuffle(spoilingsOf(length, 0)).slice(0, 10)) await checkLifeWithRottenManifest(scene, id, spoiling);
  }
  report("spoiled manifests", counts);
  expect([...counts.keys()]).toEqual(["detected"]);
});

async function spoilAll(length: number, check: (spoiling: Spoiling) => Promise<void>, documents = 1): Promise<void> {
  const deadline = Date.now() + (SECONDS_EACH * 1000) / documents;
  for (let bit = 0; bit < 8; bit += 1) {
    for (const spoiling of random.shuffle(spoilingsOf(length, bit))) {
      if (bit > 0 && spoiling.kind === "cut") continue;
      if (bit > 0 && Date.now() > deadline) return;
      await check(spoiling).catch((error: unknown) => explain(error, JSON.stringify(spoiling)));
    }
  }
}

function count(counts: Map<string, number>, outcome: string): void {
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
}

function report(what: string, counts: ReadonlyMap<string, number>): void {
  const total = [...counts.values()].reduce((sum, one) => sum + one, 0);
  const parts = [...counts].map(([outcome, number]) => `${number} ${outcome}`).join(", ");
  process.stderr.write(`${total} ${what}: ${parts}; STEPBACK_CRASH_SEED=${seed}\n`);
}

/** @throws Error with what is needed to see it again */
function explain(error: unknown, what: string): never {
  throw new Error(`${what}; STEPBACK_CRASH_SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
