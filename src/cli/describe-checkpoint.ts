import { CHECKPOINT_TYPES, PHASES, STAGES, type CreateRequest } from "../index.js";
import type { RecordFlags } from "./definitions/record-options.js";
import { keyValues, oneOf, stateCounters, wholeNumber } from "./flags.js";

/** Reads the options that describe a new checkpoint. */
export function describeCheckpoint(flags: RecordFlags): CreateRequest {
  return {
    step: flags.step === undefined ? undefined : wholeNumber("--step", flags.step, 0),
    stepName: flags.name,
    type: flags.type === undefined ? undefined : oneOf("--type", flags.type, CHECKPOINT_TYPES),
    phase: flags.phase === undefined ? undefined : oneOf("--phase", flags.phase, PHASES),
    taskId: flags.task,
    stage: flags.stage === undefined ? undefined : oneOf("--stage", flags.stage, STAGES),
    sessionId: flags.session,
    workflowId: flags.workflow,
    state: flags.state === undefined ? undefined : stateCounters("--state", flags.state),
    tags: flags.tag,
    metadata: flags.meta === undefined ? undefined : keyValues("--meta", flags.meta),
  };
}
