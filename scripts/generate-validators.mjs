/**
 * Compiles the schemas into src/formats/generated/, so that no schema compiler is loaded at run time. `index.schema.json` becomes
 * `validateIndex` in a module of its own, and so on: the validator of a manifest takes longer to load than an index to read.
 * Each module stands alone: what the code needs of ajv is inside it.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { build } from "esbuild";
import { writeIfChanged } from "./write-if-changed.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SCHEMAS = join(ROOT, "schemas");
const OUTPUT = join(ROOT, "src", "formats", "generated");
const SUFFIX = ".schema.json";

/** Files whose readers check them by hand: the configuration and workflow files, because their errors name the nearest right key; the lock, for speed. */
const NOT_COMPILED = new Set(["config.schema.json", "workflow.schema.json", "lock.schema.json"]);

const TEXTS = new Set(["title", "description", "$comment"]);

const HEADER = "// Made by scripts/generate-validators.mjs from schemas/; edit those.\n";

const CONFIG_DOCUMENT_TYPES = `import type { DocumentedSetting } from "../config-document.js";

export declare const GENERATED_DOCUMENT: readonly DocumentedSetting[];
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateValidators();

/** Gives the paths of the package files that went into the result, for the licence notices. */
export async function generateValidators() {
  const schemas = await readSchemas();
  const modules = await Promise.all(schemas.map((schema) => compile(schema, schemas)));
  for (const { name, code } of modules) {
    const path = join(OUTPUT, fileName(name));
    await writeIfChanged(`${path}.js`, HEADER + code);
    await writeIfChanged(`${path}.d.ts`, HEADER + declare(name));
  }
  await writeConfigDocument();
  return modules.flatMap(({ inputs }) => inputs);
}

/** What the schema says of each setting, for `stepback init`: the schema itself is no part of the program. */
async function writeConfigDocument() {
  const { properties } = JSON.parse(await readFile(join(SCHEMAS, "config.schema.json"), "utf8"));
  const describe = ([key, { description, properties: members }]) => ({
    key,
    description,
    ...(members ? { members: Object.entries(members).map(describe) } : {}),
  });
  const documented = Object.entries(properties)
    .filter(([key]) => key !== "$schema")
    .map(describe);
  const path = join(OUTPUT, "config-document");
  await writeIfChanged(`${path}.js`, `${HEADER}export const GENERATED_DOCUMENT = ${JSON.stringify(documented, null, 2)};\n`);
  await writeIfChanged(`${path}.d.ts`, HEADER + CONFIG_DOCUMENT_TYPES);
}

async function readSchemas() {
  const files = (await readdir(SCHEMAS).catch(expectMissing)).filter((file) => file.endsWith(SUFFIX) && !NOT_COMPILED.has(file));
  return Promise.all(
    files.sort().map(async (file) => {
      const schema = JSON.parse(await readFile(join(SCHEMAS, file), "utf8"));
      return { name: exportName(file), id: schema.$id ?? file, schema: withoutTexts(schema) };
    }),
  );
}

/** Parts of a schema stand in its compiled form, where what is said to readers would be loaded with every command. */
function withoutTexts(schema) {
  if (Array.isArray(schema)) return schema.map(withoutTexts);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = Object.entries(schema).filter(([key, value]) => !(TEXTS.has(key) && typeof value === "string"));
  return Object.fromEntries(members.map(([key, value]) => [key, withoutTexts(value)]));
}

function expectMissing(error) {
  if (error.code === "ENOENT") return [];
  throw error;
}

/** `index.schema.json` → `validateIndex`, `workflow-state.schema.json` → `validateWorkflowState`. */
function exportName(file) {
  const words = basename(file, SUFFIX).split(/[^A-Za-z0-9]+/);
  return `validate${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}`;
}

/** `validateIndex` → `validate-index`. */
function fileName(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Schemas refer to each other, so each compiler knows all of them. */
async function compile({ name, id }, schemas) {
  const ajv = new Ajv({ code: { source: true, esm: true }, strict: true, allowUnionTypes: true, inlineRefs: false });
  for (const other of schemas) ajv.addSchema(other.schema, other.id);
  return { name, ...(await inlineRuntime(standalone.default(ajv, { [name]: id }))) };
}

/** ajv's code calls `require` for its runtime (string lengths, deep equality), in ES modules too. */
async function inlineRuntime(source) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: ROOT, sourcefile: "validators.js" },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["main"],
    target: "node20",
    legalComments: "none",
    minify: true,
    absWorkingDir: ROOT,
    logLevel: "warning",
  });
  return { code: outputFiles[0].text, inputs: Object.keys(metafile.inputs).filter((path) => path.includes("node_modules/")) };
}

function declare(name) {
  return `export interface SchemaViolation {
  instancePath: string;
  message?: string;
  params: Record<string, unknown>;
}

/** Tells whether a value has the form of the schema; \`errors\` is about the latest call. */
export declare const ${name}: {
  (value: unknown): boolean;
  errors?: SchemaViolation[] | null;
};
`;
}
