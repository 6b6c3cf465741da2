import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const INTRODUCTION = "stepback contains code of the packages below, under the licences that follow their names.";
const RULE = "-".repeat(80);

/** Gives the licence texts of all packages that the given source files belong to. */
export async function formatNotices(root, sourcePaths) {
  const folders = new Set(sourcePaths.map(packageFolder).filter((folder) => folder !== undefined));
  const notices = await Promise.all([...folders].sort().map((folder) => formatNotice(join(root, folder))));
  return `${[INTRODUCTION, ...notices].join(`\n\n${RULE}\n\n`)}\n`;
}

/** `node_modules/@scope/name/lib/a.js` → `node_modules/@scope/name`, also when packages are nested. */
function packageFolder(sourcePath) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(sourcePath)?.[0];
}

async function formatNotice(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const licenceFile = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  if (licenceFile === undefined) throw new Error(`${name} has no licence file; its notice cannot be given.`);
  return `${name} ${version} (${license})\n\n${(await readFile(join(folder, licenceFile), "utf8")).trim()}`;
}
