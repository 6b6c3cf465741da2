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
/** A workflow takes twenty seconds, in which a shared machine may change its pace by half: only the median of several tells. */
const WORKFLOWS = 5;

/**
 * @param {{ root: string, build: string }} place
 * @returns {Promise<import("./scaling.mjs").Curve & { growth: number }>} `floorMs` is what starting the command alone costs, `growth` how much more
 * the last point costs than the first one, as a share
 */
export async function measureByStep({ root, build }) {
  const { openCheckpoints } = await import(pathToFileURL(join(build, "index.js")).href);
  const curves = [];
  for (let number = 0; number < WORKFLOWS; number += 1) {
    const tree = join(root, `scaling-workflow-${number}`);
    makeChange(tree);
    curves.push(await measureWorkflow(await openCheckpoints(tree)));
  }
  const floorMs = await measureFloor();
  return {
    points: POINTS.map((at, which) => ({ at, ms: { step: median(curves.map((stepMs) => stepMs[which])) }, floorMs })),
    growth: median(curves.map((stepMs) => stepMs.at(-1) / stepMs[0])) - 1,
  };
}

/** Gives what a step takes at each of the points, in milliseconds. */
async function measureWorkflow({ workflow }) {
  const startedAt = [];
  await workflow.run({ onEvent: ({ kind }) => kind === "step-start" && startedAt.push(performance.now()) });
  const stepMs = startedAt.slice(1).map((at, before) => at - startedAt[before]);
  return POINTS.map((at) => median(stepMs.slice(Math.max(1, at - AROUND), Math.max(at, AROUND))));
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
