/** How cost grows: per file with the size of the tree, per checkpoint with their number in the store, per step of a workflow. stepback alone. */
import { join } from "node:path";
import { fillStore } from "./lists.mjs";
import { measureWall, nodeCommand } from "./measure-process.mjs";
import { measureOperation, OPERATIONS } from "./operations.mjs";
import { Scene } from "./scene.mjs";
import { median } from "./statistics.mjs";
import { stepbackCommand } from "./tools/stepback.mjs";
import { measureByStep } from "./workflow.mjs";

/** Files of 10 KB on average at every point, so that only their number changes. */
const TREES = [2_000, 5_000, 10_000, 20_000, 50_000, 100_000].map((files) => ({ files, bytes: files * 10_000 }));
const GROWN = ["first", "unchanged", "changed", "restore", "verify"];

const CHECKPOINTS = [1, 10, 30, 100, 300, 1_000];
const WATCHED_TREE = { files: 200, bytes: 2_000_000 };

/**
 * One curve: what is counted along it, and at each point a median by operation, beside that of the bare start of node.
 * @typedef {{ points: { at: number, ms: Record<string, number>, floorMs: number, peakBytes?: number }[] }} Curve
 */

/** The curves by name. @type {Record<string, (place: object) => Promise<Curve>>} */
export const CURVES = { files: measureByFiles, checkpoints: measureByCheckpoints, workflow: measureByStep };

/** @param {{ root: string, tools: import("./tools/index.mjs").Tool[], python: string | null, runs?: number }} place */
async function measureByFiles({ root, tools, python, runs = 3 }) {
  const points = [];
  for (const size of TREES) {
    console.log(`  ${size.files} files …`);
    const scene = new Scene({ root: join(root, `scaling-${size.files}`), size });
    const own = tools.filter(({ id }) => id === "node" || id === "stepback").map((tool) => ({ ...tool, work: tool.open(scene) }));
    const point = { at: size.files, ms: {}, floorMs: 0 };
    const peaks = [];
    for (const operation of OPERATIONS.filter(({ id }) => GROWN.includes(id))) {
      const [floor, stepback] = await measureOperation(operation, { size: "L", scene, tools: own, python, runs });
      point.ms[operation.id] = median(stepback.wallMs);
      point.floorMs = median(floor.wallMs);
      peaks.push(...stepback.peakBytes);
    }
    points.push(peaks.length === 0 ? point : { ...point, peakBytes: Math.max(...peaks) });
  }
  return { points };
}

/** The store keeps its number of checkpoints: after each one that is made, the oldest is deleted. */
async function measureByCheckpoints({ root, build, runs = 5 }) {
  const scene = new Scene({ root: join(root, "scaling-checkpoints"), size: WATCHED_TREE });
  const { tree } = scene;
  const store = scene.beside("store");
  const points = [];
  let stored = 0;
  await scene.allowUnchanged();
  for (const at of CHECKPOINTS) {
    console.log(`  ${at} checkpoints …`);
    await fillStore({ build, tree, store, from: stored + 1, count: at });
    stored = at;
    const commands = {
      floor: nodeCommand("-e", "0"),
      unchanged: stepbackCommand({ build, tree, store }, ["create", "-q"]),
      list: stepbackCommand({ build, tree, store }, ["list"]),
      "delete-oldest": stepbackCommand({ build, tree, store }, ["delete", `latest~${at}`, "--yes", "-q"]),
    };
    const { floor, ...ms } = await measureInTurn(scene, commands, runs);
    points.push({ at, ms, floorMs: floor });
  }
  return { points };
}

async function measureInTurn(scene, commands, runs) {
  const measured = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const [name, command] of Object.entries(commands)) {
      await scene.settle();
      measured[name].push(await measureWall(command));
    }
  }
  return Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]));
}
