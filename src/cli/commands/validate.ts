import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { withProgress } from "../print/progress.js";
import { validationText } from "../print/validation-text.js";

export interface ValidateFlags {
  /** False with --no-tests. */
  tests: boolean;
}

/** `stepback validate`: 13 when it is not valid, 3 when the tests fail. */
export async function validate(context: CommandContext, flags: ValidateFlags): Promise<number> {
  const { output, io } = context;
  const checkpoints = await openChange(context);
  const isShown = !context.flags.json && !context.flags.quiet;
  const request = { tests: flags.tests, ...(isShown ? { onTestOutput: (text: string) => io.stderr(text) } : {}) };
  const report = await withProgress(context, (options) => checkpoints.validate({ ...request, ...options }));
  if (io.signal.aborted) throw io.signal.reason;
  output.answer(report, () => validationText(report));
  if (!report.isValid) return EXIT.damaged;
  return report.testsPassing === false ? EXIT.incomplete : EXIT.done;
}
