/**
 * Bundles the command line so that it starts fast: measured, an ES module costs about 0.7 ms for each file and every 100 KB of code
 * 2 ms to compile, so there are few files, in CommonJS.
 *
 * The command itself (`main.cjs`) only loads the program, together with the code that V8 made of it (`code-cache.mjs`).
 * Every `import()` in the source leads to one of a few parts: what `list` needs is in the main file; the configuration's reader and the
 * colours are files of their own, and so are libraries that are loaded lazily; all the rest is one file.
 */
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { build, transform } from "esbuild";
import { mergeChunks } from "./merge-chunks.mjs";
import { makeDoorOpener } from "./open-doors.mjs";

/** Needed by `list`, or by every command: part of the main file. */
const AT_ONCE = new Set(["cli/commands/list.ts", "cli/public-api.ts", "api/store-checkpoints.ts"]);
const OWN_PARTS = new Map([
  ["config/read-config-file.ts", "part:config"],
  ["config/apply-texts.ts", "part:settings"],
  ["cli/definitions/all-commands.ts", "part:commands"],
  ["config/parse-config-text.ts", "part:config"],
  ["cli/print/colorize.ts", "part:color"],
  ...["cli/commands/create.ts", "cli/print/progress.ts", "api/creating.ts", "api/tidying.ts", "api/worker-script.ts", "api/writing.ts"].map(
    (module) => [module, "part:create"],
  ),
]);
/** What comparisons, workflows, sessions, recoveries, archives and the like start from: what every other command need not load. */
const FURTHER =
  /^(api\/(working|workflow|find-open-work|comparing|recovering|archiving|initializing)|cli\/completion\/.*|cli\/commands\/(workflow|workflow-run|session|watch|log|report|summary|validate|tasks|recover|diff|cat|versions|find|export|import|init|config|completion)|cli\/print\/list-columns)\.ts$/;
/** Not the only entry that the bundler tells of: a library that is loaded lazily is one too. */
const PROGRAM_ENTRY = "src/cli/main.ts";
/** The parts that the chunks which several of them share go into, the one that is loaded most first. */
const HOSTS = ["create", "commands", "rest", "further"];
const LAZY_IMPORT = /(?<!typeof )import\("(\.[^"]+)\.js"\)/g;

/** Modules of Node's own that take up to 4 ms to load, and that a command may not need after all; only where they are imported by name. */
const COSTLY_BUILTIN = /(?<==)require\("(node:(?:child_process|crypto|zlib|os|readline|timers\/promises))"\)/g;
const LAZY_BUILTIN = 'new Proxy({},{get:(_,name)=>require("$1")[name]})';

const DEFINE_OWN_URL = 'const __ownUrl=require("node:url").pathToFileURL(__filename).href;';

/** Gives the files of dist/cli and the paths of all that went into them. */
export async function bundleCli(root, settings) {
  const program = await bundleProgram(root, settings);
  return {
    outputFiles: [...program.outputFiles, await bundleStart(root, settings, program.programName)],
    metafile: program.metafile,
    programName: program.programName,
  };
}

async function bundleProgram(root, settings) {
  const source = join(root, "src");
  const { outputFiles, metafile } = await build({
    ...settings,
    absWorkingDir: root,
    entryPoints: { stepback: PROGRAM_ENTRY },
    outdir: "dist/cli",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    metafile: true,
    write: false,
    plugins: [inParts(source), withoutSubprograms()],
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [nameOfOutput(path), output]));
  const converted = await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      const name = nameOfOutput(path);
      const needs = outputs.get(name).imports.filter(({ kind, external }) => kind === "import-statement" && external !== true);
      return { name, text: await convert(text, settings), needs: needs.map((needed) => nameOfOutput(needed.path)) };
    }),
  );
  const [programName] = [...outputs].find(([, { entryPoint }]) => entryPoint === PROGRAM_ENTRY);
  const hosts = [programName, ...HOSTS.map((part) => [...outputs.keys()].find((name) => name.startsWith(`part_${part}-`)))];
  const merged = mergeChunks(converted, hosts);
  return { outputFiles: merged.map(({ name, text }) => ({ path: join(root, "dist", "cli", name), text })), metafile, programName };
}

function nameOfOutput(path) {
  return basename(toCommonJs(path));
}

