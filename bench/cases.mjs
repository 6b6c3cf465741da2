/** What is measured of stepback itself: every command that takes time, at every size, against the bare start of node. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { compare } from "./compare.mjs";
import { nodeCommand } from "./measure-process.mjs";

const DURABILITIES = ["full", "none"];
const CHANGED_SHARE = 0.01;
const LISTED_CHECKPOINTS = 50;
const MS_PER_HOUR = 3_600_000;

const MEMORY_LIMIT = { peakBytes: 200_000_000 };

/**
 * A case makes what it needs once (`open`) and puts everything in place before each run (`prepare`).
 * @typedef {object} Case
 * @property {string} id
 * @property {string} title
 * @property {keyof import("./make-tree.mjs").TREE_SIZES} size
 * @property {string[]} args of stepback
 * @property {readonly string[]} durabilities those that make a difference
 * @property {{ wallRatio?: number, peakBytes?: number }} limits
 */

const SITUATIONS = [
  {
    id: "list",
    title: `\`list\`, ${LISTED_CHECKPOINTS} checkpoints`,
    sizes: ["S"],
    args: ["list"],
    durabilities: ["full"],
    limits: { S: { wallRatio: 1.3 } },
    open: makeListedStore,
    prepare: () => undefined,
  },
  {
    id: "create-first",
    title: "`create`, first",
    args: ["create", "-q"],
    limits: { L: MEMORY_LIMIT },
    open: () => undefined,
    prepare: (scene, durability) => scene.removeStore(durability),
  },
  {
    id: "create-unchanged",
    title: "`create`, nothing changed",
    args: ["create", "-q"],
    limits: { M: { wallRatio: 2.5 }, L: MEMORY_LIMIT },
  },
  {
    id: "create-changed",
    title: "`create`, 1 % changed",
    args: ["create", "-q"],
    limits: { L: MEMORY_LIMIT },
    prepare: takeBaseAndChange,
  },
  {
    id: "restore",
    title: "`restore`, 1 % changed",
    args: ["restore", "latest", "--yes", "-q"],
    limits: { L: MEMORY_LIMIT },
    prepare: takeBaseAndChange,
  },
  { id: "verify", title: "`verify`", args: ["verify", "-q"], durabilities: ["full"], limits: { L: MEMORY_LIMIT } },
];

/** Every case of a size. @returns {Case[]} */
export function casesOf(size) {
  return SITUATIONS.filter(({ sizes = [size] }) => sizes.includes(size)).map(({ id, limits, ...rest }) => ({
    durabilities: DURABILITIES,
    open: (scene, durability) => scene.makeBase(durability),
    prepare: (scene, durability) => scene.takeBase(durability),
    ...rest,
    id: `${id}-${size}`,
    size,
    limits: limits[size] ?? {},
  }));
}

/** Measures one case. @param {Case} one @param {import("./scene.mjs").Scene} scene */
export async function measureCase(one, scene, rounds) {
  await scene.clear();
  for (const durability of one.durabilities) {
    scene.setDurability(durability);
    await one.open(scene, durability);
  }
  const contestants = one.durabilities.map((durability) => ({
    name: durability,
    command: scene.stepback(one.args, durability),
    async prepare() {
      scene.setDurability(durability);
      one.prepare(scene, durability);
      await scene.settle();
    },
  }));
  return compare(contestants, rounds, nodeCommand("-e", "0"));
}

function takeBaseAndChange(scene, durability) {
  scene.takeBase(durability);
  scene.change(CHANGED_SHARE);
}

/** A store as a workflow of many steps leaves it; its clock goes an hour on with every checkpoint. */
async function makeListedStore(scene, durability) {
  scene.removeStore(durability);
  const { openCheckpoints } = await import(pathToFileURL(join(scene.build, "index.js")).href);
  let nowMs = Date.UTC(2026, 0, 1);
  const checkpoints = await openCheckpoints(scene.tree, {
    storePath: scene.storePath(durability),
    config: { durability: "none" },
    now: () => new Date((nowMs += MS_PER_HOUR)),
  });
  for (let step = 1; step <= LISTED_CHECKPOINTS; step += 1) {
    await checkpoints.create({ step, stepName: `Step ${step} of the workflow`, success: true, tags: ["bench"] });
  }
}
