import type { Command } from "commander";
import type { ExportFlags } from "../commands/export.js";
import type { CommandDefinition } from "./definition.js";

const exportCommand: CommandDefinition = {
  name: "export",
  description: "Write checkpoints into one archive, which a plain tar unpacks.",
  examples: [
    "stepback export latest -o before-the-refactor.tar.gz",
    "stepback export step:3 step:5 -o steps.tar",
    "stepback export latest -o - | ssh backup 'cat >my-feature.tar.gz'",
  ],
  define: (command, run) =>
    command
      .argument("<id...>", "the checkpoints")
      .requiredOption("-o, --output <file>", "where to: .tar.gz, .tgz, .tar or .tar.zst by its name; - for stdout, as .tar.gz")
      .action((ids: string[], flags: ExportFlags, self: Command) =>
        run(self, import("../commands/export.js"), ({ exportCheckpoints }, context) => exportCheckpoints(context, ids, flags)),
      ),
};

const importCommand: CommandDefinition = {
  name: "import",
  description: "Take in the checkpoints of an archive that export wrote; all of it is checked first.",
  examples: ["stepback import before-the-refactor.tar.gz", "ssh backup cat my-feature.tar.gz | stepback import -"],
  define: (command, run) =>
    command
      .argument("<file>", "the archive, or - for the standard input")
      .action((file: string, _flags: unknown, self: Command) =>
        run(self, import("../commands/import.js"), ({ importCheckpoints }, context) => importCheckpoints(context, file)),
      ),
};

/** The commands that carry checkpoints from place to place. */
export const archiveCommands: readonly CommandDefinition[] = [exportCommand, importCommand];
