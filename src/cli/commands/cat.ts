import { EXIT, UsageError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";

/** `stepback cat`: nothing but the bytes, also on a terminal. */
export async function cat(context: CommandContext, id: string, path: string): Promise<number> {
  const { flags, io } = context;
  if (flags.json) throw new UsageError("a file's bytes cannot be JSON", "Leave out --json.");
  const checkpoints = await openChangeOf(context, id);
  for await (const chunk of checkpoints.streamFile(id, path, { signal: io.signal })) {
    io.stdout(chunk);
    if ((await io.drain?.()) === "gone") break;
  }
  return EXIT.done;
}
