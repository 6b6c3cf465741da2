import { StoreNotFoundError, WorkflowNotFoundError, WorkflowNotResumableError } from "../errors/index.js";
import { currentStepOf, type WorkflowRecord } from "../formats/index.js";
import type { IndexState } from "../store/index.js";
import { checkpointsOfStep, type CallOptions } from "../checkpoint/index.js";
import type { WorkflowAccess } from "./access.js";
import { findSetAside } from "./begin-workflow.js";
import { newRecord, rewindTo, takeOverDefinition, type NewWorkflow } from "./change-record.js";
import { judgeRunner } from "./claim.js";
import { makeContext, planResume, type ResumeContext, type ResumePlan } from "./plan-resume.js";
import type { DefinitionFile } from "./read-definition.js";
import { RecordFile } from "./record-file.js";
import { presentRecords, validateResume, type Validation } from "./validate-resume.js";
import type { WorkflowStatus, WorkflowStepStatus } from "./workflow-requests.js";

interface JudgeOptions extends CallOptions {
  /** The workflow that is meant; the current one by default. */
  id?: string;
  /** The workflow that is to be carried out; its record may not be there yet. */
  wanted?: NewWorkflow;
  definition?: DefinitionFile;
  from?: number;
  restart?: boolean;
  keepPartial?: boolean;
}

/** How a workflow stands, and would stand with these options. */
export interface Judgement {
  /** As it lies in the store; null when it is to be begun. */
  stored: WorkflowRecord | null;
  record: WorkflowRecord;
  state: IndexState | null;
  validation: Validation;
}

/** Looks at all that going on with a workflow would build on; writes nothing. */
export async function judgeWorkflow(access: WorkflowAccess, options: JudgeOptions): Promise<Judgement> {
  const state = readIfThere(access);
  const stored = options.wanted === undefined ? readRecord(access, options.id) : findRecord(access, options.wanted.id);
  const now = access.now();
  const records = state === null ? [] : presentRecords(state);
  const begun = stored === null || options.restart === true ? newRecord(options.wanted as NewWorkflow, now) : stored;
  const { definition, from } = options;
  const taken = definition === undefined ? begun : takeOverDefinition(begun, definition.definition, definition.recordedPath);
  const newestSequence = (state?.index.nextSequence ?? 1) - 1;
  const record = from === undefined ? taken : rewindTo(taken, from, { records, now, newestSequence });
  const before = currentStepOf(record)?.number ?? Infinity;
  const validation = await validateResume(access, record, { ...options, before, state, keepPartial: options.keepPartial ?? false });
  return { stored, record, state, validation };
}

/** @throws WorkflowNotResumableError naming all that is missing */
export function assertResumable({ record, validation }: Judgement): void {
  if (validation.problems.length > 0) throw new WorkflowNotResumableError(record.id, validation.problems);
}

/** The plan and the context of a workflow as it was judged. */
export function describeWorkflow({ record, state, validation }: Judgement): { plan: ResumePlan; context: ResumeContext } {
  const records = state === null ? [] : presentRecords(state);
  const newest = records.filter(({ workflowId, type }) => workflowId === record.id && type !== "backup").at(-1);
  const checkpoint = newest === undefined ? null : { id: newest.id, createdAt: newest.createdAt };
  return {
    plan: planResume(record, validation.problems),
    context: makeContext(record, { missing: validation.missingArtifacts, checkpoint }),
  };
}

/** All that is known of a workflow. @throws WorkflowNotFoundError, WorkflowUnusableError */
export async function readWorkflowStatus(access: WorkflowAccess, id: string | undefined, options: CallOptions): Promise<WorkflowStatus> {
  const judged = await judgeWorkflow(access, { ...options, ...(id === undefined ? {} : { id }) });
  const { record, state, validation } = judged;
  const runner = judgeRunner(record.runner, access.store.path);
  const records = state === null ? [] : presentRecords(state);
  const current = currentStepOf(record);
  const steps = record.steps.map((step): WorkflowStepStatus => {
    const done = record.completed.find(({ number }) => number === step.number);
    const failure = record.failure?.number === step.number ? record.failure : null;
    const isUnderWay = step.number === current?.number && record.runner !== null;
    return {
      number: step.number,
      name: step.name,
      status:
        done !== undefined
          ? done.isSkipped
            ? "skipped"
            : "completed"
          : isUnderWay
            ? runner === "dead"
              ? "interrupted"
              : "running"
            : failure !== null
              ? "failed"
              : "pending",
      completedAt: done?.completedAt ?? null,
      checkpointId: done?.checkpointId ?? failure?.checkpointId ?? checkpointsOfStep(record, step.number, records).at(-1)?.id ?? null,
      attempts: done?.attempts ?? failure?.attempts ?? 0,
      artifacts: done?.artifacts ?? [],
      reason: failure?.reason ?? null,
    };
  });
  return {
    workflowId: record.id,
    name: record.name,
    version: record.version,
    file: record.file,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    steps,
    ...describeWorkflow(judged),
    warnings: [...(state?.warnings ?? []), ...validation.warnings],
  };
}

/** The record of a workflow, the current one by default. @throws WorkflowNotFoundError, WorkflowUnusableError */
export function readRecord(access: WorkflowAccess, id: string | undefined): WorkflowRecord {
  const record = findRecord(access, id);
  if (record !== null) return record;
  throw new WorkflowNotFoundError(id === undefined ? `${access.store.directory} has none` : `'${id}'`);
}

function findRecord({ store }: WorkflowAccess, id: string | undefined): WorkflowRecord | null {
  const current = new RecordFile(store).read();
  if (current === null || (id !== undefined && current.id !== id))
    return id === undefined ? null : (findSetAside(store, id)?.record ?? null);
  return current;
}

function readIfThere(access: WorkflowAccess): IndexState | null {
  try {
    return access.read();
  } catch (error) {
    if (error instanceof StoreNotFoundError) return null;
    throw error;
  }
}
