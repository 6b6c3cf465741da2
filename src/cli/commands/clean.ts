import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { cleanText } from "../print/clean-text.js";
import { verifyText } from "../print/verify-text.js";
import { withProgress } from "../print/progress.js";
import { readPolicy, type RetentionFlags } from "../retention-flags.js";
import { verificationStatus } from "./verify.js";

export interface CleanFlags extends RetentionFlags {
  dryRun?: boolean;
  verify?: boolean;
}

/** `stepback clean`. Asks nothing: it is for cron, `--dry-run` shows it before, and what must stay always stays. */
export async function clean(context: CommandContext, count: string | undefined, flags: CleanFlags): Promise<number> {
  const policy = readPolicy(count, flags);
  const checkpoints = await openChange(context);
  const result = await withProgress(context, (options) =>
    checkpoints.clean(policy, { ...options, dryRun: flags.dryRun === true, verify: flags.verify === true }),
  );
  const { verification } = result;
  const status = verification === null ? EXIT.done : verificationStatus(verification);
  const text = (): string => cleanText(checkpoints.changeId, result) + (verification === null ? "" : `\n${verifyText(verification)}`);
  if (status === EXIT.done && !result.isDryRun) context.output.report(result, text);
  else context.output.answer(result, text);
  return status;
}
