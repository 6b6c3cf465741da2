import { assertOwnerId, listCheckpoints, toCheckpoint, type Checkpoint } from "../checkpoint/index.js";
import { InterruptedError, StepbackError, UsageError } from "../errors/index.js";
import type { Config, RecoveryRecord, StoreIndex } from "../formats/index.js";
import { previewRestore, restoreCheckpoint } from "../restore/index.js";
import type { IndexState, Store, StoreWriter } from "../store/index.js";
import { isAbandoned, recordsOf, recoveriesOf, settle, type SettledRecovery, type Subject } from "./attempts.js";
import { chooseTarget, countSameFailure, STAGE_FOR } from "./choose-target.js";
import { classifyError, shorten, type ClassifiedFailure } from "./classify-error.js";
import type { RecoverRequest, RecoverResult } from "./requests.js";
import { findFailedStep, recordsOfPass, resetStepAround, type FailedStep } from "./workflow-step.js";

/** How many recoveries the index keeps; about 350 bytes each. */
const KEPT_RECOVERIES = 500;

/** What failed, and its checkpoints that can be gone back to, oldest first. */
interface Failed {
  subject: Subject;
  step: FailedStep | null;
  attempt: Checkpoint[];
  recoveries: SettledRecovery[];
}

/** Says what a recovery would do; writes nothing, takes no lock. */
export async function previewRecovery(access: PreviewAccess, request: RecoverRequest): Promise<RecoverResult> {
  const { config, state, store } = access;
  const checkpoints = listCheckpoints(store, state, {}).checkpoints;
  const decision = decideRecovery(findFailed(store, state.index, { checkpoints, now: access.now, request }), request, config);
  if (decision.target === null || decision.outcome !== "planned") return decision;
  const plan = await previewRestore(store, state, decision.target.id, { config, options: request });
  return { ...decision, plan };
}

/** What a preview needs. */
export interface PreviewAccess {
  store: Store;
  state: IndexState;
  config: Config;
  now: Date;
}

/**
 * Goes back to where a failure leads: restores with a backup, writes down that it did, and so resets the task or the step. The intention is on disk
 * before the restore is, so that a recovery that is cut off is known for what it was.
 */
export async function recover(writer: StoreWriter, request: RecoverRequest, config: Config): Promise<RecoverResult> {
  const { store } = writer;
  const checkpoints = writer.index.checkpoints.map((record) => toCheckpoint(store, record));
  const failed = findFailed(store, writer.index, { checkpoints, now: writer.now(), request });
  const decision = decideRecovery(failed, request, config);
  const { target } = decision;
  if (target === null || decision.outcome !== "planned") return decision;
  const recovery = beginRecovery(writer, decision, target);
  try {
    const restore = () => restoreCheckpoint(writer, target.id, { config, options: request });
    const done = failed.step === null ? await restore() : await resetStepAround(writer, failed.step, { target, restore });
    endRecovery(writer, { ...recovery, backup: done.backup?.id ?? null, result: "restored" });
    const { backup, plan, warnings } = done;
    return { ...decision, recovered: true, outcome: "recovered", target: done.target, backup, plan, warnings };
  } catch (error) {
    withdrawRecovery(writer, recovery, error);
    throw error;
  }
}

/** @throws UsageError unless it is said what failed; InvalidArgumentError */
function findFailed(
  store: Store,
  index: StoreIndex,
  { checkpoints, now, request }: { checkpoints: readonly Checkpoint[]; now: Date; request: RecoverRequest },
): Failed {
  const { step, taskId, workflowId } = request;
  const isStep = step !== undefined || workflowId !== undefined;
  if ((taskId === undefined) !== isStep) throw new UsageError("it is not said what failed", "Name a task, or a step of a workflow.");
  const known = { records: checkpoints, nextSequence: index.nextSequence, now };
  const failedStep = isStep ? findFailedStep(store, { workflowId, step }, known) : null;
  const subject: Subject = failedStep ?? { taskId: assertOwnerId("task", taskId ?? "") };
  const recoveries = recoveriesOf(index, subject);
  const own = recordsOf(checkpoints, subject).filter((record) => !isAbandoned(record, recoveries));
  return { subject, step: failedStep, attempt: failedStep === null ? own : recordsOfPass(own, failedStep), recoveries };
}

/** Decides what a failure leads to; pure. The target is the last word on where to, the outcome on whether. */
function decideRecovery({ attempt, recoveries, subject }: Failed, request: RecoverRequest, config: Config): RecoverResult {
  const { kind, failure } = describeFailure(request, config);
  const choice = chooseTarget(kind, attempt);
  const validatedSequence = attempt.findLast(({ stage }) => stage === "validated")?.sequence ?? 0;
  const earlier = countSameFailure(recoveries, { kind, failure, validatedSequence });
  const { maxRollbacks } = config.recovery;
  const isTooOften = earlier >= maxRollbacks && request.force !== true;
  return {
    recovered: false,
    outcome: choice === null ? "no_checkpoint" : isTooOften ? "too_many_rollbacks" : "planned",
    taskId: "taskId" in subject ? subject.taskId : null,
    workflowId: "taskId" in subject ? null : subject.workflowId,
    stepNumber: "taskId" in subject ? null : subject.stepNumber,
    errorKind: kind,
    failure,
    stage: STAGE_FOR[kind],
    isFallback: choice?.isFallback ?? false,
    target: choice?.record ?? null,
    backup: null,
    plan: null,
    rollbacks: choice === null || isTooOften ? earlier : earlier + 1,
    maxRollbacks,
    warnings: [],
  };
}

function describeFailure(request: RecoverRequest, config: Config): ClassifiedFailure {
  const { kind, failure } = classifyError(request.error, config.recovery.rules);
  return { kind, failure: request.failure === undefined ? failure : shorten(request.failure) };
}

function beginRecovery(writer: StoreWriter, decision: RecoverResult, target: Checkpoint): RecoveryRecord {
  const { errorKind, failure, stepNumber, taskId, workflowId } = decision;
  const { index } = writer;
  const recovery: RecoveryRecord = {
    at: writer.now().toISOString(),
    taskId,
    workflowId,
    stepNumber,
    error: errorKind,
    failure,
    target: target.id,
    targetSequence: target.sequence,
    nextSequence: index.nextSequence,
    backup: null,
    result: "started",
  };
  // What an earlier one left open is settled while its restore is still in the history.
  const settled = index.recoveries.map((one) => (one.result === "started" ? settle(one, index.restores) : one));
  writer.save({ ...index, recoveries: [...settled, recovery].slice(-KEPT_RECOVERIES) });
  return recovery;
}

function endRecovery(writer: StoreWriter, ended: RecoveryRecord): void {
  writer.save({ ...writer.index, recoveries: [...writer.index.recoveries.slice(0, -1), ended] });
}

/** An interrupted one did not happen; one that failed is kept. Where not even that can be written, the restores tell later. */
function withdrawRecovery(writer: StoreWriter, recovery: RecoveryRecord, error: unknown): void {
  const before = writer.index.recoveries.slice(0, -1);
  const recoveries = error instanceof InterruptedError ? before : [...before, settle(recovery, writer.index.restores)];
  try {
    writer.save({ ...writer.index, recoveries });
  } catch (failure) {
    if (!(failure instanceof StepbackError)) throw failure;
  }
}
