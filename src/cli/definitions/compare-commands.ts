import type { Command } from "commander";
import type { DiffFlags } from "../commands/diff.js";
import type { CommandDefinition } from "./definition.js";

const diffCommand: CommandDefinition = {
  name: "diff",
  description: "Show what differs between two checkpoints, or between a checkpoint and the directory as it is.",
  examples: [
    "stepback diff",
    "stepback diff step:3 --stat",
    "stepback diff latest~2 latest --patch -- specs/ '*.md'",
    "stepback diff step:3 --patch >changes.patch && git apply --check changes.patch",
  ],
  define: (command, run) =>
    command
      .argument("[from]", "the checkpoint to compare with (default: latest)")
      .argument("[to]", "another checkpoint (default: the directory as it is)")
      .argument("[paths...]", "only these files, folders and patterns, after --")
      .option("--name-status", "one line for each path: A added, D deleted, M modified, R renamed, T became something else")
      .option("--stat", "the number of changed lines of each file, with bars")
      .option("--patch", "a patch that `git apply` and `patch -p1` take")
      .option("--binary", "a patch that has binary files too; only `git apply` takes it")
      .option("--no-renames", "show a renamed file as deleted and added")
      .option("--exit-code", "end with 1 when there are differences")
      .action((...all: unknown[]) => {
        const self = all.at(-1) as Command;
        const flags = self.opts<DiffFlags>();
        const { named, paths, endsWithSeparator } = splitAtSeparator(self);
        return run(self, import("../commands/diff.js"), ({ diff }, context) =>
          diff(context, named, { ...flags, paths, endsWithSeparator }),
        );
      }),
};

/** What stands before `--` names checkpoints, what stands after it paths; without `--` all from the third word on are paths. */
function splitAtSeparator(command: Command): { named: string[]; paths: string[]; endsWithSeparator: boolean } {
  const words = command.args;
  const given = command.parent?.args ?? [];
  const separator = given.indexOf("--");
  const pathCount = separator < 0 ? Math.max(words.length - 2, 0) : given.length - separator - 1;
  const at = words.length - pathCount;
  return { named: words.slice(0, at), paths: words.slice(at), endsWithSeparator: separator >= 0 && pathCount === 0 };
}

const catCommand: CommandDefinition = {
  name: "cat",
  description: "Print a file of a checkpoint, byte for byte, once its hash is known to be right.",
  examples: ["stepback cat latest proposal.md", "stepback cat step:3 logo.png >old-logo.png"],
  define: (command, run) =>
    command
      .argument("<id>", "the checkpoint")
      .argument("<path>", "the file, relative to the change directory; of a symlink the target is printed")
      .action((id: string, path: string, _flags: unknown, self: Command) =>
        run(self, import("../commands/cat.js"), ({ cat }, context) => cat(context, id, path)),
      ),
};

const versionsCommand: CommandDefinition = {
  name: "versions",
  description: "Show the history of one file over all checkpoints, each distinct content once.",
  examples: ["stepback versions proposal.md", "stepback versions specs/api.md --json"],
  define: (command, run) =>
    command
      .argument("<path>", "the file, relative to the change directory")
      .action((path: string, _flags: unknown, self: Command) =>
        run(self, import("../commands/versions.js"), ({ versions }, context) => versions(context, path)),
      ),
};

const findCommand: CommandDefinition = {
  name: "find",
  description: "Find the paths of all checkpoints that match a pattern, also those that are gone.",
  examples: ["stepback find '*.md'", "stepback find 'specs/**/api*'", "stepback find proposal.md --json"],
  define: (command, run) =>
    command
      .argument("<pattern>", "like '*.md' (a name at any depth) or 'specs/**' (from the change directory on)")
      .action((pattern: string, _flags: unknown, self: Command) =>
        run(self, import("../commands/find.js"), ({ find }, context) => find(context, pattern)),
      ),
};

/** The commands that look into checkpoints and compare them. */
export const compareCommands: readonly CommandDefinition[] = [diffCommand, catCommand, versionsCommand, findCommand];
