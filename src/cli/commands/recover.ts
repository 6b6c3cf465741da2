import { EXIT, FAILURE_KINDS, UsageError, type Checkpoints, type RecoverRequest, type RecoverResult } from "../../index.js";
import { assertCanConfirm, confirm } from "../confirm.js";
import type { CommandContext } from "../context.js";
import { oneOf } from "../flags.js";
import { openChange } from "../open-change.js";
import { gitMismatch } from "../print/git-text.js";
import { planText } from "../print/plan-text.js";
import { withProgress } from "../print/progress.js";
import { failedWhat as what, recoveredText, recoverQuestion, refusalText } from "../print/recover-text.js";

export interface RecoverFlags {
  task?: string;
  step?: string;
  workflow?: string;
  error?: string;
  message?: string;
  code?: string;
  dryRun?: boolean;
  force?: boolean;
}

/** `stepback recover`. */
export async function recover(context: CommandContext, flags: RecoverFlags): Promise<number> {
  const request = readRequest(flags);
  const checkpoints = await openChange(context);
  if (flags.dryRun === true || !context.flags.yes) {
    const planned = await withProgress(context, (call) => checkpoints.recover({ ...request, ...call, dryRun: true }));
    if (planned.outcome !== "planned") return refuse(context, planned);
    if (flags.dryRun === true) return showPlan(context, planned);
    assertCanConfirm(context, `recovering from ${what(planned)}`);
    if (!(await confirm(context, recoverQuestion(planned, await mismatchOf(checkpoints, planned))))) return EXIT.done;
  }
  return perform(context, checkpoints, request);
}

function readRequest({ code, error, force, message, step, task, workflow }: RecoverFlags): RecoverRequest {
  if ((task === undefined) === (step === undefined && workflow === undefined)) {
    throw new UsageError("it is not said what failed", "Name a task with --task, or a step with --step or --workflow.");
  }
  const isDescribed = message !== undefined || code !== undefined;
  if (error === undefined && !isDescribed) {
    throw new UsageError("it is not said how it failed", "Give the kind with --error, or what was said with --message or --code.");
  }
  const described = { message: message ?? "", ...(code === undefined ? {} : { code }) };
  return {
    taskId: task,
    step,
    workflowId: workflow,
    error: error === undefined ? described : oneOf("--error", error, FAILURE_KINDS),
    ...(isDescribed ? { failure: [code, message].filter((part) => part !== undefined).join(": ") } : {}),
    force: force === true,
  };
}

async function perform(context: CommandContext, checkpoints: Checkpoints, request: RecoverRequest): Promise<number> {
  const result = await withProgress(context, (call) => checkpoints.recover({ ...request, ...call }));
  if (!result.recovered) return refuse(context, result);
  const mismatch = context.flags.yes ? await mismatchOf(checkpoints, result) : null;
  const isIncomplete = result.plan?.leftAlone.some(({ reason }) => reason === "unreadable" || reason === "unstable") === true;
  if (isIncomplete) context.output.answer(result, () => recoveredText(result));
  else context.output.report(result, () => recoveredText(result));
  context.output.warn([...(mismatch === null ? [] : [mismatch]), ...result.warnings]);
  return isIncomplete ? EXIT.incomplete : EXIT.done;
}

/** What is said when HEAD has moved on since the checkpoint. */
async function mismatchOf(checkpoints: Checkpoints, { target }: RecoverResult): Promise<string | null> {
  return target === null ? null : gitMismatch(target, await checkpoints.gitHead());
}

function showPlan(context: CommandContext, result: RecoverResult): number {
  const { plan, target } = result;
  context.output.answer(result, () => (target === null || plan === null ? "" : planText(target, plan)));
  return EXIT.done;
}

/** A clear no: the document says so on stdout, the status as well. */
function refuse(context: CommandContext, result: RecoverResult): number {
  context.output.answer(result, () => refusalText(result));
  return result.outcome === "no_checkpoint" ? EXIT.notFound : EXIT.refused;
}
