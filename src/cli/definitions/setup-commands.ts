import type { Command } from "commander";
import type { InitFlags } from "../commands/init.js";
import type { CommandDefinition } from "./definition.js";

const completionCommand: CommandDefinition = {
  name: "completion",
  description: "Print a script that completes commands, options and checkpoints in a shell.",
  examples: ["stepback completion bash", "stepback completion zsh >~/.zfunc/_stepback", "stepback completion fish | source"],
  define: (command, run) =>
    command
      .argument("<shell>", "bash, zsh or fish")
      .action((shell: string, _flags: unknown, self: Command) =>
        run(self, import("../commands/completion.js"), (body, context) => body.completion(context, shell)),
      ),
};

const initCommand: CommandDefinition = {
  name: "init",
  description: "Write a first configuration and first ignore rules; nothing is ever overwritten.",
  examples: ["stepback init", "stepback init --dry-run"],
  define: (command, run) =>
    command
      .option("--dry-run", "show what would be written and write nothing")
      .action((flags: InitFlags, self: Command) => run(self, import("../commands/init.js"), ({ init }, context) => init(context, flags))),
};

/** The commands that make stepback at home in a directory and a shell. */
export const setupCommands: readonly CommandDefinition[] = [initCommand, completionCommand];
