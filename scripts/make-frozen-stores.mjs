/**
 * Freezes stores of the present format in fixtures/stores/, as they lie on disk, so that every later version is held to them.
 *
 * Made by dist/index.js with a fixed clock; run `npm run build` first. A store that is there already is left as it is: it is
 * evidence of what was once written. To make one anew, remove its folder.
 */
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import os from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(import.meta.url);
const ROOT = join(dirname(SCRIPT), "..");
const STORES = join(ROOT, "fixtures", "stores");
const LAST_EDIT = new Date("2026-03-01T12:00:00.250Z");

standOnAMadeUpMachine();
const { openCheckpoints } = await import("../dist/index.js");

const [mode, directory] = process.argv.slice(2);
if (mode === "--run-and-die") await runAndDie(directory);
else if (mode === "--restore-and-die") await restoreAndDie(directory);
else {
  await freeze("v1-small", fillSmallStore);
  await freeze("v1-cut-off", fillCutOffStore);
  await freeze("v1-tasks", fillTasksStore);
  await freeze("v1-sessions", fillSessionsStore);
  await freeze("v1-workflow", fillWorkflowStore);
  await freeze("future-index", async (change) => {
    await fillTwoCheckpoints(change);
    const future = { format_version: 2, change_id: basename(change), chapters: [{ title: "what a later version may write" }] };
    fs.writeFileSync(join(change, ".checkpoints", "state.json"), `${JSON.stringify(future, null, 2)}\n`);
  });
  await freeze("corrupt-index", async (change) => {
    await fillTwoCheckpoints(change);
    const path = join(change, ".checkpoints", "state.json");
    fs.truncateSync(path, Math.round(fs.statSync(path).size * 0.6));
  });
  await freeze("missing-index", async (change) => {
    await fillTwoCheckpoints(change);
    for (const name of ["state.json", "state.json.previous"]) fs.rmSync(join(change, ".checkpoints", name));
  });
}

/** A finished step that was pinned, tagged, noted and restored, the backup of that restore, and a step whose runner was killed. */
async function fillSmallStore(change) {
  const trees = {};
  const tree = {
    "proposal.md": "# Add a tide gauge\n",
    "tasks.md": "- [ ] choose a sensor\n",
    "specs/gauge/spec.md": "## Requirement: readings every minute\n",
    "na%EFve.txt": "a name in Latin-1, which is not valid UTF-8\n",
    "gauge.key": "not for everybody\n",
    "bin/read.sh": "#!/bin/sh\necho 4.2\n",
    "empty.txt": "",
    ".checkpointignore": "scratch/\n",
    current: "-> specs/gauge/spec.md",
    nowhere: "-> ../not/here",
  };
  writeTree(change, tree);
  writeTree(change, { "scratch/notes.txt": "left out by a rule\n" });
  fs.chmodSync(join(change, "gauge.key"), 0o600);
  fs.chmodSync(join(change, "bin/read.sh"), 0o755);
  execFileSync("mkfifo", [join(change, "gauge.pipe")]);

  const checkpoints = await openAt(change, "2026-03-02T09:00:00Z");
  const step = { step: 1, stepName: "Create Proposal", taskId: "7", stage: "start", phase: "plan" };
  const words = { notes: "before the proposal", tags: ["draft", "reviewed"], metadata: { agent: "writer" } };
  const { before } = await checkpoints.run({ command: ["true"], verify: "true", cwd: change, ...step, ...words });
  trees[before.id] = { ...tree };
  const later = await openAt(change, "2026-03-02T09:05:00Z");
  await later.pin(before.id);
  await later.note(before.id, "approved by the harbour master");

  const changed = {
    ...tree,
    "proposal.md": "# Add two tide gauges\n",
    "added.md": "not in the first checkpoint\n",
    current: "-> proposal.md",
  };
  delete changed["tasks.md"];
  fs.rmSync(join(change, "tasks.md"));
  writeTree(change, changed);
  const { backup } = await (await openAt(change, "2026-03-02T09:10:00Z")).restore(before.id);
  trees[backup.id] = changed;

  const grown = { ...tree, "tasks.md": "- [x] choose a sensor\n", "notes/deep/idea.md": "solar power\n" };
  writeTree(change, grown);
  spawnSync(process.execPath, [SCRIPT, "--run-and-die", change], { stdio: "inherit" });
  const { checkpoints: all } = await later.list();
  trees[all.at(-1).id] = grown;
  fs.rmSync(join(change, "gauge.pipe"));
  return { trees };
}

/** The command of this step kills its runner, so the step stays on record as running. */
async function runAndDie(change) {
  const checkpoints = await openAt(change, "2026-03-02T09:20:00Z");
  await checkpoints.run({ command: ["sh", "-c", "kill -9 $PPID"], cwd: change, step: 2, stepName: "Create Specs" });
}

