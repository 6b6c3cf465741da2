import type { Command } from "commander";
import type { CreateFlags } from "../commands/create.js";
import type { ListFlags } from "../commands/list.js";
import type { ManifestFlags } from "../commands/manifest.js";
import type { ShowFlags } from "../commands/show.js";
import type { CommandDefinition } from "./definition.js";
import { collect } from "./collect.js";
import { addRecordOptions } from "./record-options.js";

const createCommand: CommandDefinition = {
  name: "create",
  description: "Take a checkpoint of the change directory.",
  examples: [
    'stepback create "before the refactor"',
    'stepback create --step 3 --name "Create Specs"',
    "stepback create --task 7 --stage start --tag risky --meta ticket=42",
  ],
  define: (command, run) =>
    addRecordOptions(command.argument("[message]", "a note to keep with it"))
      .option("--success <state>", "how the step ended: true or false")
      .action((message: string | undefined, flags: CreateFlags, self: Command) =>
        run(self, import("../commands/create.js"), ({ create }, context) => create(context, message, flags)),
      ),
};

const listCommand: CommandDefinition = {
  name: "list",
  alias: "ls",
  description: "List the checkpoints, oldest first.",
  examples: [
    "stepback list --limit 5 --reverse",
    "stepback list --step 3 --since 2d",
    "stepback list --format '{id}\\t{step}\\t{notes}'",
    "stepback list --sizes",
    "stepback list --json",
  ],
  define: (command, run) =>
    command
      .option("--limit <n>", "only the newest N")
      .option("--type <type>", "only those of a type, like manual, step or backup")
      .option("--step <n>", "only those of a step")
      .option("--task <id>", "only those of a task")
      .option("--stage <stage>", "only those of a stage of a task")
      .option("--phase <phase>", "only those of a phase")
      .option("--session <id>", "only those of a session")
      .option("--workflow <id>", "only those of a workflow")
      .option("--tag <tag>", "only those with a tag")
      .option(
        "--meta <key[=value]>",
        "only those with a key in their metadata, or a key and its value; can be given several times",
        collect,
      )
      .option("--since <when>", "only those since a date (2026-01-31, UTC) or of an age up to (2d)")
      .option("--sizes", "also measure what each one takes on disk")
      .option("--reverse", "newest first")
      .option("--format <template>", "a line for each, like '{id}\\t{created}\\t{notes}'; a wrong field is answered with all of them")
      .action((flags: ListFlags, self: Command) => run(self, import("../commands/list.js"), ({ list }, context) => list(context, flags))),
};

const showCommand: CommandDefinition = {
  name: "show",
  description: "Show all that is known of one checkpoint.",
  examples: ["stepback show latest", "stepback show step:3 --files", "stepback show step:3 --patch"],
  define: (command, run) =>
    command
      .argument("<id>", "the checkpoint")
      .option("--files", "also list its files and what was left out")
      .option("--patch", "show what it changed against the checkpoint before it, as a patch")
      .action((id: string, flags: ShowFlags, self: Command) =>
        run(self, import("../commands/show.js"), ({ show }, context) => show(context, id, flags)),
      ),
};

const manifestCommand: CommandDefinition = {
  name: "manifest",
  description: "Print the manifest of a checkpoint: every path with its size, mode, time and hash.",
  examples: [
    "stepback manifest latest",
    "stepback manifest latest --sha256sums >sums && cd .checkpoints/checkpoint-… && sha256sum -c ../../sums",
  ],
  define: (command, run) =>
    command
      .argument("<id>", "the checkpoint")
      .option("--sha256sums", "print lines for `sha256sum -c`, to be run inside the snapshot folder")
      .action((id: string, flags: ManifestFlags, self: Command) =>
        run(self, import("../commands/manifest.js"), ({ manifest }, context) => manifest(context, id, flags)),
      ),
};

const deleteCommand: CommandDefinition = {
  name: "delete",
  description: "Delete checkpoints; pinned ones are refused.",
  examples: ["stepback delete latest~3", "stepback delete 20251020-143025 --yes"],
  define: (command, run) =>
    command
      .argument("<id...>", "the checkpoints")
      .action((ids: string[], _flags: unknown, self: Command) =>
        run(self, import("../commands/delete.js"), ({ deleteCheckpoints }, context) => deleteCheckpoints(context, ids)),
      ),
};

/** The commands that make, show and delete checkpoints. */
export const checkpointCommands: readonly CommandDefinition[] = [createCommand, listCommand, showCommand, manifestCommand, deleteCommand];
