/**
 * Builds dist/: the library, the command line and their lazily loaded parts as ES modules with all libraries inside,
 * the manual page, the type declarations, and the notices of the libraries' licences.
 *
 * `--code-only` leaves out declarations and notices; the tests that start the binary need no more.
 * Files are replaced one by one and entry points last, so that a command started meanwhile finds old or new, never a mix.
 */
import { spawn } from "node:child_process";
import { chmod, readdir, readFile, rm, utimes } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleCli, bundleWorker } from "./bundle-cli.mjs";
import { makeCodeCaches } from "./code-cache.mjs";
import { generateValidators } from "./generate-validators.mjs";
import { makeManPage } from "./man-page.mjs";
import { formatNotices } from "./third-party-notices.mjs";
import { writeIfChanged } from "./write-if-changed.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const TYPES = join(DIST, "types");
const NOTICES = join(DIST, "THIRD-PARTY-NOTICES.txt");
const MAN_PAGE = join(DIST, "man", "stepback.1");
const BINARY = join(DIST, "cli", "main.cjs");

/** Names are kept and lines are short, so that the stack in a report of a fault says something. */
const SETTINGS = {
  platform: "node",
  target: "node20.12",
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 160,
  legalComments: "none",
  logLevel: "warning",
};

const startedAt = new Date();
const codeOnly = process.argv.includes("--code-only");

const validatorInputs = await generateValidators();
const [code] = await Promise.all([bundleAll(), codeOnly ? undefined : emitDeclarations()]);
await writeCode(code.outputFiles);
await writeIfChanged(MAN_PAGE, await makeManPage(ROOT));
const caches = await makeCodeCaches(ROOT, BINARY, code.programName);
if (!codeOnly) {
  await writeIfChanged(NOTICES, await formatNotices(ROOT, [...validatorInputs, ...code.inputs]));
  await removeAllBut(new Set([NOTICES, MAN_PAGE, ...caches, ...code.outputFiles.map(({ path }) => path)]));
}
await chmod(BINARY, 0o755);
// The binary tells which sources it was built from: those of the start, not those saved while the build ran.
await utimes(BINARY, startedAt, startedAt);

async function bundleAll() {
  const bundles = await Promise.all([bundleLibrary(), bundleCli(ROOT, SETTINGS), bundleWorker(ROOT, SETTINGS)]).catch(() =>
    process.exit(1),
  ); // esbuild has said why
  const [, { programName }] = bundles;
  return {
    programName,
    outputFiles: bundles.flatMap(({ outputFiles }) => outputFiles),
    inputs: bundles.flatMap(({ metafile }) => inputsOf(metafile)),
  };
}

function bundleLibrary() {
  return build({
    ...SETTINGS,
    absWorkingDir: ROOT,
    entryPoints: ["src/index.ts"],
    outdir: "dist",
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    metafile: true,
    write: false,
  });
}

async function writeCode(outputFiles) {
  const isChunk = ({ path }) => path !== BINARY && path !== join(DIST, "index.js");
  const ordered = [...outputFiles.filter(isChunk), ...outputFiles.filter((file) => !isChunk(file))];
  for (const { path, text } of ordered) {
    await writeIfChanged(path, path === BINARY ? withHashbang(text) : path.endsWith(".cjs") ? text : withRequire(text));
  }
}

/** Libraries in CommonJS ask for Node's modules by `require`, which ES modules lack; one chunk asks for all of them. */
function withRequire(text) {
  if (!text.includes("Dynamic require of")) return text;
  return `import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);\n${text}`;
}

function withHashbang(text) {
  return `#!/usr/bin/env node\n${text.replace(/^#!.*\n/m, "")}`;
}

function inputsOf(metafile) {
  return Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0));
}

async function emitDeclarations() {
  const output = await runTypeScript(["--project", "tsconfig.build.json", "--listEmittedFiles"]);
  const emitted = new Set([...output.matchAll(/^TSFILE:\s*(.+?)\s*$/gm)].map(([, path]) => join(path)));
  for (const path of await filesBelow(TYPES)) {
    if (emitted.has(path)) await refuseForeignTypes(path);
    else await rm(path, { force: true });
  }
}

function runTypeScript(args) {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [compiler, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) return resolve(output);
      process.stderr.write(output.replaceAll(/^TSFILE:.*\n/gm, ""));
      process.exit(1);
    });
  });
}

/** Nothing is installed beside stepback, so its declarations may lean on Node's types only. */
async function refuseForeignTypes(path) {
  const text = await readFile(path, "utf8");
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*"([^"\s]+)"/g)) {
    if (specifier.startsWith(".") || isBuiltin(specifier)) continue;
    throw new Error(`${relative(ROOT, path)} needs the types of ${specifier}, which is not installed with stepback.`);
  }
}

async function removeAllBut(keptPaths) {
  for (const path of await filesBelow(DIST)) {
    if (!keptPaths.has(path) && !path.startsWith(TYPES)) await rm(path, { force: true });
  }
}

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