/** Two stages of a task in a session of a workflow, with its state, and a recovery to the first of them. */
async function fillTasksStore(change) {
  const where = { taskId: "7", sessionId: "session-20260305-065500", workflowId: "add-tide-gauge" };
  const start = { "proposal.md": "# Dredge the basin\n" };
  writeTree(change, start);
  const state = { tasksCompleted: 2, decisionsMade: 1, testsPassing: 41, testsFailing: 1 };
  const first = await (await openAt(change, "2026-03-05T07:00:00Z")).create({ ...where, stage: "start", state });
  const implemented = { ...start, "specs/basin.md": "three metres deeper\n" };
  writeTree(change, implemented);
  const second = await (await openAt(change, "2026-03-05T07:30:00Z")).create({ ...where, stage: "implementation", phase: "implement" });
  const failure = Object.assign(new Error("the quay wall gives way"), { name: "SurveyError" });
  const later = await openAt(change, "2026-03-05T08:00:00Z", {
    recovery: { rules: [{ code: null, match: "survey", error: "implementation" }] },
  });
  const { backup } = await later.recover({ taskId: "7", error: failure });
  return { trees: { [first.id]: start, [second.id]: implemented, [backup.id]: implemented } };
}

/** A session with everything that one can be told of, ended with its summary; one that is active; and a progress log of both. */
async function fillSessionsStore(change) {
  const tree = { "proposal.md": "# Light the mole\n" };
  writeTree(change, tree);
  const owner = { name: "agent-1", pid: null };
  const at = (time, config) => openAt(change, `2026-03-06T${time}Z`, config);
  await (await at("07:00:00")).sessions.start({ description: "the light on the mole", owner });
  await (await at("07:05:00")).log.append("waits for the lamp", { taskId: "7" });
  await (await at("07:10:00")).sessions.before("the new wiring");
  await (await at("07:20:00")).sessions.task("7", { tokens: 1200, memoryBytes: 64 * 1024 ** 2, notes: "it shines" });
  await (await at("07:25:00")).sessions.task("8", { success: false });
  await (await at("07:30:00", { checkpointOn: [] })).sessions.sprint("Sprint 3");
  await (await at("07:40:00")).sessions.record({ tokens: 300 });
  const ended = new AbortController();
  ended.abort();
  await (await at("07:45:00")).watch({ signal: ended.signal });
  await (await at("08:00:00")).sessions.end({ success: true });
  await (await at("09:00:00")).sessions.start({ owner });
  await (await at("09:01:00")).log.append("a line\nthat was two");
  const { checkpoints } = await (await at("09:02:00")).list();
  return { trees: Object.fromEntries(checkpoints.map(({ id }) => [id, tree])) };
}

/** A workflow whose second step has failed, behind another one that was set aside. */
async function fillWorkflowStore(change) {
  const start = { "proposal.md": "# Light the beacon\n" };
  writeTree(change, start);
  const earlier = await openAt(change, "2026-03-06T06:00:00Z");
  await earlier.workflow.start({ id: "survey", steps: ["measure", "draw"] });
  const begun = await openAt(change, "2026-03-06T07:00:00Z");
  const request = { id: "light-beacon", steps: ["propose", "specify", "review"], originalRequest: "Ships must find in.", version: "2" };
  await begun.workflow.start({ ...request, metadata: { team: "harbour" }, force: true });
  const first = await begun.create({ step: 1, stepName: "propose", workflowId: "light-beacon" });
  const proposed = { "proposal.md": "# Light the beacon at dusk\n" };
  writeTree(change, proposed);
  await begun.workflow.complete("propose", { artifacts: ["proposal.md"] });
  const later = await openAt(change, "2026-03-06T07:30:00Z");
  const second = await later.create({ step: 2, stepName: "specify", workflowId: "light-beacon" });
  writeTree(change, { "specs/beacon.md": "half of a requirem\n" });
  await later.workflow.fail("specify", { reason: "no lamp is bright enough" });
  return { trees: { [first.id]: start, [second.id]: proposed } };
}

/** A restore that was killed when all was taken out of the way and nothing was in place yet; its lock is still there. */
async function fillCutOffStore(change) {
  const tree = { "proposal.md": "# Paint the bollards\n", "tasks.md": "- [ ] choose a colour\n", "specs/colour.md": "red\n" };
  const changed = {
    "proposal.md": "# Paint the bollards and the crane\n",
    "added.md": "not in the checkpoint\n",
    "specs/colour.md": "red\n",
  };
  writeTree(change, tree);
  const { id } = await (await openAt(change, "2026-03-04T08:00:00Z")).create({ step: 1, stepName: "Create Proposal" });
  fs.rmSync(join(change, "tasks.md"));
  writeTree(change, changed);
  spawnSync(process.execPath, [SCRIPT, "--restore-and-die", change], { stdio: "inherit" });
  const { checkpoints } = await (await openAt(change, "2026-03-04T08:30:00Z")).list();
  return { trees: { [id]: tree, [checkpoints.at(-1).id]: changed } };
}

