import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { repairText } from "../print/repair-text.js";
import { withProgress } from "../print/progress.js";

/** `stepback repair`. */
export async function repair(context: CommandContext): Promise<number> {
  const checkpoints = await openChange(context);
  const report = await withProgress(context, (options) => checkpoints.repair(options));
  // What is left is told also with --quiet: only success is silent.
  if (report.damaged.length === 0) context.output.report(report, () => repairText(report));
  else context.output.answer(report, () => repairText(report));
  context.output.warn(report.warnings);
  return report.damaged.some(({ status }) => status === "damaged") ? EXIT.damaged : EXIT.done;
}
