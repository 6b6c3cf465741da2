import { encodeLines, spellList, spellMember } from "./lined-text.js";
import type { JsonObject } from "./record-form.js";
import { SpeltList } from "./spelt-list.js";
import type { CompletedStep, WorkflowStepName } from "./workflow-record.js";

/** The key of the checksum of all the others. */
export const WORKFLOW_SEAL_KEY = "workflow_crc32";

type Member = [key: string, value: unknown];

/** The members of a record in their order; the two lists stand between the others. */
interface WorkflowMembers {
  before: readonly Member[];
  steps: readonly WorkflowStepName[];
  completed: readonly CompletedStep[];
  after: readonly Member[];
}

const stepList = new SpeltList<WorkflowStepName>(formatStep);
const completedList = new SpeltList<CompletedStep>(formatCompleted);

/** Gives the text of a record: the runner of a long workflow writes it after each step, with one more line than before. */
export function encodeWorkflowText({ before, steps, completed, after }: WorkflowMembers, spare?: Buffer): Buffer {
  const members = [
    ...before.map(([key, value]) => spellMember(key, value)),
    spellList("steps", stepList, steps),
    spellList("completed", completedList, completed),
    ...after.map(([key, value]) => spellMember(key, value)),
  ];
  return encodeLines(members, WORKFLOW_SEAL_KEY, spare);
}

function formatStep({ number, name, unknownKeys }: WorkflowStepName): JsonObject {
  return { number, name, ...unknownKeys };
}

function formatCompleted(step: CompletedStep): JsonObject {
  return {
    number: step.number,
    completed_at: step.completedAt,
    skipped: step.isSkipped,
    checkpoint_id: step.checkpointId,
    attempts: step.attempts,
    duration_ms: step.durationMs,
    artifacts: step.artifacts,
    ...step.unknownKeys,
  };
}
