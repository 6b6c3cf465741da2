import type { Command } from "commander";
import type { CommandContext } from "../context.js";

/** Runs the body of a command, which loads while the public API does; what it gives is the exit status. */
export type RunCommand = <Body>(
  command: Command,
  body: Promise<Body>,
  call: (body: Body, context: CommandContext) => Promise<number>,
) => Promise<void>;

/** One command as the command line knows it. Bodies load when they run, so that `list` pays for nothing else. */
export interface CommandDefinition {
  name: string;
  alias?: string;
  description: string;
  /** What its help ends with. */
  examples: readonly string[];
  /** Adds the arguments, the options and the action; called only for commands that the arguments name or help lists. */
  define(command: Command, run: RunCommand): void;
  /** The commands below this one, as in `stepback workflow run`; it then has no action of its own. */
  subcommands?: readonly CommandDefinition[];
}

/** Commands that help lists together. */
export interface CommandGroup {
  heading: string;
  definitions: readonly CommandDefinition[];
}
