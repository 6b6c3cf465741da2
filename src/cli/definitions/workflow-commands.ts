import type { Command } from "commander";
import type { ResumeFlags, WorkflowRunFlags } from "../commands/workflow-run.js";
import type { CompleteFlags, FailFlags, StartFlags, StatusFlags } from "../commands/workflow.js";
import { collect } from "./collect.js";
import type { CommandDefinition } from "./definition.js";

const EXIT_STATUSES = `
The exit status is 0, that of the step that failed, or 3 when the next step is one that the caller does.`;

const runDefinition: CommandDefinition = {
  name: "run",
  description: "Run the steps that are not completed, each behind its own checkpoint; goes on where an earlier run ended.",
  examples: ["stepback workflow run", "stepback workflow run --to 3 --on-failure rollback", "stepback workflow run --from 2 --dry-run"],
  define: (command, run) =>
    addRunOptions(command)
      .option("--restart", "begin anew, whatever is completed")
      .addHelpText("after", EXIT_STATUSES)
      .action((flags: WorkflowRunFlags, self: Command) =>
        run(self, import("../commands/workflow-run.js"), (body, context) => body.workflowRun(context, flags)),
      ),
};

const startDefinition: CommandDefinition = {
  name: "start",
  description: "Begin a workflow whose steps you run yourself.",
  examples: [
    "stepback workflow start --id review --steps analyze,plan,write",
    'stepback workflow start --steps a,b --request "Add a login"',
  ],
  define: (command, run) =>
    command
      .requiredOption("--steps <names>", "the names of the steps in their order, with commas between them")
      .option("--id <id>", "the id of the workflow (default: the name of the change)")
      .option("--name <text>", "what it does, for people")
      .option("--workflow-version <text>", "the version of the workflow itself")
      .option("--request <text>", "what was asked for in the first place")
      .option("--meta <key=value>", "a free key and value; can be given several times", collect)
      .option("--force", "begin anew, and set an unfinished workflow aside")
      .action((flags: StartFlags, self: Command) =>
        run(self, import("../commands/workflow.js"), (body, context) => body.workflowStart(context, flags)),
      ),
};

const statusDefinition: CommandDefinition = {
  name: "status",
  description: "Show how far the workflow has come.",
  examples: ["stepback workflow status", "stepback workflow status --id review --json"],
  define: (command, run) =>
    command
      .option("--id <id>", "the workflow (default: the current one)")
      .action((flags: StatusFlags, self: Command) =>
        run(self, import("../commands/workflow.js"), (body, context) => body.workflowStatus(context, flags)),
      ),
};

const completeDefinition: CommandDefinition = {
  name: "complete",
  description: "Record a step that you ran yourself as done.",
  examples: ["stepback workflow complete analyze --artifact analysis.md", "stepback workflow complete 3"],
  define: (command, run) =>
    command
      .argument("<step>", "its number or its name")
      .option("--artifact <path>", "what it made: a path or glob of the change directory; can be given several times", collect)
      .option("--id <id>", "the workflow that must be the current one")
      .action((step: string, flags: CompleteFlags, self: Command) =>
        run(self, import("../commands/workflow.js"), (body, context) => body.workflowComplete(context, step, flags)),
      ),
};

const failDefinition: CommandDefinition = {
  name: "fail",
  description: "Record that a step failed.",
  examples: ['stepback workflow fail plan --reason "no answer"'],
  define: (command, run) =>
    command
      .argument("<step>", "its number or its name")
      .option("--reason <text>", "why")
      .option("--id <id>", "the workflow that must be the current one")
      .action((step: string, flags: FailFlags, self: Command) =>
        run(self, import("../commands/workflow.js"), (body, context) => body.workflowFail(context, step, flags)),
      ),
};

const forgetDefinition: CommandDefinition = {
  name: "forget",
  description: "Remove the record of a workflow; its checkpoints stay.",
  examples: ["stepback workflow forget review"],
  define: (command, run) =>
    command
      .argument("<id>", "the workflow")
      .action((id: string, _flags: unknown, self: Command) =>
        run(self, import("../commands/workflow.js"), (body, context) => body.workflowForget(context, id)),
      ),
};

const workflowDefinition: CommandDefinition = {
  name: "workflow",
  description: "Run the steps of a workflow file, or keep account of steps that you run yourself.",
  examples: ["stepback workflow run", "stepback workflow status", "stepback workflow complete 3 --artifact specs/login.md"],
  define: () => undefined,
  subcommands: [runDefinition, statusDefinition, startDefinition, completeDefinition, failDefinition, forgetDefinition],
};

const resumeDefinition: CommandDefinition = {
  name: "resume",
  description:
    "Go on with a workflow: show how far it has come, check what it built on, and continue with the first step that is not completed.",
  examples: ["stepback resume", "stepback resume --dry-run --json", "stepback resume --from 3"],
  define: (command, run) =>
    addRunOptions(command)
      .option("--id <id>", "a workflow that was set aside (default: the current one)")
      .addHelpText("after", EXIT_STATUSES)
      .action((flags: ResumeFlags, self: Command) =>
        run(self, import("../commands/workflow-run.js"), (body, context) => body.resume(context, flags)),
      ),
};

const workflowsDefinition: CommandDefinition = {
  name: "workflows",
  description: "List the workflows below a folder that can be gone on with, newest first.",
  examples: ["stepback workflows openspec/changes", "stepback workflows --json"],
  define: (command, run) =>
    command
      .argument("[root]", "the folder (default: the current one)")
      .action((root: string | undefined, _flags: unknown, self: Command) =>
        run(self, import("../commands/workflow.js"), (body, context) => body.workflows(context, root)),
      ),
};

function addRunOptions(command: Command): Command {
  return command
    .option("--file <path>", "the workflow file, relative to the change directory (default: stepback.workflow.yaml, .yml or .json)")
    .option("--from <n>", "the first step; where it was begun, the files are first brought back to before it")
    .option("--to <n>", "the last step")
    .option("--keep-partial", "leave what an interrupted or failed attempt changed, for the next one to go on with")
    .option("--on-failure <what>", "rollback or keep, when a step has failed for good (default: ask on a terminal, else keep)")
    .option("--no-checkpoints", "run the steps without checkpoints; nothing can be rolled back")
    .option("--force", "set another unfinished workflow aside; go on though the last runner may still live")
    .option("--dry-run", "show what would be done and run nothing");
}

/** The commands for whole workflows. */
export const workflowCommands: readonly CommandDefinition[] = [workflowDefinition, resumeDefinition, workflowsDefinition];
