import { constants } from "node:os";
import { EXIT, InvalidArgumentError, StepNotFoundError, WorkflowNotResumableError } from "../errors/index.js";
import { currentStepOf, type CheckpointId, type WorkflowRecord } from "../formats/index.js";
import { readOwnIdentity } from "../platform/index.js";
import type { StoreWriter } from "../store/index.js";
import type { WorkflowAccess } from "./access.js";
import { beginWorkflow, bringBack } from "./begin-workflow.js";
import { findRollback, rewindTo, takeOverDefinition, type NewWorkflow } from "./change-record.js";
import { SignalWatch } from "./child.js";
import { assertNotRunning, enterStore, judgeRunner, waitForOrphans } from "./claim.js";
import type { StepDefinition, WorkflowDefinition } from "./definition.js";
import { settleEnds } from "./settle-ends.js";
import { makeContext, planResume } from "./plan-resume.js";
import { keepDefinition, lookAtDefinition, readDefinition, type DefinitionFile } from "./read-definition.js";
import { RecordFile, stepLabel } from "./record-file.js";
import { StepRunner } from "./step-runner.js";
import { assertResumable, describeWorkflow, judgeWorkflow, readRecord, type Judgement } from "./describe-workflow.js";
import type { StepReport, WorkflowOutcome, WorkflowPreview, WorkflowResumeOptions } from "./workflow-requests.js";

/** A workflow that is about to be carried out. */
interface Prepared {
  source: DefinitionFile;
  judged: Judgement;
}

/** Says what `runWorkflow` would do; writes nothing, takes no lock. */
export async function previewWorkflow(access: WorkflowAccess, options: WorkflowResumeOptions): Promise<WorkflowPreview> {
  const isOfCaller = options.id !== undefined && options.file === undefined && readRecord(access, options.id).file === null;
  const { source, judged } = isOfCaller ? { source: null, judged: await judgeWorkflow(access, options) } : await prepare(access, options);
  const { record, state, validation } = judged;
  const first = currentStepOf(record)?.number ?? Infinity;
  return {
    ...describeWorkflow(judged),
    restore: options.keepPartial === true ? null : findRollback(record, state?.index.checkpoints ?? []),
    steps: (source?.definition.steps ?? []).filter(
      ({ number }) => number >= first && number <= (options.to ?? Infinity) && !isCompleted(record, number),
    ),
    warnings: validation.warnings,
  };
}

/**
 * Carries out the steps of a workflow file that are not completed, one after the other: each behind a checkpoint of its own. Goes on where an
 * earlier run ended: a step that was cut off is rolled back to its checkpoint first, unless the caller keeps what it had changed.
 * @throws WorkflowInvalidError, WorkflowRunningError, WorkflowUnfinishedError, WorkflowUnusableError, WorkflowNotResumableError
 */
export async function runWorkflow(access: WorkflowAccess, options: WorkflowResumeOptions): Promise<WorkflowOutcome> {
  const { source, judged } = await prepare(access, options);
  assertResumable(judged);
  const watch = new SignalWatch();
  const run = new WorkflowRun(access, source, options, watch);
  try {
    return await run.carryOut(judged);
  } finally {
    run.leave();
    watch.release();
  }
}

async function prepare(access: WorkflowAccess, options: WorkflowResumeOptions): Promise<Prepared> {
  const { store } = access;
  const recorded = options.id === undefined ? null : readRecord(access, options.id);
  const source = await readDefinition(store.directory, options.file ?? recorded?.file ?? null, recorded?.id);
  if (recorded !== null && recorded.id !== source.definition.id) {
    throw new WorkflowNotResumableError(recorded.id, [`${source.recordedPath} is the file of workflow '${source.definition.id}'`]);
  }
  assertSteps(source.definition, options);
  const wanted = wantedOf(source);
  const judged = await judgeWorkflow(access, { ...options, wanted, definition: source });
  return { source, judged };
}

