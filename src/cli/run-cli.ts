import { CommanderError, type Command } from "commander";
import { COMPLETE } from "./completion/question.js";
import { createContext, type Api } from "./context.js";
import type { RunCommand } from "./definitions/definition.js";
import { readGlobalFlags } from "./global-options.js";
import type { Io } from "./io.js";
import { buildProgram, loadCommands } from "./program.js";

export type { Api } from "./context.js";

const HELP_AND_VERSION: ReadonlySet<string> = new Set(["commander.help", "commander.helpDisplayed", "commander.version"]);

/**
 * Runs one command line and gives its exit status; nothing is thrown, every failure is printed.
 * `replacements` stand in for functions of the public API, for tests.
 */
export async function runCli(args: readonly string[], io: Io, replacements: Partial<Api> = {}): Promise<number> {
  if (args[0] === COMPLETE) return answerShell(args.slice(1), io, replacements);
  let status = 0;
  const run: RunCommand = async (command, body, call) => {
    const context = createContext(io, readGlobalFlags(command, io.env), nameOf(command), replacements);
    status = await Promise.all([body, context]).then(([loaded, ready]) => call(loaded, ready));
  };
  const program = buildProgram(await loadCommands(args), io, run);
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && HELP_AND_VERSION.has(error.code)) return 0;
    const { reportFailure } = await import("./report-failure.js");
    return reportFailure(error, io, { ...readOutputFlags(args), commandName: findCommandName(program) });
  }
}

/** The way of a shell that completes words: nothing but the answer is ever printed. */
async function answerShell(words: readonly string[], io: Io, replacements: Partial<Api>): Promise<number> {
  const [{ complete }, publicApi] = await Promise.all([import("./completion/complete.js"), import("./public-api.js")]);
  await complete(words, io, { ...publicApi, ...replacements });
  return 0;
}

/** Reads what decides the form of an error, also from a command line that could not be parsed. */
function readOutputFlags(args: readonly string[]): { json: boolean; isOneLine: boolean; color: boolean } {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const isOneLine = own.some((word, at) => word === "--progress=json" || (word === "json" && own[at - 1] === "--progress"));
  return { json: own.includes("--json"), isOneLine, color: !own.includes("--no-color") };
}

/** The name below the program's: `run`, or `workflow run`. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

/** The command of a command line that could not be parsed, for its hint. */
function findCommandName(program: Command): string | undefined {
  let found: Command | undefined;
  for (let within = program; ; within = found) {
    const [first = ""] = within.args;
    const next = within.commands.find((command) => command.name() === first || command.aliases().includes(first));
    if (next === undefined) return found === undefined ? undefined : nameOf(found);
    found = next;
  }
}
