/**
 * Makes the compiled form of the command line for the Node that builds it, where Node has no compile cache of its own (before 22.1).
 *
 * V8 compiles a function when it is first called, so a cache holds what was called before it was made: each command below is run on a
 * small directory, and what it called goes into the caches of the scripts it loaded.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { writeIfChanged } from "./write-if-changed.mjs";

const run = promisify(execFile);

const SUFFIX = ".cache";
const EXAMPLE = "fixtures/openspec/changes/add-passkey-login";

/** What people and scripts start most, each with what it leaves behind for the next one. */
const COMMANDS = ["create -q", "create -q", "list", "restore latest --yes", "verify", "clean 1", "status"];

/** Runs a program as `main.cjs` does and leaves beside each script what V8 has compiled by the end. */
const RECORDER = `
import { writeFileSync } from "node:fs";
import { cachePathOf, ScriptLoader } from "./src/cli/script-loader.js";

const [, , program] = process.argv;
process.argv.splice(1, 1);
const loader = new ScriptLoader(require);
process.once("exit", () => {
  for (const [path, script] of loader.scripts) writeFileSync(cachePathOf(path), script.createCachedData());
});
loader.load(program);
`;

/** Gives the paths of the caches; none where they are of no use. */
export async function makeCodeCaches(root, binary, programName) {
  if (typeof nodeModule.enableCompileCache === "function") return [];
  const folder = dirname(binary);
  const place = await mkdtemp(join(tmpdir(), "stepback-build-"));
  try {
    const copy = join(place, "dist", "cli");
    await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith(SUFFIX) });
    await cp(join(root, "package.json"), join(place, "package.json"));
    await recordCommands(root, place, join(copy, programName));
    const names = (await readdir(copy)).filter((name) => name.endsWith(SUFFIX));
    for (const name of names) await writeIfChanged(join(folder, name), await readFile(join(copy, name)));
    return names.map((name) => join(folder, name));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function recordCommands(root, place, program) {
  const recorder = join(place, "recorder.cjs");
  const directory = join(place, "change");
  await cp(join(root, EXAMPLE), directory, { recursive: true });
  await writeFile(join(directory, ".stepback.yaml"), "ignore: []\n");
  await build({
    stdin: { contents: RECORDER, resolveDir: root },
    outfile: recorder,
    platform: "node",
    format: "cjs",
    bundle: true,
    logLevel: "warning",
  });
  for (const command of COMMANDS) await run(process.execPath, [recorder, program, "--dir", directory, ...command.split(" ")]);
}
