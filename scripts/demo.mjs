// The story of stepback in one minute, with the real command line on a copy of the example change:
// a checkpoint, a step that wrecks things, the list, the restore, and the proof that nothing is lost.
// Exits with 0 only when every command and every file is as promised.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { lstat, mkdtemp, open, readFile, readdir, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { copy } from "fs-extra/esm";
import picocolors from "picocolors";

const CHANGE_ID = "add-passkey-login";
const WRECKING_STEP = "echo garbage > proposal.md; rm -r specs; touch core.1 core.2; exit 3";

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(project, "dist", "cli", "main.cjs");
const isColoured = process.stdout.isTTY === true && !process.env.NO_COLOR;
const { bold, dim, green, red } = picocolors.createColors(isColoured);
const failures = [];

const workplace = await mkdtemp(join(tmpdir(), "stepback-demo-"));
process.on("exit", () => rmSync(workplace, { recursive: true, force: true }));
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

await buildIfMissing();
await tellTheStory();
for (const failure of failures) console.error(red(`not as expected: ${failure}`));
process.exitCode = failures.length === 0 ? 0 : 1;

async function tellTheStory() {
  await copy(join(project, "fixtures", "openspec"), join(workplace, "openspec"), { preserveTimestamps: true });
  const change = join(workplace, "openspec", "changes", CHANGE_ID);
  const original = await fingerprint(change);
  say(`A change directory with ${countFiles(original)} files. A checkpoint costs one command:`);

  await stepback(change, ["create", "Specs as reviewed on 14 October"]);

  say("A workflow step runs wrapped in a checkpoint of its own. This one goes badly wrong:");
  const step = ["run", "--step", "3", "--name", "Create Capability Specs", "--on-failure", "keep", "--", "sh", "-c", WRECKING_STEP];
  await stepback(change, step, { expectedCode: 3 });
  expect("the step's damage to be there", differences(original, await fingerprint(change)).length > 0);
  await show(change, "ls", ["-C"]);
  await show(change, "head", ["-n", "1", "proposal.md"]);

  say("Both checkpoints are there, and the step is marked as failed:");
  const list = await stepback(change, ["list"]);
  expect("list to name the change", list.includes(`Available checkpoints for '${CHANGE_ID}':`));
  expect("list to show the step", list.includes("Step: 3 (Create Capability Specs)"));
  expect("list to show the failure", list.includes("✗ Failed"));

  say("Back to how it was before the step:");
  await stepback(change, ["restore", "step:3", "--yes"]);
  const restored = await fingerprint(change);
  const different = differences(original, restored);
  const verdict = different.length === 0 ? green("yes") : red(`no (${different.join(", ")})`);
  console.log(`${bold("identical to the original:")} ${verdict}, ${countFiles(restored)} files compared by SHA-256 and mode`);
  expect("the restored directory to be identical to the original", different.length === 0);

  say("Checkpoints are plain folders, and even the wreck was kept as a backup:");
  const store = await readdir(join(change, ".checkpoints"));
  await show(change, "ls", ["-C", ".checkpoints"]);
  for (const label of ["step03", "backup"]) {
    expect(`one folder for ${label}`, store.filter((name) => name.startsWith("checkpoint-") && name.endsWith(`-${label}`)).length === 1);
  }
}

/** Runs `npm run build` without a word, unless it fails. */
async function buildIfMissing() {
  if (existsSync(cli)) return;
  const { code, output } = await execute(project, "npm", ["run", "build"]);
  if (code === 0 && existsSync(cli)) return;
  process.stderr.write(output);
  console.error(red("The command line could not be built; see above."));
  process.exit(1);
}

/** Shows and runs one stepback command; gives its output as plain text. */
async function stepback(cwd, args, { expectedCode = 0 } = {}) {
  console.log(bold(`$ stepback ${args.map(quote).join(" ").replace(" -- ", " \\\n    -- ")}`));
  const { code, output } = await execute(cwd, process.execPath, [cli, ...args]);
  process.stdout.write(output);
  expect(`stepback ${args[0]} to exit with ${expectedCode}, not ${code}`, code === expectedCode);
  return stripVTControlCharacters(output);
}

async function show(cwd, command, args) {
  console.log(bold(`$ ${[command, ...args].map(quote).join(" ")}`));
  const { code, output } = await execute(cwd, command, args);
  process.stdout.write(output);
  expect(`${command} to exit with 0, not ${code}`, code === 0);
}

/** Runs a command to its end. Both of its streams go to one file, so that their lines keep their order. */
async function execute(cwd, command, args) {
  const log = join(workplace, "output.log");
  const handle = await open(log, "w");
  try {
    const colour = isColoured ? { FORCE_COLOR: "1", NO_COLOR: undefined } : { FORCE_COLOR: undefined, NO_COLOR: "1" };
    const env = { ...process.env, ...colour };
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", handle.fd, handle.fd] });
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    return { code, output: await readFile(log, "utf8") };
  } finally {
    await handle.close();
  }
}

/** Type, mode and content of every entry below a folder, by path; the store is left out. */
async function fingerprint(root) {
  const found = new Map();
  const visit = async (folder) => {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (path === join(root, ".checkpoints")) continue;
      const stats = await lstat(path);
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isDirectory()) {
        found.set(relative(root, path), `directory ${mode}`);
        await visit(path);
      } else {
        const content = stats.isSymbolicLink() ? await readlink(path) : await readFile(path);
        found.set(relative(root, path), `${stats.isSymbolicLink() ? "symlink" : "file"} ${mode} ${sha256(content)}`);
      }
    }
  };
  await visit(root);
  return found;
}

function differences(one, other) {
  return [...new Set([...one.keys(), ...other.keys()])].filter((path) => one.get(path) !== other.get(path)).sort();
}

function countFiles(prints) {
  return [...prints.values()].filter((print) => !print.startsWith("directory")).length;
}

function sha256(content) {
  return createHash("sha256").update(content).digest("hex");
}

function quote(argument) {
  return /^[\w.:/=@-]+$/.test(argument) ? argument : `"${argument}"`;
}

function say(text) {
  console.log(dim(`\n# ${text}`));
}

function expect(claim, isTrue) {
  if (!isTrue) failures.push(claim);
}
