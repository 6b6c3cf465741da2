import { EXIT, UsageError, type StepOutcome, type WorkflowEvent, type WorkflowOutcome, type WorkflowResumeOptions } from "../../index.js";
import { askYesNo } from "../confirm.js";
import type { CommandContext } from "../context.js";
import { oneOf, wholeNumber } from "../flags.js";
import { openChange, readWaitMs } from "../open-change.js";
import { openProgress, type ProgressReports } from "../print/progress.js";
import { restoredText, restoreQuestion } from "../print/restore-text.js";
import { keptText } from "../print/run-text.js";
import { attemptText, outcomeSummary, previewText, resumeText, stepHeading } from "../print/workflow-text.js";

export interface WorkflowRunFlags {
  file?: string;
  from?: string;
  to?: string;
  keepPartial?: boolean;
  onFailure?: string;
  /** False with --no-checkpoints. */
  checkpoints: boolean;
  restart?: boolean;
  force?: boolean;
  dryRun?: boolean;
}

export interface ResumeFlags extends WorkflowRunFlags {
  id?: string;
}

/** `stepback workflow run`. stdout belongs to the commands, or with --json to the one document. */
export async function workflowRun(context: CommandContext, flags: WorkflowRunFlags): Promise<number> {
  const { workflow } = await openChange(context);
  const progress = await openProgress(context);
  const options = readOptions(context, flags, progress);
  if (flags.dryRun === true) return showPreview(context, await hidingAfter(progress, workflow.preview(options)));
  return report(context, await hidingAfter(progress, workflow.run(options)));
}

/** `stepback resume`: the plan first, then the steps. */
export async function resume(context: CommandContext, flags: ResumeFlags): Promise<number> {
  const { workflow } = await openChange(context);
  const progress = await openProgress(context);
  const options: WorkflowResumeOptions = { ...readOptions(context, flags, progress), ...(flags.id === undefined ? {} : { id: flags.id }) };
  const status = await hidingAfter(progress, workflow.status(flags.id, options));
  if (flags.dryRun === true) {
    if (status.file === null && flags.file === undefined && options.from === undefined) {
      context.output.answer({ ...status, isDryRun: true }, () => resumeText(status));
      return EXIT.done;
    }
    return showPreview(
      context,
      await hidingAfter(progress, workflow.preview({ ...options, id: status.workflowId, ...fileOf(flags, status.file) })),
    );
  }
  if (options.from === undefined) context.output.remark(resumeText(status));
  const outcome = await hidingAfter(progress, workflow.resume(options));
  // Without a file there is nothing to run: what comes next is the answer.
  if (status.file === null && flags.file === undefined) {
    const now = await hidingAfter(progress, workflow.status(flags.id, options));
    context.output.answer({ ...outcome }, () => resumeText(now));
    return EXIT.done;
  }
  return report(context, outcome);
}

async function hidingAfter<Result>(progress: ProgressReports, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } finally {
    progress.hide();
  }
}

function fileOf(flags: WorkflowRunFlags, recorded: string | null): { file?: string } {
  const file = flags.file ?? recorded;
  return file === null ? {} : { file };
}

function showPreview(
  context: CommandContext,
  preview: Awaited<ReturnType<Awaited<ReturnType<typeof openChange>>["workflow"]["preview"]>>,
): number {
  context.output.answer({ ...preview, isDryRun: true }, () => previewText(preview));
  context.output.warn(preview.warnings);
  return EXIT.done;
}

function report(context: CommandContext, outcome: WorkflowOutcome): number {
  if (context.flags.json) context.output.answer(outcome, () => "");
  else if (outcome.status === "failed" || outcome.status === "waiting" || outcome.status === "interrupted")
    context.output.tell(outcomeSummary(outcome));
  else context.output.remark(outcomeSummary(outcome));
  context.output.warn(outcome.warnings);
  return outcome.exitStatus;
}

function readOptions(context: CommandContext, flags: WorkflowRunFlags, progress: ProgressReports): WorkflowResumeOptions {
  return {
    ...(flags.file === undefined ? {} : { file: flags.file }),
    ...(flags.from === undefined ? {} : { from: wholeNumber("--from", flags.from, 0) }),
    ...(flags.to === undefined ? {} : { to: wholeNumber("--to", flags.to, 0) }),
    keepPartial: flags.keepPartial === true,
    onFailure: readOnFailure(context, flags, progress),
    checkpoints: flags.checkpoints,
    restart: flags.restart === true,
    force: flags.force === true,
    waitMs: readWaitMs(context),
    output: context.flags.json ? "stderr" : "stdout",
    ...progress.options,
    onEvent: (event) => {
      progress.hide();
      tell(context, event);
    },
  };
}

function readOnFailure(context: CommandContext, flags: WorkflowRunFlags, progress: ProgressReports): WorkflowResumeOptions["onFailure"] {
  const given = flags.onFailure === undefined ? undefined : oneOf("--on-failure", flags.onFailure, ["rollback", "keep"] as const);
  if (!flags.checkpoints && given === "rollback") {
    throw new UsageError("without checkpoints there is nothing to roll back to", "Leave out --no-checkpoints or --on-failure rollback.");
  }
  if (given !== undefined) return given;
  if (context.flags.yes) return "rollback";
  return context.io.isTerminal && !context.flags.json ? (failure) => askAboutRollback(context, failure, progress) : undefined;
}

async function askAboutRollback(context: CommandContext, failure: StepOutcome, progress: ProgressReports): Promise<"rollback" | "keep"> {
  progress.hide();
  if (failure.before === null) return "keep";
  context.output.tell("✗ The step failed.");
  const question = restoreQuestion({ target: failure.before, plan: null, mismatch: null, namedPaths: 0 });
  return (await askYesNo(context, question)) ? "rollback" : "keep";
}

function tell({ io, output }: CommandContext, event: WorkflowEvent): void {
  if (event.kind === "restored")
    output.remark(`Brought the files back to before step ${event.step.number}.\n${restoredText(event.result)}`);
  else if (event.kind === "step-start") {
    // From here on signals are the command's, and the library's between commands.
    io.handOverSignals?.();
    output.remark(stepHeading(event));
  } else tellEnd(output, event);
}

function tellEnd(output: CommandContext["output"], event: Extract<WorkflowEvent, { kind: "step-end" }>): void {
  const { before, rollback, success } = event.outcome;
  if (success) output.remark(attemptText(event));
  else output.tell(attemptText(event));
  if (rollback !== null) output.remark(restoredText(rollback));
  else if (!success && !event.willRetry && before !== null) output.remark(keptText(before));
}