function assertSteps({ id, steps }: WorkflowDefinition, { from, to }: WorkflowResumeOptions): void {
  for (const number of [from, to]) {
    if (number === undefined || steps.some((step) => step.number === number)) continue;
    throw new StepNotFoundError(String(number), id, steps.map(stepLabel));
  }
  if (from !== undefined && to !== undefined && from > to) throw new InvalidArgumentError("to", to, `a step from ${from} on`);
}

export function wantedOf({ definition, recordedPath }: DefinitionFile): NewWorkflow {
  return { ...definition, file: recordedPath };
}

function isCompleted({ completed }: WorkflowRecord, number: number): boolean {
  return completed.some((step) => step.number === number);
}

/** One run from its claim to its release. */
class WorkflowRun {
  readonly #access: WorkflowAccess;
  readonly #source: DefinitionFile;
  readonly #options: WorkflowResumeOptions;
  readonly #watch: SignalWatch;
  readonly #file: RecordFile;
  readonly #reports: StepReport[] = [];
  readonly #warnings: string[] = [];
  /** Says that this process works in the store no more. */
  leave: () => void = () => undefined;

  constructor(access: WorkflowAccess, source: DefinitionFile, options: WorkflowResumeOptions, watch: SignalWatch) {
    this.#access = access;
    this.#source = source;
    this.#options = options;
    this.#watch = watch;
    this.#file = new RecordFile(access.store);
  }

