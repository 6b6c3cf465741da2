import { EXIT, type VerifyReport } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange, openChangeOf } from "../open-change.js";
import { verifyText } from "../print/verify-text.js";
import { withProgress } from "../print/progress.js";

/** `stepback verify`. */
export async function verify(context: CommandContext, ids: readonly string[]): Promise<number> {
  const checkpoints = ids[0] === undefined ? await openChange(context) : await openChangeOf(context, ids[0]);
  const report = await withProgress(context, (options) => checkpoints.verify(ids.length === 0 ? undefined : ids, options));
  const status = verificationStatus(report);
  // Damage is told also with --quiet: only success is silent.
  if (status === EXIT.done) context.output.report(report, () => verifyText(report));
  else context.output.answer(report, () => verifyText(report));
  context.output.warn(report.warnings);
  return status;
}

/** The exit status of what a verification found: damage weighs more than a manifest that cannot be read. */
export function verificationStatus({ checkpoints, isWhole }: VerifyReport): number {
  if (checkpoints.some(({ status }) => status === "damaged")) return EXIT.damaged;
  if (checkpoints.some(({ status }) => status === "unverifiable")) return EXIT.unusable;
  return isWhole ? EXIT.done : EXIT.damaged;
}
