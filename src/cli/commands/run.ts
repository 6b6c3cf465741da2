import { EXIT, UsageError, type Checkpoint, type RunRequest, type StepOutcome } from "../../index.js";
import { askYesNo } from "../confirm.js";
import type { CommandContext } from "../context.js";
import type { RecordFlags } from "../definitions/record-options.js";
import { describeCheckpoint } from "../describe-checkpoint.js";
import { oneOf } from "../flags.js";
import { openChange } from "../open-change.js";
import { restoreQuestion, restoredText } from "../print/restore-text.js";
import { openProgress, type ProgressReports } from "../print/progress.js";
import { failureText, keptText, runPlanText, successText, type RunPlan } from "../print/run-text.js";
import { RunnerFailure } from "../report-failure.js";

export interface RunFlags extends RecordFlags {
  note?: string;
  verify?: string;
  onFailure?: string;
  /** False with --no-checkpoints. */
  checkpoints: boolean;
  dryRun?: boolean;
}

type OnFailure = "rollback" | "keep" | "ask";

/**
 * `stepback run`. The command owns stdout, so everything of ours goes to stderr. What fails before the command or around it
 * exits with 125; only a command line that is wrong in itself exits with 2.
 */
export async function run(context: CommandContext, command: [string, ...string[]], flags: RunFlags): Promise<number> {
  const onFailure = readOnFailure(context, flags);
  const progress = await openProgress(context);
  const request: RunRequest = {
    ...describeCheckpoint(flags),
    notes: flags.note,
    command,
    verify: flags.verify,
    cwd: context.io.cwd,
    onFailure: onFailure === "ask" ? (failure) => askAboutRollback(context, { request, failure, progress }) : onFailure,
  };
  if (flags.dryRun === true) {
    const plan: RunPlan = { ...request, onFailure, checkpoints: flags.checkpoints };
    context.output.answer({ ...plan, isDryRun: true }, () => runPlanText(plan));
    return EXIT.done;
  }
  if (context.flags.json) {
    throw new UsageError("run has no --json: stdout belongs to the command", "Read the result with `stepback show latest --json`.");
  }
  return perform(context, request, { asked: onFailure === "ask", checkpoints: flags.checkpoints, progress });
}

function readOnFailure({ flags: { json, yes }, io }: CommandContext, flags: RunFlags): OnFailure {
  const given = flags.onFailure === undefined ? undefined : oneOf("--on-failure", flags.onFailure, ["rollback", "keep"] as const);
  if (!flags.checkpoints && given === "rollback") {
    throw new UsageError("without checkpoints there is nothing to roll back to", "Leave out --no-checkpoints or --on-failure rollback.");
  }
  if (given !== undefined) return given;
  if (!flags.checkpoints) return "keep";
  if (yes) return "rollback";
  return io.isTerminal && !json ? "ask" : "keep";
}

async function perform(
  context: CommandContext,
  request: RunRequest,
  { asked, checkpoints, progress }: { asked: boolean; checkpoints: boolean; progress: ProgressReports },
): Promise<number> {
  const outcome = await runRequest(context, request, checkpoints ? progress : null);
  const { output } = context;
  if (outcome.success) output.remark(successText(request, outcome));
  // A failure that was asked about has been told already.
  else if (!asked) output.tell(failureText(request, outcome));
  if (outcome.rollback !== null) output.remark(restoredText(outcome.rollback));
  else if (!outcome.success && outcome.before !== null) output.remark(keptText(outcome.before));
  output.warn(outcome.warnings);
  return outcome.exitStatus;
}

/** Without reports of progress there are no checkpoints either. */
async function runRequest(context: CommandContext, request: RunRequest, progress: ProgressReports | null): Promise<StepOutcome> {
  try {
    const onStart = (before: Checkpoint | null): void => {
      // The terminal is the command's.
      progress?.hide();
      if (before !== null) context.output.remark(`✓ Created checkpoint: ${before.id}`);
      // From here on signals are the command's.
      context.io.handOverSignals?.();
    };
    if (progress === null) return await context.api.runWithoutCheckpoints({ ...request, onStart });
    const change = await openChange(context);
    return await change.run({ ...request, onStart, ...progress.options });
  } catch (error) {
    throw new RunnerFailure(error);
  } finally {
    progress?.hide();
  }
}

async function askAboutRollback(
  context: CommandContext,
  { request, failure, progress }: { request: RunRequest; failure: StepOutcome; progress: ProgressReports },
): Promise<"rollback" | "keep"> {
  progress.hide();
  context.output.tell(failureText(request, failure));
  if (failure.before === null) return "keep";
  const question = restoreQuestion({ target: failure.before, plan: null, mismatch: null, namedPaths: 0 });
  return (await askYesNo(context, question)) ? "rollback" : "keep";
}