/** The script of the worker threads, for the folders in which it is looked for. */
export async function bundleWorker(root, settings) {
  const { outputFiles, metafile } = await build({
    ...settings,
    absWorkingDir: root,
    entryPoints: { worker: "src/api/worker.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    metafile: true,
    write: false,
    define: { "import.meta.url": "__ownUrl" },
    banner: { js: DEFINE_OWN_URL },
  });
  const { text } = outputFiles[0];
  return { outputFiles: ["cli", "chunks"].map((folder) => ({ path: join(root, "dist", folder, "worker.cjs"), text })), metafile };
}

/** The file that the command is: it loads the program together with its compiled form. */
async function bundleStart(root, settings, programName) {
  const { outputFiles } = await build({
    ...settings,
    absWorkingDir: root,
    entryPoints: { main: "src/cli/start.ts" },
    outdir: "dist/cli",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    write: false,
    define: { PROGRAM: JSON.stringify(programName), "import.meta.url": "__ownUrl" },
    banner: { js: DEFINE_OWN_URL },
  });
  return { path: outputFiles[0].path, text: outputFiles[0].text };
}

/** A part is a module that exports each of its modules under the name of its file. */
function inParts(source) {
  const openDoors = makeDoorOpener();
  const lazyModules = findLazyModules(source);
  return {
    name: "in-parts",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^part:/ }, ({ path }) => ({ path, namespace: "part" }));
      onLoad({ filter: /.*/, namespace: "part" }, ({ path }) => ({
        contents: lazyModules
          .filter((module) => !AT_ONCE.has(module) && partOf(module) === path)
          .map((module) => `export * as ${nameOf(module)} from ${JSON.stringify(`./${module}`)};`)
          .join("\n"),
        resolveDir: source,
      }));
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!path.startsWith(source + sep)) return undefined;
        const text = openDoors(path, await readFile(path, "utf8"));
        const atOnce = new Set();
        const rewritten = text.replaceAll(LAZY_IMPORT, (_all, specifier) => {
          const module = moduleAt(source, path, specifier);
          if (!AT_ONCE.has(module)) return `import("${partOf(module)}").then((part) => part.${nameOf(module)})`;
          atOnce.add(`import * as ${nameOf(module)} from "${specifier}.js";`);
          return `Promise.resolve(${nameOf(module)})`;
        });
        const contents = [...atOnce, rewritten].join("\n");
        return { contents, loader: "ts" };
      });
    },
  };
}

function findLazyModules(source) {
  const files = readdirSync(source, { recursive: true }).filter((file) => file.endsWith(".ts"));
  const found = files.flatMap((file) => {
    const path = join(source, file);
    return [...readFileSync(path, "utf8").matchAll(LAZY_IMPORT)].map(([, specifier]) => moduleAt(source, path, specifier));
  });
  return [...new Set(found)].sort();
}

function moduleAt(source, path, specifier) {
  return relative(source, resolve(dirname(path), `${specifier}.ts`))
    .split(sep)
    .join("/");
}

function partOf(module) {
  return OWN_PARTS.get(module) ?? (FURTHER.test(module) ? "part:further" : "part:rest");
}

function nameOf(module) {
  return module.replace(/\.ts$/, "").replace(/[^A-Za-z0-9]+/g, "_");
}

/**
 * commander can start a subcommand as a program of its own, which stepback never does; loading Node's child processes for it would
 * cost every command a tenth of its start-up.
 */
function withoutSubprograms() {
  return {
    name: "without-subprograms",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(node:)?child_process$/ }, ({ importer }) =>
        /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path: "child_process", namespace: "absent" } : undefined,
      );
      onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "export {};" }));
    },
  };
}

/** Each file by itself: the splitting is done, only the way of importing changes. */
async function convert(text, settings) {
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: settings.target,
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: settings.lineLimit,
    legalComments: "none",
    supported: { "dynamic-import": false },
    define: { "import.meta.url": "__ownUrl" },
  });
  const withUrl = code.includes("__ownUrl") ? `${DEFINE_OWN_URL}${code}` : code;
  return withUrl.replaceAll(/require\("(\.[^"]+)\.js"\)/g, 'require("$1.cjs")').replaceAll(COSTLY_BUILTIN, LAZY_BUILTIN);
}

function toCommonJs(path) {
  return path.replace(/\.js$/, ".cjs");
}
