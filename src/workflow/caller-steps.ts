import { checkpointsOfStep, type CallOptions } from "../checkpoint/index.js";
import { ArtifactMissingError, InvalidArgumentError, WorkflowNotFoundError, WorkflowNotResumableError } from "../errors/index.js";
import { currentStepOf, type WorkflowRecord, type WorkflowStepName } from "../formats/index.js";
import type { RestoreResult } from "../restore/index.js";
import { restoreCheckpoint } from "../restore/index.js";
import type { StoreWriter } from "../store/index.js";
import type { WorkflowAccess } from "./access.js";
import { findArtifacts, toArtifactPattern } from "./artifacts.js";
import { assertWorkflowId, beginWorkflow, bringBack } from "./begin-workflow.js";
import { completeStep, failStep, rewindTo, type NewWorkflow } from "./change-record.js";
import { assertNotRunning } from "./claim.js";
import { assertResumable, describeWorkflow, judgeWorkflow } from "./describe-workflow.js";
import { defaultIdOf, readDefinition } from "./read-definition.js";
import { findStep, isFinished, RecordFile, stepLabel } from "./record-file.js";
import type { WorkflowOutcome, WorkflowResumeOptions, WorkflowStartRequest } from "./workflow-requests.js";

/** Begins a workflow whose steps the caller runs. @throws InvalidArgumentError, WorkflowUnfinishedError, WorkflowUnusableError */
export async function startWorkflow(access: WorkflowAccess, request: WorkflowStartRequest): Promise<WorkflowRecord> {
  const wanted = checkStart(access, request);
  const file = new RecordFile(access.store);
  const { force = false } = request;
  return access.write("workflow start", { mayCreate: true }, async () => {
    const current = file.read();
    if (current !== null) assertNotRunning(current, access.store.path, { force });
    const isUnderWay = current?.id === wanted.id && !isFinished(current);
    if (isUnderWay && !force) throw new WorkflowNotResumableError(wanted.id, ["it is begun already; --force begins it anew"]);
    const record = beginWorkflow(access.store, file, wanted, { now: access.now(), restart: true, force });
    return file.save(record, access.durability);
  });
}

function checkStart({ store }: WorkflowAccess, request: WorkflowStartRequest): NewWorkflow {
  const steps: WorkflowStepName[] = request.steps.map((step, at) => (typeof step === "string" ? { number: at + 1, name: step } : step));
  if (steps.length === 0) throw new InvalidArgumentError("steps", request.steps, "at least one step");
  steps.forEach(({ number, name }, at) => {
    const before = steps[at - 1]?.number ?? -1;
    if (!Number.isInteger(number) || number <= before || number > 999_999)
      throw new InvalidArgumentError("step number", number, "a whole number above the one before");
    const given: unknown = name;
    if (typeof given !== "string" || given.trim() !== given || given === "" || given.length > 200 || /\p{Cc}/u.test(given)) {
      throw new InvalidArgumentError("step name", given, "a text on one line of at most 200 characters");
    }
    if (steps.findIndex((other) => other.name === name) !== at)
      throw new InvalidArgumentError("step name", name, "another one for each step");
  });
  const { name = null, version = null, originalRequest = null, metadata = {} } = request;
  for (const [key, value] of Object.entries(metadata)) {
    const given: unknown = value;
    if (typeof given !== "string") throw new InvalidArgumentError("metadata", { [key]: given }, "texts");
  }
  const id = request.id === undefined ? defaultIdOf(store.directory) : assertWorkflowId(request.id);
  return { id, name, version, file: null, originalRequest, metadata, steps };
}

/** What a caller says of a step that it ran. */
export interface StepCompletion {
  /** Paths or globs, relative to the change directory; each must lead to something. */
  artifacts?: readonly string[];
  /** The workflow that is meant; the current one by default. */
  id?: string;
}

/**
 * Records a step as done, with what it made. The newest checkpoint of that step is marked as successful.
 * @throws WorkflowNotFoundError, StepNotFoundError, ArtifactMissingError, WorkflowRunningError for the step that a runner is in
 */
export async function completeByCaller(access: WorkflowAccess, step: string, completion: StepCompletion): Promise<WorkflowRecord> {
  const found = await findMade(access, step, completion);
  return changeCurrent(access, completion.id, "workflow complete", (writer, record) => {
    const { number } = findStep(record, step);
    assertNotInStep(access, record, number);
    const checkpoint = markNewest(writer, record, number, true);
    const done = { number, artifacts: found, checkpointId: checkpoint, attempts: 0, durationMs: null };
    return completeStep(record, done, access.now());
  });
}

/** Records that a step failed. @throws WorkflowNotFoundError, StepNotFoundError, WorkflowRunningError */
export async function failByCaller(
  access: WorkflowAccess,
  step: string,
  failure: { reason?: string; id?: string },
): Promise<WorkflowRecord> {
  return changeCurrent(access, failure.id, "workflow fail", (writer, record) => {
    const { number } = findStep(record, step);
    assertNotInStep(access, record, number);
    const checkpointId = markNewest(writer, record, number, false);
    const newestSequence = writer.index.nextSequence - 1;
    const failed = { number, checkpointId, attempts: 0, reason: failure.reason ?? "the caller said so" };
    return failStep(record, failed, { now: access.now(), newestSequence });
  });
}

