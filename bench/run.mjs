/**
 * Measures stepback, as built, against the bare start of node and against what else is used for going back. See docs/performance.md;
 * `npm run bench -- --help` tells the options.
 *
 * A whole run may be made in pieces: what each measures is added to the results of those before.
 */
import { existsSync, rmSync } from "node:fs";
import { cp, mkdtemp, realpath } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { measureDisk } from "./disk.mjs";
import { LISTED, measureList } from "./lists.mjs";
import { describeMachine } from "./machine.mjs";
import { TREE_SIZES } from "./make-tree.mjs";
import { findPython, removeTree } from "./measure-process.mjs";
import { measureOperation, OPERATIONS } from "./operations.mjs";
import { readOptions, SCALING, USAGE } from "./options.mjs";
import { formatReport } from "./report.mjs";
import { emptyResults, mergeResults, readResults, writeResults } from "./results.mjs";
import { CURVES } from "./scaling.mjs";
import { DELETION_ECHO_MS, freeBytesOf, Scene } from "./scene.mjs";
import { findTools } from "./tools/index.mjs";
import { judgeGoals, judgeLimits } from "./verdicts.mjs";
import { writeDocs } from "./write-docs.mjs";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const RESULTS = fileURLToPath(new URL("results.json", import.meta.url));

/** Almost nothing is deleted while anything is measured. */
const ROOM_BYTES = { S: 1e9, M: 4e9, L: 14e9, XL: 40e9, B: 30e9, [SCALING]: 20e9 };

const options = readOptionsOrLeave();
const isKept = options.toolWords === undefined;
let results = isKept ? await readResults(RESULTS) : emptyResults();
if (!options.report) await measureAll();
console.log(`\n${formatReport(results)}\n`);
const missed = [...judgeGoals(results).flatMap(({ cells }) => cells), ...judgeLimits(results)].filter((one) => one?.verdict === "missed");
for (const { id, measured, must } of missed) console.log(`missed: ${id} is ${measured.toFixed(2)}, must be at most ${must}`);
if (options["write-docs"]) await writeDocs(join(PROJECT, "docs", "performance.md"), formatReport(results));
process.exitCode = options.check && missed.length > 0 ? 1 : 0;

function readOptionsOrLeave() {
  try {
    const found = readOptions(process.argv.slice(2));
    if (!found.help) return found;
    console.log(USAGE);
    return process.exit();
  } catch (error) {
    return refuse(`${error.message}\n${USAGE}`);
  }
}

function refuse(problem) {
  console.error(problem);
  process.exit(2);
}

async function measureAll() {
  const root = await makeRoot();
  const place = { root, build: await copyBuild(root), python: await findPython(), runs: options.runs };
  const tools = await chooseTools(place.build);
  const pieces = [...options.sizes.filter((size) => partsOf(size).length > 0), ...(curvesWanted().length > 0 ? [SCALING] : [])];
  if (pieces.length === 0) refuse("There is nothing of that name to measure.");
  await waitForEcho((await readResults(RESULTS)).deletedAt);
  for (const piece of pieces) {
    assertRoom(root, piece);
    if (piece === SCALING) await measureScaling({ ...place, tools });
    else await measureSize(piece, { ...place, tools });
    await removeAll(join(root, piece), piece !== pieces.at(-1));
  }
}

/** What is measured at a size, by the name that `--only` chooses it by. */
function partsOf(size) {
  return [
    ...OPERATIONS.map((operation) => ({ name: `${operation.id}-${size}`, operation })),
    ...(size === "S" ? LISTED.map((count) => ({ name: `list-${count}-${size}`, count })) : []),
    ...(size === "B" ? [] : [{ name: `disk-${size}`, isDisk: true }]),
  ].filter(({ name }) => options.isWanted(name));
}

function sayBegin(name) {
  console.log(`${new Date().toISOString().slice(11, 19)} measuring ${name} …`);
}

function curvesWanted() {
  return Object.keys(CURVES).filter((name) => options.isWanted(`${SCALING}-${name}`));
}

