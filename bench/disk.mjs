/** What ten further states of a tree take, each with 1 % of the files changed. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./measure-process.mjs";

const STATES = 10;
const BLOCK_BYTES = 512;

/**
 * @param {import("./scene.mjs").Scene} scene
 * @param {{ id: string, work: import("./tools/index.mjs").ToolAtWork }[]} tools
 * @returns {Promise<{ treeBytes: number, changedBytes: number, folderBytes: number, stores: { id: string, bytes: number }[] }>} all in bytes on disk
 */
export async function measureDisk(scene, tools) {
  const able = tools.filter(({ id, work }) => work.history !== undefined && !isTwin(id, tools));
  const { files: treeBytes, folders } = readBlocks(scene.tree);
  for (const { work } of able) {
    await work.history.open?.();
    await runCommand(work.history.store(0));
  }
  let changedBytes = 0;
  for (let number = 1; number <= STATES; number += 1) {
    const changed = scene.change();
    changedBytes += changed.reduce((sum, { path }) => sum + BLOCK_BYTES * lstatSync(path).blocks, 0);
    await scene.allowUnchanged();
    for (const { work } of able) await runCommand(work.history.store(number));
  }
  const stores = [];
  for (const { id, work } of able) stores.push({ id, bytes: await readUsage(work.history.paths) });
  return { treeBytes, changedBytes, folderBytes: folders * (STATES + 1), stores };
}

/** Both versions of rsync store the same, the older one faster. */
function isTwin(id, tools) {
  return id === "rsync-3.5" && tools.some((tool) => tool.id === "rsync-3.2.7");
}

async function readUsage(paths) {
  const lines = (await runCommand({ program: "du", args: ["-skc", ...paths] })).trim().split("\n");
  return 1024 * Number(/^\d+/.exec(lines.at(-1))[0]);
}

function readBlocks(folder) {
  const found = { files: 0, folders: BLOCK_BYTES * lstatSync(folder).blocks };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) {
      found.files += BLOCK_BYTES * lstatSync(path).blocks;
      continue;
    }
    const below = readBlocks(path);
    found.files += below.files;
    found.folders += below.folders;
  }
  return found;
}