/**
 * Says how to go on with a workflow whose steps the caller runs; with `from` the files are first brought back to before that step. So they are
 * where that, or the recovery of a step, was begun before and cut off.
 * @throws WorkflowNotResumableError
 */
export async function resumeForCaller(access: WorkflowAccess, options: WorkflowResumeOptions): Promise<WorkflowOutcome> {
  const { id, from } = options;
  const judged = await judgeWorkflow(access, options);
  assertResumable(judged);
  const due = judged.record.pendingRestore;
  const isMoved = from !== undefined || due !== null || (id !== undefined && new RecordFile(access.store).read()?.id !== id);
  if (isMoved) {
    const restored = await access.write("workflow resume", callOptions(options), (writer) => moveTo(access, writer, options));
    const step = judged.record.steps.find(({ number }) => number === (from ?? due?.number));
    if (restored !== null && step !== undefined) options.onEvent?.({ kind: "restored", step, result: restored });
  }
  const { record, validation } = isMoved ? await judgeWorkflow(access, callOptions(options)) : judged;
  return {
    workflowId: record.id,
    status: isFinished(record) ? "finished" : "waiting",
    exitStatus: 0,
    wasFinished: isFinished(record),
    steps: [],
    ...describeWorkflow({ ...judged, record, validation }),
    warnings: validation.warnings,
  };
}

/** The record first: should the restore be cut off, the next resume knows of it and ends it. */
async function moveTo(access: WorkflowAccess, writer: StoreWriter, options: WorkflowResumeOptions): Promise<RestoreResult | null> {
  const file = new RecordFile(access.store);
  const { force = false, from, id, keepPartial = false } = options;
  const current = id === undefined ? file.read() : bringBack(access.store, file, id, force);
  if (current === null) throw new WorkflowNotFoundError(`${access.store.directory} has none`);
  if (!force) assertNotRunning(current, access.store.path);
  const context = { records: writer.index.checkpoints, now: access.now(), newestSequence: writer.index.nextSequence - 1 };
  const rewound = from === undefined ? current : file.save({ ...rewindTo(current, from, context), runner: null }, access.durability);
  const due = rewound.pendingRestore;
  if (due === null) return null;
  if (keepPartial) {
    file.save({ ...rewound, pendingRestore: null }, access.durability);
    return null;
  }
  const restored = await restoreCheckpoint(writer, due.checkpointId, {
    config: access.config,
    options: callOptions(options),
    workerScript: access.workerScript,
  });
  file.save({ ...rewound, pendingRestore: null }, access.durability);
  return restored;
}

async function changeCurrent(
  access: WorkflowAccess,
  id: string | undefined,
  command: string,
  change: (writer: StoreWriter, record: WorkflowRecord) => WorkflowRecord,
): Promise<WorkflowRecord> {
  const file = new RecordFile(access.store);
  return access.write(command, {}, async (writer) => {
    const record = file.read();
    if (record === null) throw new WorkflowNotFoundError(`${access.store.directory} has none`);
    if (id !== undefined && record.id !== id) {
      throw new WorkflowNotFoundError(
        `'${id}' is not the current one, which is '${record.id}'`,
        `Run \`stepback resume --id ${id}\` first.`,
      );
    }
    return file.save(change(writer, record), access.durability);
  });
}

/** A step that a runner is in is the runner's to end. */
function assertNotInStep(access: WorkflowAccess, record: WorkflowRecord, number: number): void {
  if (currentStepOf(record)?.number === number) assertNotRunning(record, access.store.path);
}

function markNewest(writer: StoreWriter, record: WorkflowRecord, number: number, success: boolean) {
  const newest = checkpointsOfStep(record, number, writer.index.checkpoints).at(-1);
  if (newest === undefined) return null;
  const marked = { ...newest, success };
  const { index } = writer;
  if (newest.success !== success)
    writer.save({ ...index, checkpoints: index.checkpoints.map((one) => (one.id === newest.id ? marked : one)) });
  return newest.id;
}

/** What the caller names, and what the workflow file says that the step makes. */
async function findMade(access: WorkflowAccess, step: string, { artifacts = [] }: StepCompletion): Promise<string[]> {
  const { directory } = access.store;
  const record = new RecordFile(access.store).read();
  if (record === null) throw new WorkflowNotFoundError(`${directory} has none`);
  const named = findStep(record, step);
  const patterns = [
    ...artifacts.map((one) => toArtifactPattern(directory, one)),
    ...(await patternsInFile(directory, record, named.number)),
  ];
  const { paths, missing } = await findArtifacts(directory, [...new Set(patterns)]);
  if (missing.length > 0) throw new ArtifactMissingError(stepLabel(named), missing);
  return paths;
}

async function patternsInFile(directory: string, { file }: WorkflowRecord, number: number): Promise<readonly string[]> {
  if (file === null) return [];
  const { definition } = await readDefinition(directory, file);
  return definition.steps.find((one) => one.number === number)?.artifacts ?? [];
}

function callOptions({ onProgress, signal }: CallOptions): CallOptions {
  return { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) };
}
