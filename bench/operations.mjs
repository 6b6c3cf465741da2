/** What is measured of every tool: the operations, and how each is put in place, run and timed. */
import { compare } from "./compare.mjs";
import { measureUsage, measureWall } from "./measure-process.mjs";

/**
 * `change`: 1 % of the files differ from the newest stored state; `goesBack`: afterwards they do no longer. `isTreeEmpty`: all live files are gone.
 * In this order: tools that verify by comparing find the tree equal to what they stored only as long as nothing was changed.
 */
export const OPERATIONS = [
  { id: "first", title: "first" },
  { id: "unchanged", title: "nothing changed" },
  { id: "verify", title: "verify" },
  { id: "changed", title: "1 % changed", change: true },
  { id: "restore", title: "restore 1 %", change: true, goesBack: true },
  { id: "restore-all", title: "restore all", isTreeEmpty: true },
  { id: "delete-oldest", title: "delete oldest" },
];

/** How often each thing is measured at a size; `slow` is the most for tools that are slow there. Seconds need fewer runs than milliseconds. */
const ROUNDS = {
  S: { walls: 11, slow: 3, warmUps: 5, peerUsages: 1 },
  M: { walls: 5, slow: 3, warmUps: 3, peerUsages: 1 },
  L: { walls: 3, slow: 2, warmUps: 1, peerUsages: 1 },
  XL: { walls: 2, slow: 2, warmUps: 1, peerUsages: 0 },
  B: { walls: 3, slow: 1, warmUps: 1, peerUsages: 1 },
};

/**
 * Measures one operation of all tools, in turn.
 * @param {typeof OPERATIONS[number]} operation
 * @param {{ size: string, scene: import("./scene.mjs").Scene, tools: (import("./tools/index.mjs").Tool & { work: import("./tools/index.mjs").ToolAtWork })[],
 *   python: string | null, runs?: number }} place
 */
export async function measureOperation(operation, { size, scene, tools, python, runs }) {
  const able = tools.filter(
    ({ work }) => (work.operations[operation.id]?.sizes ?? [size]).includes(size) && operation.id in work.operations,
  );
  if (operation.id !== "first") await makeBases(able, scene);
  const contestants = able.map((tool) => contestantOf(tool, operation, { size, scene, python, runs }));
  await scene.clear(roomFor(contestants, scene.size));
  const samples = await compare(contestants);
  if (operation.id === "first") able.forEach(({ work }) => work.keep());
  if (operation.isTreeEmpty) scene.bringTreeBack();
  return samples;
}

async function makeBases(tools, scene) {
  await scene.allowUnchanged();
  for (const { work } of tools) await work.base();
}

function contestantOf({ id, isOwn, slowAt = [], work }, operation, { size, scene, python, runs }) {
  const { prepare, command, call, rewrites, isFloor } = work.operations[operation.id];
  const rounds = ROUNDS[size];
  const walls = runs ?? rounds.walls;
  return {
    id,
    usages: python === null || call !== undefined ? 0 : isOwn ? 1 : rounds.peerUsages,
    warmUps: call === undefined ? 0 : rounds.warmUps,
    walls: slowAt.includes(size) ? Math.min(walls, rounds.slow) : walls,
    async prepare() {
      if (isFloor) return;
      await prepare?.();
      if (operation.change) await (rewrites ? scene.changeCopy() : scene.change());
      if (operation.isTreeEmpty) scene.emptyTree();
      await scene.settle();
    },
    measureWall: call ?? (() => measureWall(command())),
    measureUsage: call === undefined ? () => measureUsage(command(), python) : undefined,
    check() {
      if (isFloor) return;
      if (operation.goesBack) scene.checkReverted();
      if (operation.isTreeEmpty) scene.checkTree();
    },
  };
}

/** What the runs may write, with every tool writing the whole tree each time. */
function roomFor(contestants, { bytes }) {
  const runs = contestants.reduce((sum, { usages, warmUps, walls }) => sum + usages + warmUps + walls, 0);
  return 1e9 + runs * bytes * 1.3;
}
