import { resolve } from "node:path";
import { EXIT, PERIODS, UsageError, type Checkpoints, type Period } from "../../index.js";
import type { CommandContext } from "../context.js";
import { oneOf } from "../flags.js";
import { openChange } from "../open-change.js";
import { withProgress } from "../print/progress.js";
import { pageText, reportMarkdown, reportText } from "../print/report-text.js";

export interface ReportFlags {
  period?: string;
  detailed?: boolean;
  markdown?: boolean;
  html?: string;
}

const STDOUT = "-";

/** `stepback report`. */
export async function report(context: CommandContext, flags: ReportFlags): Promise<number> {
  const period = flags.period === undefined ? "week" : oneOf("--period", flags.period, PERIODS);
  const { html } = flags;
  if (flags.markdown === true && context.flags.json) throw new UsageError("--markdown and --json are two forms", "Give one of them.");
  if (html !== undefined) return reportPage(context, html, { ...flags, period });
  const checkpoints = await openChange(context);
  const found = await checkpoints.report({ period });
  const { changeId } = checkpoints;
  const isDetailed = flags.detailed === true;
  const document = { changeId, ...found };
  context.output.answer(document, () => (flags.markdown === true ? reportMarkdown : reportText)(changeId, found, isDetailed));
  context.output.warn(found.warnings);
  return EXIT.done;
}

/** Into a file, or onto stdout. */
async function reportPage(context: CommandContext, file: string, flags: ReportFlags & { period: Period }): Promise<number> {
  const { io } = context;
  const toStdout = file === STDOUT;
  if (flags.markdown === true) throw new UsageError("--markdown and --html are two forms", "Give one of them.");
  if (flags.detailed === true) throw new UsageError("--detailed is for the table; the page has everything", "Leave out --detailed.");
  if (toStdout && context.flags.json) throw new UsageError("the page itself goes to stdout, where --json would print", "Leave out --json.");
  const path = resolve(io.cwd, file);
  const checkpoints = await openChange(context);
  const { period } = flags;
  const { html, ...page } = await withProgress(context, (options) =>
    checkpoints.reportPage({ ...options, period, ...(toStdout ? {} : { output: path }) }),
  );
  if (toStdout) io.stdout(html);
  else context.output.report({ path, ...page }, () => pageText(page, file));
  context.output.warn(page.warnings);
  if (!toStdout) warnWhereCaptured(context, checkpoints, { path, file });
  return EXIT.done;
}

function warnWhereCaptured(context: CommandContext, { directory }: Checkpoints, { path, file }: { path: string; file: string }): void {
  if (!path.startsWith(`${directory}/`)) return;
  context.output.warn([`${file} stands in the change directory, so the next checkpoint will hold it as well`]);
}
