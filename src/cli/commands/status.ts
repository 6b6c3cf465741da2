import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { statusText } from "../print/status-text.js";
import { withProgress } from "../print/progress.js";

/** `stepback status`. */
export async function status(context: CommandContext): Promise<number> {
  const checkpoints = await openChange(context);
  const report = await withProgress(context, (options) => checkpoints.status(options));
  context.output.answer(report, () => statusText(report, context.io.now()));
  context.output.warn(report.warnings);
  return EXIT.done;
}
