import { currentStepOf, type CheckpointId, type WorkflowRecord, type WorkflowStepName } from "../formats/index.js";

/** What going on with a workflow would do, and whether it can; a pure value. */
export interface ResumePlan {
  workflowId: string;
  /** False when something is missing that going on would build on. */
  valid: boolean;
  /** What is wrong, in sentences. */
  problems: string[];
  completed: WorkflowStepName[];
  remaining: WorkflowStepName[];
  next: WorkflowStepName | null;
  /** 0 to 100, rounded down: 100 only when nothing remains. */
  percentage: number;
  canResume: boolean;
  isFinished: boolean;
}

/** What somebody who goes on with the work has to know. */
export interface ResumeContext {
  workflowId: string;
  originalRequest: string | null;
  completed: string[];
  next: string | null;
  remaining: string[];
  /** `3/8`. */
  progress: string;
  /** Those that are there, in the order in which they were made. */
  artifacts: string[];
  /** The newest checkpoint of the workflow; null without one. */
  checkpoint: { id: CheckpointId; createdAt: string } | null;
  /** When the workflow came as far as this: UTC, ISO 8601. */
  updatedAt: string;
  metadata: Record<string, string>;
}

/** Says how far a workflow has come and what comes next. */
export function planResume(record: WorkflowRecord, problems: readonly string[]): ResumePlan {
  const { completed, remaining } = divideSteps(record);
  const next = currentStepOf(record);
  return {
    workflowId: record.id,
    valid: problems.length === 0,
    problems: [...problems],
    completed,
    remaining,
    next,
    percentage: percentageOf(completed.length, record.steps.length),
    canResume: next !== null && problems.length === 0,
    isFinished: next === null,
  };
}

export function makeContext(
  record: WorkflowRecord,
  found: { missing: ReadonlySet<string>; checkpoint: ResumeContext["checkpoint"] },
): ResumeContext {
  const { completed, remaining } = divideSteps(record);
  const artifacts = record.completed.flatMap((step) => step.artifacts);
  return {
    workflowId: record.id,
    originalRequest: record.originalRequest,
    completed: completed.map(({ name }) => name),
    next: currentStepOf(record)?.name ?? null,
    remaining: remaining.map(({ name }) => name),
    progress: progressOf(record),
    artifacts: [...new Set(artifacts)].filter((artifact) => !found.missing.has(artifact)),
    checkpoint: found.checkpoint,
    updatedAt: record.updatedAt,
    metadata: record.metadata,
  };
}

/** `3/8`, as lists show it. */
export function progressOf({ completed, steps }: Pick<WorkflowRecord, "completed" | "steps">): string {
  return `${Math.min(completed.length, steps.length)}/${steps.length}`;
}

function percentageOf(done: number, all: number): number {
  return all === 0 ? 100 : Math.max(0, Math.min(100, Math.floor((100 * done) / all)));
}

function divideSteps({ steps, completed }: WorkflowRecord): { completed: WorkflowStepName[]; remaining: WorkflowStepName[] } {
  const done = new Set(completed.map(({ number }) => number));
  return { completed: steps.filter(({ number }) => done.has(number)), remaining: steps.filter(({ number }) => !done.has(number)) };
}
