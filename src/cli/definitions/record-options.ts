import type { Command } from "commander";
import { collect } from "./collect.js";

/** The options that describe a new checkpoint, as they come from the command line. */
export interface RecordFlags {
  step?: string;
  name?: string;
  type?: string;
  phase?: string;
  task?: string;
  stage?: string;
  session?: string;
  workflow?: string;
  state?: string[];
  tag?: string[];
  meta?: string[];
}

/** Adds the options that describe a new checkpoint; a test holds the words named here against the vocabularies. */
export function addRecordOptions(command: Command): Command {
  return command
    .option("--step <n>", "the number of the step that comes next, from 0 on")
    .option("--name <name>", "the name of the step")
    .option("--type <type>", "what it is for; see the types below")
    .option("--phase <phase>", "plan, generate_tasks, implement, validate or cleanup")
    .option("--task <id>", "the task that it belongs to")
    .option("--stage <stage>", "the stage of the task: start, implementation, pre-validation or validated")
    .option("--session <id>", "the session that it belongs to")
    .option("--workflow <id>", "the workflow that it belongs to")
    .option("--state <counter=n>", "a counter of the work's state, see below; can be given several times", collect)
    .option("--tag <tag>", "a tag; can be given several times", collect)
    .option("--meta <key=value>", "a free key and value; can be given several times", collect)
    .addHelpText("after", TYPES);
}

const TYPES = `
Types: manual, auto, step, backup, phase_complete, task_group_complete, task_complete, sprint_complete,
  safe_state, pre_risky_operation, error_recovery, session_start, session_end, agent_completion.
Counters of the state: tasks_completed, decisions_made, files_modified, files_created, tests_passing, tests_failing.`;
