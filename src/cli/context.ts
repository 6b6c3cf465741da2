import type { GlobalFlags } from "./global-options.js";
import type { Io } from "./io.js";
import { createOutput, type Output } from "./output.js";

type PublicApi = typeof import("./public-api.js");

/** The functions of the public API that commands start from. */
export type Api = Pick<
  PublicApi,
  | "openCheckpoints"
  | "resolveChangeDirectory"
  | "findChangeOfCheckpoint"
  | "findWorkflows"
  | "initDirectory"
  | "loadConfig"
  | "runWithoutCheckpoints"
>;

/** All that a command gets besides its own flags. */
export interface CommandContext {
  readonly io: Io;
  readonly flags: GlobalFlags;
  readonly api: Api;
  readonly output: Output;
  /** The command as the lock names it. */
  readonly commandName: string;
}

/** Loads the public API and sets up the output of one command. */
export async function createContext(io: Io, flags: GlobalFlags, name: string, replacements: Partial<Api>): Promise<CommandContext> {
  const publicApi = await import("./public-api.js");
  const colorize = io.useColor && flags.color ? (await import("./print/colorize.js")).colorize : null;
  return {
    io,
    flags,
    api: { ...publicApi, ...replacements },
    output: createOutput(io, flags, { toJsonForm: publicApi.toJsonForm, colorize }),
    commandName: `stepback ${name}`,
  };
}
