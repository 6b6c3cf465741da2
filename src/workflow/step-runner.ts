import { createCheckpoint, type CallOptions, type Checkpoint, type CreatedCheckpoint } from "../checkpoint/index.js";
import type { CheckpointId, RunRecord, WorkflowRecord } from "../formats/index.js";
import { restoreCheckpoint } from "../restore/index.js";
import type { StoreWriter } from "../store/index.js";
import type { WorkflowAccess } from "./access.js";
import { findArtifacts, isArtifactThere, type FoundArtifacts } from "./artifacts.js";
import { completeStep, failStep } from "./change-record.js";
import type { SignalWatch } from "./child.js";
import { STEP_VARIABLE, stepMark } from "./claim.js";
import type { StepDefinition } from "./definition.js";
import { describeFailure } from "./describe-failure.js";
import type { RecordFile } from "./record-file.js";
import type { RunRequest, StepOutcome } from "./requests.js";
import { runStep, type StepEnvironment } from "./run-step.js";
import { putEnds, type StepEnd } from "./settle-ends.js";
import type { StepReport, WorkflowRunOptions } from "./workflow-requests.js";

/** The end of a piece of work is worth waiting for: another writer rarely takes longer. */
const RECORD_WAIT_MS = 30_000;

/**
 * Runs the steps of a claimed workflow, one after the other.
 *
 * That a step is done is written into the record of the workflow at once; into the index, where it costs most, only together with the checkpoint
 * of the next step, or when the workflow is given free.
 */
export class StepRunner {
  readonly #access: WorkflowAccess;
  readonly #file: RecordFile;
  readonly #workflowId: string;
  readonly #options: WorkflowRunOptions & { watch: SignalWatch };
  readonly #ends = new Map<string, StepEnd>();
  #warnings: string[] = [];
  #isUnsettled = false;

  constructor(access: WorkflowAccess, file: RecordFile, workflowId: string, options: WorkflowRunOptions & { watch: SignalWatch }) {
    this.#access = access;
    this.#file = file;
    this.#workflowId = workflowId;
    this.#options = options;
  }

