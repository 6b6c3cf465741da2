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
} from "../support/rot/rotten-document.js";
import { checkRottenFile } from "../support/rot/rotten-file.js";
import { makeRotScene, storedFilesOf } from "../support/rot/rot-scene.js";

/** Samples of what test/deep/bit-rot.deep.test.ts does with every byte. */
const seed = chooseSeed();
const random = new SeededRandom(seed);
const told = `STEPBACK_CRASH_SEED=${seed}`;

test("one rotten byte of a stored file is found wherever it is shared, never restored or passed on, and healed where it can be", async () => {
  const scene = await makeRotScene();
  const outcomes = new Set<string>();
  // One that all share, one with good copies, one that stands nowhere else, an empty one; and some by chance.
  const chosen = ["shared by all.md", "proposal.md", "specs/later.md", "empty.txt"];
  const files = storedFilesOf(scene);
  const sample = [...chosen.map((name) => files.find(({ path }) => path === name)), ...random.shuffle(files).slice(0, 3)];
  for (const file of sample) {
    if (file === undefined) throw new Error("a file of the scene is missing");
    const position = Math.floor(random.next() * readFileSync(file.fullPath).length);
    outcomes.add(
      await checkRottenFile(scene, file, position, position % 8).catch((error: unknown) => explain(error, `${file.id}/${file.path}`)),
    );
  }
  expect([...outcomes].sort()).toEqual(["healed", "reported"]);
});

test("an index with a rotten byte, or cut off, is refused or leads to the same checkpoints", async () => {
  const scene = await makeRotScene();
  const answers = await askAll(scene);
  const { length } = readFileSync(join(scene.storePath, "state.json"));
  const spoilings = random.shuffle(spoilingsOf(length, 0));
  for (const spoiling of spoilings.slice(0, 400)) {
    await checkRottenIndex(scene, answers, spoiling).catch((error: unknown) => explain(error, JSON.stringify(spoiling)));
  }
  for (const spoiling of spoilings.slice(0, 5)) {
    await checkRepairOfIndex(scene, spoiling).catch((error: unknown) => explain(error, JSON.stringify(spoiling)));
  }
});

test("a manifest with a rotten byte, or cut off, is refused; everything else goes on", async () => {
  const scene = await makeRotScene();
  for (const id of scene.pictures.keys()) {
    const { length } = readFileSync(join(scene.storePath, "manifests", `${id}.json`));
    const spoilings = random.shuffle(spoilingsOf(length, 0));
    for (const spoiling of spoilings.slice(0, 100)) await checkRottenManifest(scene, id, spoiling);
    for (const spoiling of spoilings.slice(0, 2)) await checkLifeWithRottenManifest(scene, id, spoiling);
  }
});

/** @throws Error with what is needed to see it again */
function explain(error: unknown, what: string): never {
  throw new Error(`${what}; ${told}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}
