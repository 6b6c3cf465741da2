import type { Command } from "commander";
import type { CleanFlags } from "../commands/clean.js";
import { collect } from "./collect.js";
import type { CommandDefinition } from "./definition.js";

export const cleanCommand: CommandDefinition = {
  name: "clean",
  alias: "cleanup",
  description: "Remove old checkpoints; what must stay is never removed, and each one that stays says why.",
  examples: [
    "stepback clean 5",
    "stepback clean --older-than 30d --dry-run",
    "stepback clean --keep-last 3 --keep-daily 7 --keep-weekly 5 --keep-monthly 12",
    "stepback clean --keep-within 2m --keep-tag release",
    "stepback clean --max-size 2G --min-age 1h",
    "stepback clean --keep 10 --verify --quiet",
  ],
  define: (command, run) =>
    addRules(command.argument("[n]", "keep the newest N (default: the retention of the configuration, 10)"))
      .option("--per-task <n>", "keep the newest N of each task, and of those without one")
      .option("--older-than <duration>", "keep what is not older than, like 30d")
      .option("--min-age <duration>", "remove nothing younger than, like 1h, whatever else is said")
      .option("--max-size <size>", "remove the oldest until the rest takes at most, like 2G")
      .option("--dry-run", "show what would be removed and change nothing")
      .option("--verify", "check all that stays")
      .action((count: string | undefined, flags: CleanFlags, self: Command) =>
        run(self, import("../commands/clean.js"), ({ clean }, context) => clean(context, count, flags)),
      ),
};

const UNITS = [
  ["hourly", "hour"],
  ["daily", "day"],
  ["weekly", "week"],
  ["monthly", "month"],
  ["yearly", "year"],
] as const;

function addRules(command: Command): Command {
  command.option("--keep <n>", "the same as [n]").option("--keep-last <n>", "the same as [n]; unlimited for all");
  for (const [name, unit] of UNITS) command.option(`--keep-${name} <n>`, `keep the newest of each of the N newest ${unit}s with one`);
  command.option("--keep-within <period>", "keep what is younger than, like 1y5m7d2h (m: months), measured from the newest");
  for (const [name, unit] of UNITS) command.option(`--keep-within-${name} <period>`, `keep the newest of each ${unit} within`);
  return command
    .option("--keep-tag <tags>", "keep those with a tag, or with all tags of a list like a,b (several)", collect)
    .option("--keep-failed <n>", "keep the newest N whose step failed");
}
