/**
 * Measures stepback, as built, against the bare start of node and against what else is used for going back. See docs/performance.md.
 *
 *   npm run bench -- [--size S|M|L] [--only WORD] [--runs N] [--dir FOLDER] [--build FOLDER] [--write-docs] [--check]
 */
import { existsSync, rmSync } from "node:fs";
import { cp, mkdtemp, readFile, realpath, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { casesOf, measureCase } from "./cases.mjs";
import { TREE_SIZES } from "./make-tree.mjs";
import { findPeers, measurePeers, PEER_SITUATIONS } from "./peers.mjs";
import { formatReport, judgeLimits } from "./report.mjs";
import { freeBytesOf, Scene } from "./scene.mjs";
import { writeDocs } from "./write-docs.mjs";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = fileURLToPath(new URL("results.json", import.meta.url));

/** How often each thing is measured; `peers` are runs too. Whole seconds need fewer runs than milliseconds. */
const ROUNDS = {
  S: { warmUps: 3, walls: 25, cpus: 7, peaks: 3, peers: 11 },
  M: { warmUps: 2, walls: 15, cpus: 5, peaks: 3, peers: 7 },
  L: { warmUps: 1, walls: 5, cpus: 2, peaks: 2, peers: 3 },
};

/** Nothing is deleted while anything is measured. */
const ROOM_BYTES = { small: 4e9, large: 14e9 };

const { size, only, runs, ...flags } = readOptions();
const build = await copyBuild(resolve(flags.build ?? join(PROJECT, "dist")), flags.dir ?? tmpdir());
const results = await measureAll();
await writeFile(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
console.log(`\n${formatReport(results)}\n`);
const missed = judgeLimits(results).filter(({ isMet }) => !isMet);
for (const { id, text, measured } of missed) console.log(`not met: ${id} is ${measured}, the limit is ${text}`);
if (flags["write-docs"]) await writeDocs(join(PROJECT, "docs", "performance.md"), formatReport(results));
process.exitCode = flags.check && missed.length > 0 ? 1 : 0;

function readOptions() {
  const options = {
    size: "string",
    only: "string",
    runs: "string",
    dir: "string",
    build: "string",
    "write-docs": "boolean",
    check: "boolean",
  };
  const { values } = parseArgs({ options: Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }])) });
  if (values.size !== undefined && !(values.size in TREE_SIZES)) refuse(`--size is one of ${Object.keys(TREE_SIZES).join(", ")}`);
  if (values.runs !== undefined && !(Number(values.runs) >= 1)) refuse("--runs is a number from 1 on");
  if (values["write-docs"] && (values.size ?? values.only) !== undefined)
    refuse("--write-docs needs a whole run, without --size and --only");
  return { ...values, runs: values.runs === undefined ? undefined : Number(values.runs) };
}

function refuse(problem) {
  console.error(problem);
  process.exit(2);
}

/** Measures a copy, so that a build made meanwhile changes nothing. */
async function copyBuild(source, place) {
  if (!existsSync(join(source, "cli", "main.cjs"))) refuse("There is no build to measure; run `npm run build` first.");
  const needed = size === "S" || size === "M" ? ROOM_BYTES.small : ROOM_BYTES.large;
  if (freeBytesOf(place) < needed) refuse(`The folder of --dir needs ${needed / 1e9} GB of free space.`);
  const folder = await mkdtemp(join(await realpath(place), "stepback-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  await cp(source, join(folder, "dist"), { recursive: true });
  await cp(join(PROJECT, "package.json"), join(folder, "package.json"));
  return join(folder, "dist");
}

async function measureAll() {
  const root = join(build, "..");
  const found = { startedAt: new Date().toISOString(), machine: await describeMachine(root), cases: [], peers: [] };
  const [before] = loadavg();
  const peerVersions = await findPeers();
  const installed = peerVersions.filter(({ version }) => version !== null);
  for (const one of size === undefined ? Object.keys(TREE_SIZES) : [size]) {
    const cases = casesOf(one).filter(({ id }) => isWanted(id));
    const situations = PEER_SITUATIONS.filter((situation) => isWanted(`peers-${situation}-${one}`));
    if (cases.length + situations.length === 0) continue;
    const scene = new Scene({ root: join(root, one), build, size: one });
    const rounds = roundsOf(one);
    for (const each of cases) {
      console.log(`measuring ${each.id} …`);
      const { id, title, limits } = each;
      found.cases.push({ id, title, size: one, limits, samples: await measureCase(each, scene, rounds) });
    }
    const peers = { size: one, situations: {} };
    for (const situation of situations) {
      console.log(`measuring peers-${situation}-${one} …`);
      peers.situations[situation] = await measurePeers(installed, situation, scene, rounds.peers);
    }
    if (situations.length > 0) found.peers.push(peers);
  }
  return { ...found, peerVersions: peerVersions.map(({ name, version }) => ({ name, version })), load: { before, after: loadavg()[0] } };
}

function isWanted(id) {
  return only === undefined || id.includes(only);
}

function roundsOf(one) {
  const usual = ROUNDS[one];
  if (runs === undefined) return usual;
  return { warmUps: 1, walls: runs, cpus: Math.min(runs, usual.cpus), peaks: Math.min(runs, usual.peaks), peers: runs };
}

async function describeMachine(folder) {
  return {
    node: process.versions.node,
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    fileSystem: await readFileSystem(folder),
  };
}

/** The type of the file system that a folder is on, as the system calls it. */
async function readFileSystem(folder) {
  if (process.platform !== "linux") return process.platform;
  const mounts = (await readFile("/proc/self/mounts", "utf8")).trim().split("\n");
  const around = mounts.map((line) => line.split(" ")).filter(([, place]) => `${folder}/`.startsWith(place === "/" ? "/" : `${place}/`));
  return around.reduce((one, other) => (other[1].length >= one[1].length ? other : one))[2];
}
