import { Command } from "commander";
import { checkpointCommands } from "./definitions/checkpoint-commands.js";
import type { CommandDefinition, CommandGroup, RunCommand } from "./definitions/definition.js";
import { addGlobalOptions } from "./global-options.js";
import type { Io } from "./io.js";

/** Builds the command line with these commands; parsing arguments by it runs one of them. */
export function buildProgram(groups: readonly CommandGroup[], io: Io, run: RunCommand): Command {
  const program = new Command("stepback")
    .description("Undo for directories: checkpoints in plain folders, exact and crash-safe restore.")
    .usage("[options] COMMAND …")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout(text),
      // Only the help of a bare `stepback` comes this way; errors are thrown and printed by reportFailure.
      writeErr: (text) => io.stdout(text),
      outputError: () => undefined,
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addGlobalOptions(program, io);
  for (const { heading, definitions } of groups) {
    for (const definition of definitions) addCommand(program, definition, io, run).helpGroup(heading);
  }
  program.addHelpCommand(new Command("help").argument("[command]").description("Show the help of a command.").helpGroup("Help:"));
  return program.addHelpText("after", PROGRAM_NOTES);
}

/**
 * Loads the commands that can matter: those that the arguments name, or all of them where help or a suggestion may list them.
 * The definitions of all of them would cost `list` a twentieth of its start-up to load, and as much to add.
 */
export async function loadCommands(args: readonly string[]): Promise<readonly CommandGroup[]> {
  const asksForHelp = args.includes("help") || args.includes("--help") || args.includes("-h");
  const first = asksForHelp ? undefined : checkpointCommands.find((definition) => isAmong(args.slice(0, 1), definition));
  if (first !== undefined) return [{ heading: "", definitions: [first] }];
  const { COMMAND_GROUPS } = await import("./definitions/all-commands.js");
  const named = COMMAND_GROUPS.map((group) => ({ ...group, definitions: group.definitions.filter((one) => isAmong(args, one)) }));
  return asksForHelp || named.every(({ definitions }) => definitions.length === 0) ? COMMAND_GROUPS : named;
}

function isAmong(words: readonly string[], { name, alias }: CommandDefinition): boolean {
  return words.includes(name) || (alias !== undefined && words.includes(alias));
}

function addCommand(parent: Command, definition: CommandDefinition, io: Io, run: RunCommand): Command {
  const command = parent.command(definition.name).description(definition.description);
  if (definition.alias !== undefined) command.alias(definition.alias);
  definition.define(command, run);
  for (const inner of command.commands) addGlobalOptions(inner, io);
  if (definition.subcommands !== undefined) {
    for (const one of definition.subcommands) addCommand(command, one, io, run).helpGroup("Commands:");
    command.usage("COMMAND …").helpCommand(false);
  }
  addGlobalOptions(command, io);
  return command.addHelpText("after", `\nExamples:\n${definition.examples.map((example) => `  $ ${example}`).join("\n")}`);
}

const PROGRAM_NOTES = `
An ID is the full id, a unique part of it, latest, latest~2, step:3, task:7/start, or backup (the newest).

Examples:
  $ stepback create "before the refactor"
  $ stepback list
  $ stepback restore latest
  $ stepback undo`;
