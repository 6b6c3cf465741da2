import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { foundText } from "../print/found-text.js";

/** `stepback find`: nothing found is an answer, not a failure. */
export async function find(context: CommandContext, pattern: string): Promise<number> {
  const checkpoints = await openChange(context);
  const found = await checkpoints.findPaths(pattern, { signal: context.io.signal });
  context.output.answer({ pattern, ...found }, () => foundText(pattern, found));
  context.output.warn(found.warnings);
  return EXIT.done;
}