  async carryOut(judged: Judgement): Promise<WorkflowOutcome> {
    const { steps } = this.#source.definition;
    const { warnings } = judged.validation;
    this.#warnings.push(...warnings);
    if (currentStepOf(judged.record) === null)
      return this.#outcome(judged.record, { status: "finished", exitStatus: 0, wasFinished: true });
    const { waitMs = 0, signal } = this.#options;
    const { stored } = judged;
    if (stored !== null && judgeRunner(stored.runner, this.#access.store.path) === "dead" && this.#options.force !== true) {
      this.#warnings.push(...(await waitForOrphans(stored, this.#access.store.path, { waitMs, signal })));
    }
    await this.#claim();
    const runner = new StepRunner(this.#access, this.#file, this.#source.definition.id, { ...this.#options, watch: this.#watch });
    let end: { status: WorkflowOutcome["status"]; exitStatus: number };
    try {
      await this.#restoreFirst();
      end = await this.#runSteps(steps, runner);
    } catch (error) {
      if (!this.#isInterruption(error)) {
        // A step that is neither done nor undone stays claimed, so that the next run rolls it back.
        if (!runner.isUnsettled) await this.#release(runner);
        throw error;
      }
      end = { status: "interrupted", exitStatus: this.#signalStatus() };
    }
    await this.#release(runner);
    return this.#outcome(this.#record(), { ...end, wasFinished: false });
  }

  /** Takes the workflow over, under the lock: from here on its record says whose it is. */
  async #claim(): Promise<void> {
    const { store } = this.#access;
    const { force = false, from, id, keepPartial = false, restart = false } = this.#options;
    await this.#access.write("workflow run", { ...this.#callOptions(), mayCreate: true }, async (writer) => {
      const now = this.#access.now();
      const wanted = wantedOf(this.#source);
      const begun =
        id === undefined ? beginWorkflow(store, this.#file, wanted, { now, restart, force }) : bringBack(store, this.#file, id, force);
      if (!force) assertNotRunning(begun, store.path);
      this.leave = enterStore(store.path);
      const records = settleEnds(writer, begun);
      const newestSequence = writer.index.nextSequence - 1;
      const taken = takeOverDefinition(begun, this.#source.definition, this.#source.recordedPath);
      const rewound = from === undefined ? taken : rewindTo(taken, from, { records, now, newestSequence });
      const claimed = aimed(rewound, keepPartial ? null : findRollback(rewound, records), { keepPartial, newestSequence });
      this.#file.save({ ...claimed, runner: readOwnIdentity() }, this.#access.durability);
      this.#warnings.push(...writer.entry.warnings);
    });
  }

  /** Brings the files back to before the step that comes next, where that is due. */
  async #restoreFirst(): Promise<void> {
    const due = this.#record().pendingRestore;
    if (due === null) return;
    const { restoreCheckpoint } = await import("../restore/index.js");
    const { config, workerScript } = this.#access;
    const options = this.#callOptions();
    const result = await this.#access.write("workflow run", options, async (writer) => {
      const before = lookAtDefinition(this.#source);
      const restored = await restoreCheckpoint(writer, due.checkpointId, { config, options, workerScript });
      keepDefinition(this.#source, before, this.#access.durability);
      this.#file.save({ ...this.#record(), pendingRestore: null }, this.#access.durability);
      return restored;
    });
    this.#warnings.push(...result.warnings);
    const step = currentStepOf(this.#record()) ?? { number: due.number, name: "" };
    this.#options.onEvent?.({ kind: "restored", step, result });
  }

  async #runSteps(
    steps: readonly StepDefinition[],
    runner: StepRunner,
  ): Promise<{ status: WorkflowOutcome["status"]; exitStatus: number }> {
    const to = this.#options.to ?? Infinity;
    for (const step of steps) {
      if (isCompleted(this.#record(), step.number)) continue;
      if (step.number > to) return { status: "stopped", exitStatus: EXIT.done };
      if (step.run === null) return { status: "waiting", exitStatus: EXIT.incomplete };
      if (this.#watch.received !== null) return { status: "interrupted", exitStatus: this.#signalStatus() };
      const report = await runner.run(step);
      this.#reports.push(report);
      this.#warnings.push(...runner.takeWarnings());
      if (!report.success) {
        const isEnded = this.#watch.received !== null;
        return { status: isEnded ? "interrupted" : "failed", exitStatus: report.exitStatus };
      }
    }
    return { status: "finished", exitStatus: EXIT.done };
  }

  /** Gives the workflow free again, and writes into the index what was not written yet. */
  async #release(runner: StepRunner): Promise<void> {
    await this.#access.write("workflow run", { lockWaitMs: 30_000 }, async (writer: StoreWriter) => {
      runner.flushEnds(writer);
      this.#file.save({ ...this.#record(), runner: null }, this.#access.durability);
    });
  }

  #outcome(record: WorkflowRecord, end: Pick<WorkflowOutcome, "status" | "exitStatus" | "wasFinished">): WorkflowOutcome {
    const newest = this.#access.read().index.checkpoints.findLast(({ workflowId, type }) => workflowId === record.id && type !== "backup");
    const checkpoint = newest === undefined ? null : { id: newest.id, createdAt: newest.createdAt };
    return {
      workflowId: record.id,
      ...end,
      steps: this.#reports,
      plan: planResume(record, []),
      context: makeContext(record, { missing: new Set(), checkpoint }),
      warnings: [...new Set(this.#warnings)],
    };
  }

  #record(): WorkflowRecord {
    return this.#file.readClaimed(this.#source.definition.id);
  }

  #callOptions() {
    const signals = [this.#watch.signal, ...(this.#options.signal === undefined ? [] : [this.#options.signal])];
    const { onProgress } = this.#options;
    return { signal: AbortSignal.any(signals), ...(onProgress === undefined ? {} : { onProgress }) };
  }

  #isInterruption(error: unknown): boolean {
    return (
      this.#watch.received !== null &&
      error instanceof Error &&
      (error.name === "AbortError" || ("code" in error && error.code === "INTERRUPTED"))
    );
  }

  #signalStatus(): number {
    return 128 + (this.#watch.received === null ? 0 : constants.signals[this.#watch.received]);
  }
}

/** Notes what has to be restored before anything else; what is kept of an interrupted attempt is settled. */
function aimed(
  record: WorkflowRecord,
  rollback: CheckpointId | null,
  { keepPartial, newestSequence }: { keepPartial: boolean; newestSequence: number },
): WorkflowRecord {
  const current = currentStepOf(record);
  if (keepPartial) return { ...record, pendingRestore: null, settledSequence: newestSequence };
  return { ...record, pendingRestore: rollback === null || current === null ? null : { number: current.number, checkpointId: rollback } };
}
