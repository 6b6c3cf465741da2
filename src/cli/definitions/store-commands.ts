import type { Command } from "commander";
import type { CleanFlags } from "../commands/clean.js";
import type { CommandDefinition } from "./definition.js";

const statusCommand: CommandDefinition = {
  name: "status",
  description: "Show the state of the directory and its store at a glance.",
  examples: ["stepback status", "stepback status --json"],
  define: (command, run) =>
    command.action((_flags: unknown, self: Command) =>
      run(self, import("../commands/status.js"), ({ status }, context) => status(context)),
    ),
};

const cleanCommand: CommandDefinition = {
  name: "clean",
  alias: "cleanup",
  description: "Remove old checkpoints; what must stay is never removed, and each one says why.",
  examples: ["stepback clean 5", "stepback clean --older-than 30d --dry-run", "stepback clean --keep 10 --verify --quiet"],
  define: (command, run) =>
    command
      .argument("[n]", "keep the newest N (default: the retention of the configuration, 10)")
      .option("--keep <n>", "the same as [n]")
      .option("--older-than <duration>", "remove only what is older than, like 30d")
      .option("--dry-run", "show what would be removed and change nothing")
      .option("--verify", "check all that stays")
      .action((count: string | undefined, flags: CleanFlags, self: Command) =>
        run(self, import("../commands/clean.js"), ({ clean }, context) => clean(context, count, flags)),
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
