import type { Command } from "commander";
import type { ReportFlags } from "../commands/report.js";
import type { ValidateFlags } from "../commands/validate.js";
import type { WatchFlags } from "../commands/watch.js";
import type { CommandDefinition } from "./definition.js";

export const watchCommand: CommandDefinition = {
  name: "watch",
  description: "Take a checkpoint at intervals when something changed, until Ctrl-C or SIGTERM, and then a last one.",
  examples: ["stepback watch", "stepback watch --interval 5m"],
  define: (command, run) =>
    command
      .option("--interval <duration>", "the time between two looks, like 15m (default: interval_minutes of the configuration)")
      .action((flags: WatchFlags, self: Command) =>
        run(self, import("../commands/watch.js"), ({ watch }, context) => watch(context, flags)),
      ),
};

const reportCommand: CommandDefinition = {
  name: "report",
  description: "Show what was done in each day, week or month: checkpoints, restores, sessions, tasks, growth.",
  examples: [
    "stepback report",
    "stepback report --period month --detailed",
    "stepback report --markdown > REPORT.md",
    "stepback report --html report.html",
  ],
  define: (command, run) =>
    command
      .option("--period <period>", "day, week (ISO 8601, the default) or month; all by UTC")
      .option("--detailed", "show the types of the checkpoints, too")
      .option("--markdown", "print a Markdown table")
      .option("--html <file>", "write one HTML page with timeline, changes and growth; - for stdout")
      .action((flags: ReportFlags, self: Command) =>
        run(self, import("../commands/report.js"), ({ report }, context) => report(context, flags)),
      ),
};

const summaryCommand: CommandDefinition = {
  name: "summary",
  description: "Show the checkpoints in numbers: total, by type, used for rollback, latest.",
  examples: ["stepback summary", "stepback summary --json"],
  define: (command, run) =>
    command.action((_flags: unknown, self: Command) =>
      run(self, import("../commands/summary.js"), ({ summary }, context) => summary(context)),
    ),
};

const validateCommand: CommandDefinition = {
  name: "validate",
  description: "Tell whether checkpoints can be made and restored, what changed since the last one, and whether the tests pass.",
  examples: ["stepback validate", "stepback validate --no-tests --json"],
  define: (command, run) =>
    command
      .option("--no-tests", "do not run the configured test command")
      .action((flags: ValidateFlags, self: Command) =>
        run(self, import("../commands/validate.js"), ({ validate }, context) => validate(context, flags)),
      ),
};

/** The commands that tell how things stand and what was done. */
export const reportCommands: readonly CommandDefinition[] = [reportCommand, summaryCommand, validateCommand];
