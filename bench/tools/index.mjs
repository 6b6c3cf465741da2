/** What is measured: stepback, the bare start of node as a floor, and the other tools that people go back with. */
import { findPython, nodeCommand, readVersion } from "../measure-process.mjs";
import { OPERATIONS } from "../operations.mjs";
import { openBare, openCopies, openCopytree, openLinks, openRsync } from "./folders.mjs";
import { openGit } from "./git.mjs";
import { openBorg, openRestic } from "./repositories.mjs";
import { openLibrary, openProcesses } from "./stepback.mjs";

/**
 * @typedef {object} Tool
 * @property {string} id
 * @property {string} name in reports, in Markdown
 * @property {boolean} isOwn
 * @property {string[]} [slowAt] sizes at which it is measured less often
 * @property {string[]} [notAt] sizes at which it is not measured unless it is asked for
 * @property {string | null} version null when it is not installed, "" for ourselves
 * @property {string} [hint] how to have it found
 * @property {(scene: import("../scene.mjs").Scene) => ToolAtWork} open
 */

/**
 * How one tool does one operation. `prepare` runs before each run, `command` gives the process to measure, or `call` makes the call and
 * gives its milliseconds. `rewrites`: it works on the scene's second tree. `sizes`: those at which it is measured. `isFloor`: it touches
 * nothing, so nothing is put in place for it.
 * @typedef {object} Operation
 * @property {() => unknown} [prepare]
 * @property {() => import("../measure-process.mjs").Command} [command]
 * @property {() => Promise<number>} [call]
 * @property {boolean} [rewrites]
 * @property {string[]} [sizes]
 * @property {boolean} [isFloor]
 */

/**
 * @typedef {object} ToolAtWork
 * @property {() => unknown} base stores the tree as it is, unless that was done before
 * @property {() => unknown} keep makes what the last `first` stored the base
 * @property {Record<string, Operation>} operations by id; one that is not there does not apply
 * @property {{ open?: () => unknown, paths: string[], store: (number: number) => import("../measure-process.mjs").Command }} [history]
 *   states one after another, in a place of their own
 * @property {() => void} [close]
 */

/** The calls of a library user, by operation. */
const LIBRARY_CALLS = { first: "create", unchanged: "create", changed: "create", restore: "restore" };

/** Of one who has the next checkpoint begun while it has nothing else to do. */
const LINKED_AHEAD_CALLS = { unchanged: "create", changed: "create" };

const OWN = [
  { id: "stepback", name: "stepback", open: (scene, build) => openProcesses(scene, { build, durability: "full" }) },
  {
    id: "stepback-none",
    name: "stepback, `durability: none`",
    open: (scene, build) => openProcesses(scene, { build, durability: "none" }),
  },
  { id: "library", name: "stepback in process", open: (scene, build) => openLibrary(scene, { build, calls: LIBRARY_CALLS }) },
  {
    id: "library-linked-ahead",
    name: "stepback in process, begun ahead",
    open: (scene, build) => openLibrary(scene, { build, calls: LINKED_AHEAD_CALLS, beforehand: ["open", "prepareNext"] }),
  },
];

/** Finds what is installed here. @param {string} build the folder of stepback's build @returns {Promise<Tool[]>} */
export async function findTools(build) {
  const python = await findPython();
  const [cp, git, restic, borg, copytree, ...rsyncs] = await Promise.all([
    readVersion("cp"),
    readVersion("git"),
    readVersion("restic", ["version"]),
    readVersion("borg"),
    python === null ? null : readVersion(python),
    findRsync("3.5", "RSYNC_3_5"),
    findRsync("3.2.7", "RSYNC_3_2_7"),
  ]);
  return [
    { id: "node", name: "`node -e 0`", isOwn: true, version: process.versions.node, open: openFloor },
    ...OWN.map(({ open, ...rest }) => ({ ...rest, isOwn: true, version: "", open: (scene) => open(scene, build) })),
    { id: "bare", name: "bare calls in Node", isOwn: true, version: "", open: openBare },
    { id: "cp", name: "cp -a", version: cp, open: openCopies },
    { id: "cp-al", name: "cp -al", version: cp, open: openLinks },
    ...rsyncs,
    { id: "git", name: "git", slowAt: ["B"], version: git, open: openGit },
    { id: "restic", name: "restic", slowAt: ["S", "M", "B"], version: restic, open: openRestic },
    { id: "borg", name: "borg", slowAt: ["S", "M", "L", "B"], version: borg, open: openBorg },
    {
      id: "copytree",
      name: "Python copytree",
      slowAt: ["L"],
      notAt: ["XL"],
      version: copytree,
      open: (scene) => openCopytree(scene, { python }),
    },
  ].map((tool) => ({ isOwn: false, ...tool }));
}

/** The bare start of node, which has nothing to prepare: the least that any program in it takes. */
function openFloor() {
  const start = { command: () => nodeCommand("-e", "0"), isFloor: true };
  return { base: () => undefined, keep: () => undefined, operations: Object.fromEntries(OPERATIONS.map(({ id }) => [id, start])) };
}

/** The two versions link at very different speeds, so both are measured: each where a variable says, else as the installed one. */
async function findRsync(wanted, variable) {
  const found = {
    id: `rsync-${wanted}`,
    name: `rsync ${wanted} --link-dest`,
    hint: `${variable}=PATH`,
    ...(wanted === "3.5" ? { notAt: ["XL"] } : {}),
  };
  for (const program of [process.env[variable], "rsync"].filter((path) => path !== undefined)) {
    const version = await readVersion(program);
    if (version?.startsWith(wanted)) return { ...found, version, open: (scene) => openRsync(scene, { program, version: wanted }) };
  }
  return { ...found, version: null };
}