  /** True when a step was begun of which the record does not know the end. */
  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /** Writes what is still to be said of the ends of steps. */
  flushEnds(writer: StoreWriter): void {
    if (this.#ends.size === 0) return;
    writer.save({ ...writer.index, checkpoints: putEnds(writer.index.checkpoints, this.#ends) });
    this.#ends.clear();
  }

  takeWarnings(): string[] {
    return this.#warnings.splice(0);
  }

  /** Runs a step until it succeeds or its attempts are used up, and records how it ended. */
  async run(step: StepDefinition): Promise<StepReport> {
    let first: CheckpointId | null = null;
    for (let attempt = 1; ; attempt += 1) {
      const { outcome, artifacts, willRetry } = await this.#attempt(step, attempt);
      first ??= outcome.before?.id ?? null;
      this.#warnings.push(...outcome.warnings);
      if (willRetry) continue;
      const report: StepReport = {
        number: step.number,
        name: step.name,
        success: outcome.success,
        exitStatus: outcome.exitStatus,
        durationMs: outcome.durationMs,
        attempts: attempt,
        checkpointId: first,
        isRolledBack: outcome.rollback !== null,
        reason: outcome.success ? null : describeFailure(outcome),
        artifacts: artifacts.paths,
      };
      if (outcome.success) await this.#recordDone(report);
      else await this.#recordFailure(report);
      this.#isUnsettled = false;
      return report;
    }
  }

  async #attempt(step: StepDefinition, attempt: number) {
    const { onEvent, watch } = this.#options;
    const directory = this.#access.store.directory;
    let artifacts: FoundArtifacts = { paths: [], missing: [] };
    let willRetry = false;
    this.#isUnsettled = true;
    const request: RunRequest = {
      ...this.#callOptions(),
      command: typeof step.run === "string" ? ["sh", "-c", step.run] : (step.run ?? ["true"]),
      verify: step.verify,
      step: step.number,
      stepName: step.name,
      type: step.type,
      stage: step.stage,
      phase: step.phase,
      taskId: step.taskId,
      workflowId: this.#workflowId,
      cwd: directory,
      onStart: (before) => onEvent?.({ kind: "step-start", step, attempt, before }),
      onFailure: (failure) => {
        willRetry = attempt <= step.retries && watch.received === null;
        return this.#decide(failure, step, willRetry);
      },
    };
    const isGuarded = this.#options.checkpoints !== false;
    const outcome = await runStep(request, isGuarded ? this.#environment() : null, {
      env: { [STEP_VARIABLE]: stepMark(this.#workflowId, step.number, this.#access.store.path) },
      output: this.#options.output ?? "stdout",
      check: async () => {
        artifacts = await findArtifacts(directory, step.artifacts);
        return artifacts.missing.length === 0 ? null : artifacts.missing.map((one) => `artifact missing ${one}`).join(", ");
      },
    });
    if (!outcome.success) willRetry = attempt <= step.retries && watch.received === null;
    onEvent?.({ kind: "step-end", step, attempt, outcome, willRetry });
    return { outcome, artifacts, willRetry };
  }

  async #decide(failure: StepOutcome, step: StepDefinition, willRetry: boolean): Promise<"rollback" | "keep"> {
    const { keepPartial = false, onFailure = "keep" } = this.#options;
    if (willRetry) return keepPartial ? "keep" : "rollback";
    return typeof onFailure === "function" ? onFailure(failure, step) : onFailure;
  }

  #environment(): StepEnvironment {
    const { config, workerScript } = this.#access;
    const write = <Result>(work: (writer: StoreWriter) => Promise<Result>, options: CallOptions = {}): Promise<Result> =>
      this.#access.write("workflow run", { ...options, lockWaitMs: RECORD_WAIT_MS }, work);
    return {
      now: () => this.#access.now(),
      create: (request, run) => write((writer) => this.#create(writer, request, run), this.#callOptions()),
      annotate: async (id, { success, run }) => {
        const end = { success: success === true, run: run as RunRecord };
        this.#ends.set(id, end);
        // A failure is followed by a decision, and perhaps a rollback, for which the index must be right.
        if (!end.success) await write(async (writer) => this.flushEnds(writer));
        return { ...(this.#before as Checkpoint), ...end, runState: "finished" };
      },
      restore: (id, options) => write((writer) => restoreCheckpoint(writer, id, { config, options, workerScript }), options),
    };
  }

  #before: CreatedCheckpoint | null = null;

  /** The ends of earlier steps come into the index that is written for the new checkpoint. */
  async #create(writer: StoreWriter, request: RunRequest | object, run: RunRecord): Promise<CreatedCheckpoint> {
    const { config, workerScript } = this.#access;
    const saved = writer.index;
    writer.index = { ...saved, checkpoints: putEnds(saved.checkpoints, this.#ends) };
    const created = await createCheckpoint(writer, request, { config, options: this.#callOptions(), run, workerScript });
    this.#ends.clear();
    this.#before = created;
    return created;
  }

  async #recordDone({ number, attempts, checkpointId, durationMs, artifacts }: StepReport): Promise<void> {
    await this.#access.lock("workflow run", () => {
      const done = { number, attempts, checkpointId, durationMs, artifacts };
      const completed = completeStep(this.#withoutConsumed(this.#record()), done, this.#access.now());
      this.#file.save(completed, this.#access.durability);
    });
  }

  /** What an earlier step made and this one moved or removed is not missing: the workflow itself has done with it. */
  #withoutConsumed(record: WorkflowRecord): WorkflowRecord {
    const { directory } = this.#access.store;
    const isThere = (path: string): boolean => isArtifactThere(directory, path);
    const completed = record.completed.map((step) =>
      step.artifacts.every(isThere) ? step : { ...step, artifacts: step.artifacts.filter(isThere) },
    );
    return { ...record, completed };
  }

  /** A step that a signal to us ended is not done by half: its changes go before it runs again, as after a kill. */
  async #recordFailure({ number, attempts, checkpointId, reason, isRolledBack }: StepReport): Promise<void> {
    const { watch, keepPartial = false, onFailure } = this.#options;
    const isCutOff = watch.received !== null && !isRolledBack && !keepPartial && onFailure === undefined;
    await this.#access.write("workflow run", { lockWaitMs: RECORD_WAIT_MS }, async (writer) => {
      const failure = { number, attempts, checkpointId, reason: reason ?? "" };
      const newestSequence = writer.index.nextSequence - 1;
      this.#file.save(
        failStep(this.#record(), failure, { now: this.#access.now(), newestSequence, undo: isCutOff ? checkpointId : null }),
        this.#access.durability,
      );
    });
  }

  #record() {
    return this.#file.readClaimed(this.#workflowId);
  }

  #callOptions(): CallOptions {
    const { onProgress, signal, watch } = this.#options;
    const signals = signal === undefined ? [watch.signal] : [watch.signal, signal];
    return { signal: AbortSignal.any(signals), ...(onProgress === undefined ? {} : { onProgress }) };
  }
}
