/**
 * Makes the manual page of the command line out of what the program itself knows of its commands, so that it says what help says.
 *
 * The exit statuses come from the table of docs/cli.md, which a test holds against the code.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** Gives the text of the manual page of the sources as they are. */
export async function makeManPage(root) {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const document = await readFile(join(root, "docs", "cli.md"), "utf8");
  const { buildProgram, COMMAND_GROUPS } = await loadProgram(root);
  const io = { stdout: () => undefined, stderr: () => undefined, columns: 80 };
  const program = buildProgram(COMMAND_GROUPS, io, () => Promise.resolve());
  return formatManPage({ program, groups: COMMAND_GROUPS, version, exitStatuses: readExitStatuses(document) });
}

async function loadProgram(root) {
  const folder = await mkdtemp(join(tmpdir(), "stepback-man-"));
  try {
    const path = join(folder, "program.mjs");
    const contents = `
      export { buildProgram } from "./src/cli/program.js";
      export { COMMAND_GROUPS } from "./src/cli/definitions/all-commands.js";`;
    const banner = { js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);' };
    const options = { bundle: true, format: "esm", platform: "node", target: "node20.12", write: false, logLevel: "warning", banner };
    const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: root } });
    await writeFile(path, outputFiles[0].contents);
    return await import(pathToFileURL(path).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The rows of the table in docs/cli.md. */
export function readExitStatuses(document) {
  const section = document.split("\n## Exit statuses\n")[1].split("\n## ")[0];
  return [...section.matchAll(/^\| (\d+) +\| (.*?) *\|$/gm)].map(([, status, meaning]) => ({
    status,
    meaning: meaning.replaceAll("`", ""),
  }));
}

/** Formats the page in the man macros. */
export function formatManPage({ program, groups, version, exitStatuses }) {
  const isGlobal = (option) => program.options.some(({ long }) => long === option.long);
  return `${[
    `.TH STEPBACK 1 "" ${quoted(`stepback ${version}`)} "User Commands"`,
    ".SH NAME",
    "stepback \\- undo for directories",
    ".SH SYNOPSIS",
    `.B stepback\n${escaped("[options] COMMAND …")}`,
    ".SH DESCRIPTION",
    escaped(program.description()),
    ".PP",
    escaped("An ID is the full id of a checkpoint, a unique part of it, latest, latest~2, step:3, task:7/start, or backup (the newest)."),
    ...groups.flatMap(({ heading, definitions }) => [
      `.SH ${quoted(heading.replace(/:$/, "").toUpperCase())}`,
      ...definitions.flatMap((definition) => formatCommand(commandOf(program, definition.name), definition, isGlobal)),
    ]),
    ".SH OPTIONS OF EVERY COMMAND",
    ...program.options.flatMap(formatOption),
    ".SH EXIT STATUS",
    ...exitStatuses.flatMap(({ status, meaning }) => [".TP", `.B ${status}`, escaped(meaning)]),
    ".SH FILES",
    ...[
      [".checkpoints/", "the store: plain folders, one for each checkpoint"],
      [".checkpointignore", "what checkpoints leave out, in the syntax of .gitignore"],
      [".stepback.yaml", "settings; stepback init writes one with all of them"],
    ].flatMap(([path, meaning]) => [".TP", `.I ${escaped(path)}`, escaped(meaning)]),
  ].join("\n")}\n`;
}

function commandOf(program, name) {
  return program.commands.find((command) => command.name() === name);
}

/** Without a definition of its own a subcommand has no examples. */
function formatCommand(command, { examples, subcommands = [] }, isGlobal, path = "stepback") {
  const name = `${path} ${command.name()}`;
  const aliases = command.aliases().length === 0 ? "" : ` (also ${command.aliases().join(", ")})`;
  const described = command.registeredArguments.filter(({ description }) => description !== "");
  return [
    `.SS ${quoted(`${name} ${command.usage()}${aliases}`)}`,
    escaped(command.description()),
    ...described.flatMap((argument) => [".TP", `.I ${escaped(argument.name())}`, escaped(argument.description)]),
    ...command.options.filter((option) => !option.hidden && !isGlobal(option)).flatMap(formatOption),
    ...(examples.length === 0 ? [] : [".PP", "Examples:", ".PP", ".nf", ...examples.map((example) => escaped(`    ${example}`)), ".fi"]),
    ...command.commands.flatMap((subcommand) =>
      formatCommand(subcommand, subcommands.find((one) => one.name === subcommand.name()) ?? { examples: [] }, isGlobal, name),
    ),
  ];
}

function formatOption(option) {
  return [".TP", `.B ${quoted(option.flags)}`, escaped(option.description)];
}

/** A backslash means something to the formatter everywhere, a dot and an apostrophe at the start of a line. */
function escaped(text) {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("…", "\\[u2026]")
    .replaceAll("–", "\\[en]")
    .split("\n")
    .map((line) => line.replace(/^(?=[.'])/, "\\&"))
    .join("\n");
}

function quoted(text) {
  return `"${escaped(text).replaceAll('"', "\\(dq")}"`;
}
