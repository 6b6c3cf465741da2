import type { Command } from "commander";
import type { RestoreFlags } from "../commands/restore.js";
import type { CommandDefinition } from "./definition.js";

const restoreCommand: CommandDefinition = {
  name: "restore",
  alias: "rollback",
  description: "Bring the directory, or single paths of it, back to a checkpoint. A backup is taken first, always.",
  examples: [
    "stepback restore",
    "stepback restore latest",
    "stepback restore step:3 --dry-run",
    "stepback restore step:3 --dry-run --patch -- specs/",
    "stepback restore checkpoint-20251020-143025-step02 --yes",
    "stepback restore latest -- proposal.md specs/",
  ],
  define: (command, run) =>
    addRestoreOptions(
      command
        .argument("[id]", "the checkpoint (default: chosen from a list, on a terminal)")
        .argument("[paths...]", "only these files and folders, after --"),
    ).action((id: string | undefined, paths: string[], flags: RestoreFlags, self: Command) => {
      const endsWithSeparator = self.parent?.args.at(-1) === "--";
      return run(self, import("../commands/restore.js"), ({ restore }, context) =>
        restore(context, id, { ...flags, paths, endsWithSeparator }),
      );
    }),
};

const undoCommand: CommandDefinition = {
  name: "undo",
  description: "Take the last restore back: go to the newest backup. A backup is taken first, always.",
  examples: ["stepback undo", "stepback undo --dry-run"],
  define: (command, run) =>
    addRestoreOptions(command).action((flags: RestoreFlags, self: Command) =>
      run(self, import("../commands/restore.js"), ({ undo }, context) => undo(context, flags)),
    ),
};

function addRestoreOptions(command: Command): Command {
  return command
    .option("--dry-run", "show what would be done and change nothing")
    .option("--patch", "with --dry-run: show what would change as a patch of the directory")
    .option("--keep-added", "leave files alone that were added since the checkpoint");
}

const historyCommand: CommandDefinition = {
  name: "history",
  description: "List the restores that were done, oldest first.",
  examples: ["stepback history", "stepback history --json"],
  define: (command, run) =>
    command.action((_flags: unknown, self: Command) =>
      run(self, import("../commands/history.js"), ({ history }, context) => history(context)),
    ),
};

/** The commands that bring the directory back. */
export const restoreCommands: readonly CommandDefinition[] = [restoreCommand, undoCommand, historyCommand];
