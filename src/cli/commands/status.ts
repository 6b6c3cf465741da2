import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { statusText } from "../print/status-text.js";
import { withProgress } from "../print/progress.js";

export interface StatusFlags {
  check?: boolean;
}

/** `stepback status`; with --check something incomplete is exit status 3. */
export async function status(context: CommandContext, flags: StatusFlags): Promise<number> {
  const checkpoints = await openChange(context);
  const report = await withProgress(context, (options) => checkpoints.status(options));
  context.output.answer(report, () => statusText(report, context.io.now()));
  context.output.warn(report.warnings);
  return flags.check === true && report.incomplete.length > 0 ? EXIT.incomplete : EXIT.done;
}