/** Files come into place by a link; the first one kills the process. */
async function restoreAndDie(change) {
  const { linkSync } = fs;
  fs.linkSync = (from, to) => (String(from).includes("/stage/") ? process.kill(process.pid, "SIGKILL") : linkSync(from, to));
  syncBuiltinESMExports();
  await (await openAt(change, "2026-03-04T08:10:00Z")).restore("latest");
}

/** What was said of the first checkpoint after it was made stands in `state.json.previous` too, the second checkpoint does not. */
async function fillTwoCheckpoints(change) {
  writeTree(change, { "proposal.md": "# Move the jetty\n", "specs/jetty/spec.md": "## Requirement: ten metres east\n" });
  const checkpoints = await openAt(change, "2026-03-03T10:00:00Z");
  const first = await checkpoints.create({ step: 1, stepName: "Create Proposal", notes: "as published" });
  await checkpoints.pin(first.id);
  await checkpoints.note(first.id, "as noted later");
  await checkpoints.markSuccess(first.id, true);
  writeTree(change, { "proposal.md": "# Move the jetty and the crane\n" });
  await (await openAt(change, "2026-03-03T10:30:00Z")).create({ tags: ["second"] });
}

async function freeze(name, fill) {
  const target = join(STORES, name);
  if (fs.existsSync(target)) {
    process.stdout.write(`${name} is there\n`);
    return;
  }
  const work = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), "frozen-")));
  try {
    const change = join(work, "add-tide-gauge");
    fs.mkdirSync(change);
    const facts = await fill(change);
    copyAsGitKeepsIt(change, target);
    const expected = { case: name, change_id: basename(change), ...facts };
    fs.writeFileSync(join(STORES, `${name}.expected.json`), `${JSON.stringify(expected, null, 2)}\n`);
    process.stdout.write(`${name} is new\n`);
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

function openAt(change, moment, config = {}) {
  return openCheckpoints(change, { now: () => new Date(moment), config: { durability: "none", ...config }, environment: {} });
}

/** File texts and symlink targets (`-> target`) by path; `%XX` in a path stands for that byte. Every time is the same. */
function writeTree(change, tree) {
  for (const [name, content] of Object.entries(tree)) {
    const path = Buffer.concat([Buffer.from(`${change}/`), decodeName(name)]);
    fs.mkdirSync(join(change, dirname(name)), { recursive: true });
    fs.rmSync(path, { force: true });
    if (content.startsWith("-> ")) {
      fs.symlinkSync(content.slice(3), path);
      fs.lutimesSync(path, LAST_EDIT, LAST_EDIT);
    } else {
      fs.writeFileSync(path, content, { mode: name === "gauge.key" ? 0o600 : name.endsWith(".sh") ? 0o755 : 0o644 });
      fs.utimesSync(path, LAST_EDIT, LAST_EDIT);
    }
  }
}

/**
 * Copies to what any clone of the repository holds: modes 644 and 755, no hard links, names that every file system takes, and no
 * `.gitignore` or `.checkpoints` for git to obey.
 */
function copyAsGitKeepsIt(from, to) {
  fs.mkdirSync(to, { recursive: true });
  for (const entry of fs.readdirSync(from, { withFileTypes: true, encoding: "buffer" })) {
    const source = Buffer.concat([Buffer.from(`${from}/`), entry.name]);
    const target = join(to, encodeName(entry.name).replace(/^\.(checkpoints|gitignore)$/, "dot-$1"));
    if (entry.isDirectory()) copyAsGitKeepsIt(source.toString(), target);
    else if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
    else fs.writeFileSync(target, fs.readFileSync(source), { mode: (fs.statSync(source).mode & 0o100) === 0 ? 0o644 : 0o755 });
  }
}

function decodeName(name) {
  return Buffer.from(
    name.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

function encodeName(bytes) {
  return bytes.toString("latin1").replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Frozen files name no real machine. To be done before anything asks for it. */
function standOnAMadeUpMachine() {
  const { readFileSync, readlinkSync } = fs;
  os.hostname = () => "quay";
  os.userInfo = () => ({ username: "ada" });
  fs.readFileSync = (path, ...rest) =>
    path === "/proc/sys/kernel/random/boot_id" ? "5d1c8e0a-0000-4000-8000-000000000001\n" : readFileSync(path, ...rest);
  fs.readlinkSync = (path, ...rest) => (path === "/proc/self/ns/pid" ? "pid:[4026531836]" : readlinkSync(path, ...rest));
  syncBuiltinESMExports();
}
