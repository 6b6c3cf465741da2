import type { Command } from "commander";
import type { RecoverFlags } from "../commands/recover.js";
import type { CommandDefinition } from "./definition.js";

const tasksCommand: CommandDefinition = {
  name: "tasks",
  description: "Show the tasks with how they stand and what each can go back to.",
  examples: ["stepback tasks", "stepback tasks 7", "stepback tasks --json"],
  define: (command, run) =>
    command
      .argument("[task]", "only this task")
      .action((task: string | undefined, _flags: unknown, self: Command) =>
        run(self, import("../commands/tasks.js"), ({ tasks }, context) => tasks(context, task)),
      ),
};

const POLICY = `
An implementation error goes back to the start of the task (to before the step), a validation error to its implementation, any other
to its latest checkpoint; so does a stage that is not there. Without --error the rules of the configuration tell the kind. Exit status 10
when there is nothing to go back to, 15 when the same failure was rolled back too often.`;

const recoverCommand: CommandDefinition = {
  name: "recover",
  description: "Go back to where the failure of a task or a step leads, and reset it. A backup is taken first, always.",
  examples: [
    "stepback recover --task 7 --error validation --yes",
    'stepback recover --task 7 --message "AssertionError: 3 is not 4" --dry-run',
  ],
  define: (command, run) =>
    command
      .option("--task <id>", "the task that failed")
      .option("--step <step>", "the step of the current workflow that failed, by number or name")
      .option("--workflow <id>", "the workflow; without --step the step that comes next is meant")
      .option("--error <kind>", "implementation, validation or other")
      .option("--message <text>", "what the error said; the same text is the same failure")
      .option("--code <code>", "the code of the error, or its exit status")
      .option("--dry-run", "show what would be done and change nothing")
      .option("--force", "go back however often this failure was rolled back")
      .addHelpText("after", POLICY)
      .action((flags: RecoverFlags, self: Command) =>
        run(self, import("../commands/recover.js"), ({ recover }, context) => recover(context, flags)),
      ),
};

/** The commands about tasks. */
export const taskCommands: readonly CommandDefinition[] = [tasksCommand, recoverCommand];
