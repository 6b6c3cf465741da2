import type { Command } from "commander";
import type { LogFlags } from "../commands/log.js";
import type { EndFlags, RecordFlags, StartFlags, TaskFlags } from "../commands/session.js";
import type { CommandDefinition, RunCommand } from "./definition.js";

const OWNER = `
The owner is the process that stands for the work: on a terminal the shell, else nobody, unless --owner-pid names it. A session
whose owner is gone, or that was silent for 24 hours, was left incomplete: it can be continued, or closed for a fresh one.`;

const sessionCommand: CommandDefinition = {
  name: "session",
  description: "Start and end sessions: work over a time with checkpoints, tasks and a final report.",
  examples: [
    'stepback session start "the refactor" --owner-pid $$',
    "stepback session task complete 7 --tokens 1200",
    'stepback session before "the migration"',
    'stepback session sprint "Sprint 3"',
    "stepback session end --success true",
  ],
  define: (command, run) => {
    defineStart(command, run);
    defineEnd(command, run);
    defineWork(command, run);
    command
      .command("status")
      .description("Show the session that was not ended, or the one with this id.")
      .argument("[id]", "a session")
      .action((id: string | undefined, _flags: unknown, self: Command) =>
        run(self, import("../commands/session.js"), (body, context) => body.showSession(context, id)),
      );
    command
      .command("list")
      .description("List the sessions, oldest first.")
      .action((_flags: unknown, self: Command) =>
        run(self, import("../commands/session.js"), (body, context) => body.listSessions(context)),
      );
  },
};

function defineStart(command: Command, run: RunCommand): void {
  command
    .command("start")
    .description("Start a session with a checkpoint, or go on with one that was left incomplete.")
    .argument("[description]", "what it is about")
    .option("--force", "take over from a session that is active, and set a record aside that cannot be used")
    .option("--recover <how>", "what to do with an incomplete session: continue, fresh or review")
    .option("--owner <name>", "what the owner is called, like an agent's name")
    .option("--owner-pid <pid>", "the process that stands for the work")
    .option("--no-checkpoint", "take no checkpoint")
    .addHelpText("after", OWNER)
    .action((description: string | undefined, flags: StartFlags, self: Command) =>
      run(self, import("../commands/session.js"), (body, context) => body.startSession(context, description, flags)),
    );
}

function defineEnd(command: Command, run: RunCommand): void {
  addUsageOptions(command.command("end"))
    .description("End the session with a checkpoint and its final report.")
    .option("--success <state>", "how it went: true or false")
    .option("--no-checkpoint", "take no checkpoint")
    .action((flags: EndFlags, self: Command) =>
      run(self, import("../commands/session.js"), (body, context) => body.endSession(context, flags)),
    );
}

function defineWork(command: Command, run: RunCommand): void {
  addUsageOptions(command.command("task"))
    .description("Note that a task was completed, which takes a checkpoint where the configuration says so, or failed.")
    .argument("<outcome>", "complete or fail")
    .argument("<id>", "the task")
    .action((outcome: string, id: string, flags: TaskFlags, self: Command) =>
      run(self, import("../commands/session.js"), (body, context) => body.recordTask(context, { outcome, id }, flags)),
    );
  addUsageOptions(command.command("sprint"))
    .description("Note that a sprint was completed, which takes a checkpoint where the configuration says so.")
    .argument("<name>", "the sprint")
    .action((name: string, flags: RecordFlags, self: Command) =>
      run(self, import("../commands/session.js"), (body, context) => body.recordSprint(context, name, flags)),
    );
  addUsageOptions(command.command("before"))
    .description("Note that a risky operation is about to begin, which takes a checkpoint where the configuration says so.")
    .argument("<operation>", "what is about to be done")
    .action((operation: string, flags: RecordFlags, self: Command) =>
      run(self, import("../commands/session.js"), (body, context) => body.recordRisk(context, operation, flags)),
    );
  addUsageOptions(command.command("record"))
    .description("Note what was used.")
    .action((flags: RecordFlags, self: Command) =>
      run(self, import("../commands/session.js"), (body, context) => body.recordUsage(context, flags)),
    );
}

function addUsageOptions(command: Command): Command {
  return command
    .option("--tokens <n>", "the tokens used since they were last told")
    .option("--memory <size>", "the most memory used, like 512M")
    .option("--note <text>", "a note to keep");
}

const logCommand: CommandDefinition = {
  name: "log",
  description: "Write a line into the progress log, or show it.",
  examples: ['stepback log "tests are green" --task 7', "stepback log --recent 20", "stepback log --task 7"],
  define: (command, run) =>
    command
      .argument("[message]", "what was done; without it the log is shown")
      .option("--task <id>", "the task that the message is about, or whose lines are shown")
      .option("--recent <n>", "show the newest N lines")
      .action((message: string | undefined, flags: LogFlags, self: Command) =>
        run(self, import("../commands/log.js"), ({ log }, context) => log(context, message, flags)),
      ),
};

/** The commands for work over a time. */
export const sessionCommands: readonly CommandDefinition[] = [sessionCommand, logCommand];
