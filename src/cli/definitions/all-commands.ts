import { archiveCommands } from "./archive-commands.js";
import { checkpointCommands } from "./checkpoint-commands.js";
import { configCommand } from "./config-command.js";
import { compareCommands } from "./compare-commands.js";
import { notingCommands } from "./noting-commands.js";
import { reportCommands, watchCommand } from "./report-commands.js";
import { restoreCommands } from "./restore-commands.js";
import { runCommand } from "./run-command.js";
import { sessionCommands } from "./session-commands.js";
import { setupCommands } from "./setup-commands.js";
import { storeCommands } from "./store-commands.js";
import { taskCommands } from "./task-commands.js";
import { workflowCommands } from "./workflow-commands.js";
import type { CommandGroup } from "./definition.js";

/** All commands, as help lists them. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  { heading: "Checkpoints:", definitions: checkpointCommands },
  { heading: "Differences and single files:", definitions: compareCommands },
  { heading: "Going back:", definitions: restoreCommands },
  { heading: "Steps:", definitions: [runCommand, ...workflowCommands] },
  { heading: "Tasks:", definitions: taskCommands },
  { heading: "Sessions:", definitions: [...sessionCommands, watchCommand] },
  { heading: "Notes about checkpoints:", definitions: notingCommands },
  { heading: "Archives:", definitions: archiveCommands },
  { heading: "The store:", definitions: [...storeCommands, ...reportCommands, configCommand] },
  { heading: "Setting up:", definitions: setupCommands },
];
