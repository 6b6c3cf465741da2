import type { Command } from "commander";
import type { CommandDefinition } from "./definition.js";

/** `config`: what holds, and why. */
export const configCommand: CommandDefinition = {
  name: "config",
  description: "Show every setting that holds here and where it comes from: this call, the environment, a file, or the default.",
  examples: ["stepback config", "stepback config limits", "STEPBACK_DURABILITY=none stepback config durability"],
  define: (command, run) =>
    command
      .argument("[key]", "only this setting, or this group of settings")
      .action((key: string | undefined, _flags: unknown, self: Command) =>
        run(self, import("../commands/config.js"), ({ config }, context) => config(context, key)),
      ),
};