async function measureSize(size, { root, tools, ...place }) {
  const scene = new Scene({ root: join(root, size), size: TREE_SIZES[size] });
  const asked = options.toolWords !== undefined;
  const working = tools
    .filter(({ version, notAt = [] }) => version !== null && (asked || !notAt.includes(size)))
    .map((tool) => ({ ...tool, work: tool.open(scene) }));
  for (const { name, operation, count, isDisk } of partsOf(size)) {
    sayBegin(name);
    const run = await describeRun(root, tools);
    const measuredAt = new Date().toISOString();
    if (isDisk)
      await keep(size, {
        run,
        disk: await measureDisk(
          scene,
          working.filter(({ isOwn }) => isOwn || size !== "XL"),
        ),
      });
    else if (count === undefined) {
      const samples = await measureOperation(operation, { size, scene, tools: working, ...place });
      await keep(size, { run, operations: { [operation.id]: { measuredAt, samples } } });
    } else {
      const samples = await measureList(count, { scene, tools: working, ...place });
      await keep(size, { run, operations: { [`list-${count}`]: { measuredAt, samples } } });
    }
  }
  for (const { work } of working) work.close?.();
}

async function measureScaling({ root, ...place }) {
  for (const name of curvesWanted()) {
    sayBegin(`${SCALING}-${name}`);
    const run = await describeRun(root, place.tools);
    const curve = await CURVES[name]({ ...place, root: join(root, SCALING) });
    await keep(SCALING, { run, curves: { [name]: { measuredAt: run.startedAt, ...curve } } });
  }
}

/** Adds to the results at once, so that an interrupted run leaves what it has, and so does another one beside it. */
async function keep(piece, measured) {
  if (isKept) results = await readResults(RESULTS);
  results = mergeResults(results, piece, measured);
  if (isKept) await writeResults(RESULTS, results);
}

async function describeRun(folder, tools) {
  return {
    startedAt: new Date().toISOString(),
    machine: await describeMachine(folder),
    load: loadavg()[0],
    tools: tools.map(({ id, name, version, isOwn, hint }) => ({ id, name, version, isOwn, hint })),
  };
}

async function chooseTools(build) {
  const found = await findTools(build);
  for (const { name, hint } of found.filter(({ version }) => version === null)) {
    console.log(`${name} is not installed${hint === undefined ? "" : `, or ${hint} does not say where`}: left out`);
  }
  const words = options.toolWords;
  return words === undefined ? found : found.filter(({ id, isOwn }) => isOwn || words.some((word) => id.includes(word)));
}

async function makeRoot() {
  const root = await mkdtemp(join(await realpath(options.dir ?? tmpdir()), "stepback-bench-"));
  process.on("exit", () => rmSync(root, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  return root;
}

/** Measures a copy, so that a build made meanwhile changes nothing. */
async function copyBuild(root) {
  const source = resolve(options.build ?? join(PROJECT, "dist"));
  if (!existsSync(join(source, "cli", "main.cjs"))) refuse("There is no build to measure; run `npm run build` first.");
  await cp(source, join(root, "dist"), { recursive: true });
  await cp(join(PROJECT, "package.json"), join(root, "package.json"));
  return join(root, "dist");
}

function assertRoom(root, piece) {
  if (freeBytesOf(root) < ROOM_BYTES[piece]) refuse(`The folder of --dir needs ${ROOM_BYTES[piece] / 1e9} GB of free space for ${piece}.`);
}

/** Makes room for what follows, in this run or in the next one, and tells the next one when. */
async function removeAll(folder, isFollowed) {
  await removeTree(folder);
  const deletedAt = new Date().toISOString();
  await writeResults(RESULTS, { ...(await readResults(RESULTS)), deletedAt });
  if (isFollowed) await waitForEcho(deletedAt);
}

async function waitForEcho(deletedAt) {
  const remainingMs = deletedAt === undefined ? 0 : Date.parse(deletedAt) + DELETION_ECHO_MS - Date.now();
  if (remainingMs <= 0) return;
  console.log("waiting until earlier deletions slow nothing down …");
  await sleep(Math.min(remainingMs, DELETION_ECHO_MS));
}
