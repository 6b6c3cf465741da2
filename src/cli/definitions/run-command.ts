import type { Command } from "commander";
import type { RunFlags } from "../commands/run.js";
import type { CommandDefinition } from "./definition.js";
import { addRecordOptions } from "./record-options.js";

const EXIT_STATUSES = `
The exit status is the command's own; 125 when stepback failed, 126 and 127 when the command cannot run.`;

/** `run`: everything from the command's name on is the command's own, untouched. */
export const runCommand: CommandDefinition = {
  name: "run",
  description: "Run a command as a step: checkpoint before, result recorded, rollback offered when it fails.",
  examples: [
    'stepback run --step 3 --name "Create Specs" -- npm run specs',
    'stepback run --verify "npm test" --on-failure rollback -- ./migrate.sh',
    "stepback run --no-checkpoints -- make",
  ],
  define: (command, run) =>
    addRecordOptions(command.passThroughOptions().argument("<command...>", "the command and its arguments, after --"))
      .option("--note <text>", "a note to keep with the checkpoint")
      .option("--verify <command>", "run by sh after a command that exited 0; the step fails when it fails")
      .option("--on-failure <what>", "rollback or keep (default: ask on a terminal, else keep)")
      .option("--no-checkpoints", "just run the command; no store is needed or made")
      .option("--dry-run", "show what would be done and run nothing")
      .addHelpText("after", EXIT_STATUSES)
      .action((words: [string, ...string[]], flags: RunFlags, self: Command) =>
        run(self, import("../commands/run.js"), (body, context) => body.run(context, words, flags)),
      ),
};
