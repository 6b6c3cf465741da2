import { EXIT, UsageError, type RetentionPolicy } from "../../index.js";
import type { CommandContext } from "../context.js";
import { durationDays, wholeNumber } from "../flags.js";
import { configSources, openChange } from "../open-change.js";
import { cleanText } from "../print/clean-text.js";
import { verifyText } from "../print/verify-text.js";
import { withProgress } from "../print/progress.js";
import { verificationStatus } from "./verify.js";

export interface CleanFlags {
  keep?: string;
  olderThan?: string;
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
  const applied = policy ?? (await configuredPolicy(context, checkpoints.directory));
  const { verification } = result;
  const status = verification === null ? EXIT.done : verificationStatus(verification);
  const text = (): string =>
    cleanText(checkpoints.changeId, applied, result) + (verification === null ? "" : `\n${verifyText(verification)}`);
  if (status === EXIT.done && !result.isDryRun) context.output.report(result, text);
  else context.output.answer(result, text);
  return status;
}

/** Gives undefined where the command line names no rule and the configuration decides. */
function readPolicy(count: string | undefined, flags: CleanFlags): RetentionPolicy | undefined {
  if (count !== undefined && flags.keep !== undefined) {
    throw new UsageError("the number of checkpoints to keep is given twice", "Give it as `stepback clean N` or with --keep N.");
  }
  const keep = count ?? flags.keep;
  if (keep === undefined && flags.olderThan === undefined) return undefined;
  return {
    // 0 is for the library to refuse: it says what would happen.
    keepLast: keep === undefined ? undefined : wholeNumber(count === undefined ? "--keep" : "the number to keep", keep, 0),
    keepWithinDays: flags.olderThan === undefined ? undefined : durationDays("--older-than", flags.olderThan),
  };
}

async function configuredPolicy(context: CommandContext, directory: string): Promise<RetentionPolicy> {
  const { config } = await context.api.loadConfig(directory, configSources(context));
  const { keepLast, keepWithinDays } = config.retention;
  return keepWithinDays === null ? { keepLast } : { keepLast, keepWithinDays };
}
