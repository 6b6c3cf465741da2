/** What a step of a workflow costs, from the first to the thousandth: checkpoint, command, record. In process, as the runner works. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { median } from "./statistics.mjs";

const STEPS = 1_000;
/** So many steps up to each of these are looked at. */
const POINTS = [10, 100, 300, 1_000];
const AROUND = 20;
const FILES = 12;

/**
 * @param {{ root: string, build: string }} place
 * @returns {Promise<import("./scaling.mjs").Curve>} `floorMs` is what starting the command alone costs
 */
export async function measureByStep({ root, build }) {
  const tree = join(root, "scaling-workflow");
  makeChange(tree);
  const { openCheckpoints } = await import(pathToFileURL(join(build, "index.js")).href);
  const { workflow } = await openCheckpoints(tree);
  const startedAt = [];
  await workflow.run({ onEvent: ({ kind }) => kind === "step-start" && startedAt.push(performance.now()) });
  const stepMs = startedAt.slice(1).map((at, before) => at - startedAt[before]);
  const floorMs = await measureFloor();
  return {
    points: POINTS.map((at) => ({ at, ms: { step: median(stepMs.slice(Math.max(1, at - AROUND), Math.max(at, AROUND))) }, floorMs })),
  };
}

/** How much more the last point costs than the first one, as a share. */
export function growthOf({ points }) {
  return points.at(-1).ms.step / points[0].ms.step - 1;
}

function makeChange(tree) {
  mkdirSync(tree, { recursive: true });
  for (let number = 0; number < FILES; number += 1) writeFileSync(join(tree, `file-${number}.md`), `${number}\n`.repeat(1_000));
  const steps = Array.from({ length: STEPS }, (_, at) => ({ name: `Step ${at + 1} of the workflow`, run: ["true"] }));
  writeFileSync(join(tree, "stepback.workflow.json"), JSON.stringify({ id: "bench", steps }));
}

async function measureFloor() {
  const walls = [];
  for (let run = 0; run < AROUND; run += 1) {
    const at = performance.now();
    await once(spawn("true", { stdio: "inherit" }), "exit");
    walls.push(performance.now() - at);
  }
  return median(walls);
}
