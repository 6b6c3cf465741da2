import { resolve } from "node:path";
import {
  ConfigInvalidError,
  messageOf,
  parseDuration,
  StepbackError,
  UsageError,
  type Checkpoints,
  type ConfigSources,
  type OpenOptions,
} from "../index.js";
import type { CommandContext } from "./context.js";
import { durationDays, keyValues } from "./flags.js";
import { safe } from "./print/safe-text.js";

const FULL_ID = /^checkpoint-\d{8}-\d{6}-[a-z0-9_]+/;
const MS_PER_DAY = 86_400_000;

/** Opens the checkpoints of the directory that the global options, or else the current folder, name. */
export async function openChange(context: CommandContext): Promise<Checkpoints> {
  const options = openOptions(context);
  return context.api.openCheckpoints(await findChange(context), options);
}

/** Finds that directory. */
export async function findChange(context: CommandContext): Promise<string> {
  const { api, flags, io } = context;
  if (flags.dir !== undefined && flags.changeId !== undefined) {
    throw new UsageError(
      "--dir and --change-id both name the directory",
      "Give one of them; STEPBACK_DIR and STEPBACK_CHANGE_ID count too.",
    );
  }
  const storePath = storePathOf(context);
  return api.resolveChangeDirectory({ dir: flags.dir, changeId: flags.changeId, cwd: io.cwd, storePath, ...configSources(context) });
}

function storePathOf({ flags, io }: Pick<CommandContext, "flags" | "io">): string | undefined {
  return flags.store === undefined ? undefined : resolve(io.cwd, flags.store);
}

/**
 * Opens the checkpoints that an id speaks of. A full id is enough on its own: where no directory is named and the current
 * one has no store, the change that has the checkpoint is searched for under the changes root.
 */
export async function openChangeOf(context: CommandContext, id: string): Promise<Checkpoints> {
  const { api, flags, io, output } = context;
  if (flags.dir !== undefined || flags.changeId !== undefined || flags.store !== undefined || !FULL_ID.test(id)) {
    return openChange(context);
  }
  try {
    const checkpoints = await openChange(context);
    await checkpoints.find(id);
    return checkpoints;
  } catch (error) {
    if (!(error instanceof StepbackError && error.code === "STORE_NOT_FOUND")) throw error;
    const directory = await api.findChangeOfCheckpoint({ id, cwd: io.cwd, ...configSources(context) });
    if (directory === null) throw error;
    output.remark(`Found in ${safe(directory)}`);
    return api.openCheckpoints(directory, openOptions(context));
  }
}

/** What sets settings on the command line and around it. */
export function configSources({ flags, io }: CommandContext): ConfigSources {
  return { settings: keyValues("--set", flags.set), environment: io.env };
}

function openOptions(context: CommandContext): OpenOptions {
  const { commandName, io } = context;
  return {
    storePath: storePathOf(context),
    lockWaitMs: readWaitMs(context),
    commandName,
    now: () => io.now(),
    ...configSources(context),
  };
}

/** How long to wait, by `--wait` or its variable. */
export function readWaitMs({ flags, io }: CommandContext): number {
  const variable = io.env["STEPBACK_WAIT"];
  if (flags.wait !== undefined) return Math.round(durationDays("--wait", flags.wait) * MS_PER_DAY);
  if (variable === undefined || variable === "") return 0;
  try {
    return Math.round(parseDuration(variable) * MS_PER_DAY);
  } catch (error) {
    throw new ConfigInvalidError("STEPBACK_WAIT", messageOf(error), { variable: "STEPBACK_WAIT" });
  }
}
