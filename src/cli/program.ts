import { Command } from "commander";
import { archiveCommands } from "./definitions/archive-commands.js";
import { checkpointCommands } from "./definitions/checkpoint-commands.js";
import { configCommand } from "./definitions/config-command.js";
import { compareCommands } from "./definitions/compare-commands.js";
import type { CommandDefinition, RunCommand } from "./definitions/definition.js";
import { notingCommands } from "./definitions/noting-commands.js";
import { reportCommands, watchCommand } from "./definitions/report-commands.js";
import { restoreCommands } from "./definitions/restore-commands.js";
import { runCommand } from "./definitions/run-command.js";
import { sessionCommands } from "./definitions/session-commands.js";
import { setupCommands } from "./definitions/setup-commands.js";
import { storeCommands } from "./definitions/store-commands.js";
import { taskCommands } from "./definitions/task-commands.js";
import { workflowCommands } from "./definitions/workflow-commands.js";
import { addGlobalOptions } from "./global-options.js";
import type { Io } from "./io.js";

/** All commands, as help lists them. */
export const COMMAND_GROUPS: readonly { heading: string; definitions: readonly CommandDefinition[] }[] = [
  { heading: "Checkpoints:", definitions: checkpointCommands },
  { heading: "Differences and single files:", definitions: compareCommands },
  { heading: "Going back:", definitions: restoreCommands },
  { heading: "Steps:", definitions: [runCommand, ...workflowCommands] },
  { heading: "Tasks:", definitions: taskCommands },
  { heading: "Sessions:", definitions: [...sessionCommands, watchCommand] },
  { heading: "Notes about checkpoints:", definitions: notingCommands },
  { heading: "Archives:", definitions: archiveCommands },
  { heading: "The store:", definitions: [...storeCommands, ...reportCommands, configCommand] },
  { heading: "Setting up:", definitions: setupCommands },
];

/** Builds the command line that parses these arguments; parsing it runs a command. */
export function buildProgram(args: readonly string[], io: Io, run: RunCommand): Command {
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
  addCommands(program, selectNeeded(args), io, run);
  program.addHelpCommand(new Command("help").argument("[command]").description("Show the help of a command.").helpGroup("Help:"));
  return program.addHelpText("after", PROGRAM_NOTES);
}

/**
 * Selects the commands that can matter: those that the arguments name, or all of them where help or a suggestion may list them.
 * Defining the others would cost `list` a twentieth of its start-up.
 */
function selectNeeded(args: readonly string[]): ReadonlySet<CommandDefinition> {
  const all = COMMAND_GROUPS.flatMap(({ definitions }) => definitions);
  const named = all.filter(({ name, alias }) => args.includes(name) || (alias !== undefined && args.includes(alias)));
  const mayListAll = named.length === 0 || args.includes("help") || args.includes("--help") || args.includes("-h");
  return new Set(mayListAll ? all : named);
}

function addCommands(program: Command, needed: ReadonlySet<CommandDefinition>, io: Io, run: RunCommand): void {
  for (const { heading, definitions } of COMMAND_GROUPS) {
    for (const definition of definitions) if (needed.has(definition)) addCommand(program, definition, io, run).helpGroup(heading);
  }
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
