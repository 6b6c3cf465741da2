import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { summaryText } from "../print/report-text.js";

/** `stepback summary`. */
export async function summary(context: CommandContext): Promise<number> {
  const checkpoints = await openChange(context);
  const found = await checkpoints.summary();
  context.output.answer({ changeId: checkpoints.changeId, ...found }, () => summaryText(checkpoints.changeId, found));
  return EXIT.done;
}
