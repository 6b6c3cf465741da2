import type { Command } from "commander";
import { cleanCommand } from "./clean-command.js";
import type { StatusFlags } from "../commands/status.js";
import type { CommandDefinition } from "./definition.js";

const statusCommand: CommandDefinition = {
  name: "status",
  description: "Show the state of the directory and its store at a glance.",
  examples: ["stepback status", "stepback status --json", "stepback status --check"],
  define: (command, run) =>
    command
      .option("--check", "exit with 3 when something is incomplete: a session, the latest step, a restore")
      .action((flags: StatusFlags, self: Command) =>
        run(self, import("../commands/status.js"), ({ status }, context) => status(context, flags)),
      ),
};

const verifyCommand: CommandDefinition = {
  name: "verify",
  description: "Check the stored files against the manifests.",
  examples: ["stepback verify", "stepback verify latest step:3"],
  define: (command, run) =>
    command
      .argument("[id...]", "the checkpoints (default: all)")
      .action((ids: string[], _flags: unknown, self: Command) =>
        run(self, import("../commands/verify.js"), ({ verify }, context) => verify(context, ids)),
      ),
};

const repairCommand: CommandDefinition = {
  name: "repair",
  description: "Finish or undo what a crash left behind, and rebuild the index from the manifests.",
  examples: ["stepback repair"],
  define: (command, run) =>
    command.action((_flags: unknown, self: Command) =>
      run(self, import("../commands/repair.js"), ({ repair }, context) => repair(context)),
    ),
};

/** The commands that look after the store. */
export const storeCommands: readonly CommandDefinition[] = [statusCommand, cleanCommand, verifyCommand, repairCommand];
