import { EXIT, PERIODS, UsageError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { oneOf } from "../flags.js";
import { openChange } from "../open-change.js";
import { reportMarkdown, reportText } from "../print/report-text.js";

export interface ReportFlags {
  period?: string;
  detailed?: boolean;
  markdown?: boolean;
}

/** `stepback report`. */
export async function report(context: CommandContext, flags: ReportFlags): Promise<number> {
  const period = flags.period === undefined ? "week" : oneOf("--period", flags.period, PERIODS);
  if (flags.markdown === true && context.flags.json) throw new UsageError("--markdown and --json are two forms", "Give one of them.");
  const checkpoints = await openChange(context);
  const found = await checkpoints.report({ period });
  const { changeId } = checkpoints;
  const isDetailed = flags.detailed === true;
  const document = { changeId, ...found };
  context.output.answer(document, () => (flags.markdown === true ? reportMarkdown : reportText)(changeId, found, isDetailed));
  context.output.warn(found.warnings);
  return EXIT.done;
}
