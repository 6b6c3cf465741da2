import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { versionsText } from "../print/versions-text.js";

/** `stepback versions`. */
export async function versions(context: CommandContext, path: string): Promise<number> {
  const checkpoints = await openChange(context);
  const history = await checkpoints.versions(path, { signal: context.io.signal });
  context.output.answer(history, () => versionsText(history));
  context.output.warn(history.warnings);
  return EXIT.done;
}
