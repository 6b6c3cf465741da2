import type { Command } from "commander";
import type { MarkFlags } from "../commands/mark.js";
import type { NoteFlags } from "../commands/note.js";
import type { TagFlags } from "../commands/tag.js";
import type { CommandDefinition } from "./definition.js";

const pinCommand: CommandDefinition = {
  name: "pin",
  description: "Keep checkpoints from ever being deleted.",
  examples: ["stepback pin latest", "stepback pin step:3 step:5"],
  define: (command, run) =>
    command
      .argument("<id...>", "the checkpoints")
      .action((ids: string[], _flags: unknown, self: Command) =>
        run(self, import("../commands/pin.js"), ({ pin }, context) => pin(context, ids)),
      ),
};

const unpinCommand: CommandDefinition = {
  name: "unpin",
  description: "Let checkpoints be deleted again.",
  examples: ["stepback unpin latest"],
  define: (command, run) =>
    command
      .argument("<id...>", "the checkpoints")
      .action((ids: string[], _flags: unknown, self: Command) =>
        run(self, import("../commands/pin.js"), ({ unpin }, context) => unpin(context, ids)),
      ),
};

const tagCommand: CommandDefinition = {
  name: "tag",
  description: "Add tags to a checkpoint, or remove them.",
  examples: ["stepback tag latest release reviewed", "stepback tag latest release --remove"],
  define: (command, run) =>
    command
      .argument("<id>", "the checkpoint")
      .argument("<tag...>", "the tags")
      .option("--remove", "remove these tags")
      .action((id: string, tags: string[], flags: TagFlags, self: Command) =>
        run(self, import("../commands/tag.js"), ({ tag }, context) => tag(context, id, tags, flags)),
      ),
};

const noteCommand: CommandDefinition = {
  name: "note",
  description: "Write the note of a checkpoint anew, or remove it.",
  examples: ['stepback note latest "tests were green here"', "stepback note latest --clear"],
  define: (command, run) =>
    command
      .argument("<id>", "the checkpoint")
      .argument("[text]", "the note")
      .option("--clear", "remove the note")
      .action((id: string, text: string | undefined, flags: NoteFlags, self: Command) =>
        run(self, import("../commands/note.js"), ({ note }, context) => note(context, id, text, flags)),
      ),
};

const markCommand: CommandDefinition = {
  name: "mark",
  description: "Record how the step of a checkpoint ended.",
  examples: ["stepback mark step:3 --success true", "stepback mark latest --success unknown"],
  define: (command, run) =>
    command
      .argument("<id>", "the checkpoint")
      .requiredOption("--success <state>", "true, false or unknown")
      .action((id: string, flags: MarkFlags, self: Command) =>
        run(self, import("../commands/mark.js"), ({ mark }, context) => mark(context, id, flags)),
      ),
};

/** The commands that change what is known of a checkpoint, never its files. */
export const notingCommands: readonly CommandDefinition[] = [pinCommand, unpinCommand, tagCommand, noteCommand, markCommand];
