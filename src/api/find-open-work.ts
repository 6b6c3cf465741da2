import { StepbackError } from "../errors/index.js";
import { currentStepOf } from "../formats/index.js";
import type { OpenSession, OpenWorkflow } from "../health/index.js";
import { describeSession } from "../session/index.js";
import { readActiveSession, type IndexState } from "../store/index.js";
import { RecordFile } from "../workflow/index.js";
import type { StoreAccess } from "./store-access.js";

/** The session and the workflow that were begun and not ended. */
export interface OpenWork {
  session: OpenSession | null;
  workflow: OpenWorkflow | null;
  /** A record that cannot be used is one thing to tell, and keeps the rest from nobody. */
  warnings: string[];
}

export function findOpenWork(access: StoreAccess, { index }: Pick<IndexState, "index">): OpenWork {
  const warnings: string[] = [];
  const session = orWarn(warnings, () => {
    const record = readActiveSession(access.store);
    if (record === null) return null;
    const { sessionId, state, startedAt, lastActivityAt } = describeSession(record, index.checkpoints, access.now());
    return { sessionId, state, startedAt, lastActivityAt };
  });
  const workflow = orWarn(warnings, () => {
    const record = new RecordFile(access.store).read();
    const next = record === null ? null : currentStepOf(record);
    return record === null || next === null ? null : { workflowId: record.id, nextStep: next.number, nextStepName: next.name };
  });
  return { session, workflow, warnings };
}

function orWarn<Found>(warnings: string[], find: () => Found | null): Found | null {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    warnings.push(error.message);
    return null;
  }
}
