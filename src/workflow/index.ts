/**
 * Workflow: a command run as a step, and whole workflows of steps: their files, their records, running them and going on after a crash.
 * Promises: a step runs behind its own checkpoint; the child's own exit code comes back unchanged; a step that was cut off is rolled back
 * before it runs again; the record of a workflow is old or new, and one that is not sound is refused and left alone.
 * Must never: run a command when the checkpoint before it failed, or beside a command of an earlier run.
 */
export * from "./requests.js";
export { checkRun, runStep, type StepEnvironment } from "./run-step.js";
export { runBehindCheckpoint, type GuardEnvironment } from "./with-checkpoint.js";
export type { WorkflowAccess } from "./access.js";
export type { StepDefinition, WorkflowDefinition } from "./definition.js";
export type { ResumeContext, ResumePlan } from "./plan-resume.js";
export * from "./workflow-requests.js";
export { completeByCaller, failByCaller, resumeForCaller, startWorkflow, type StepCompletion } from "./caller-steps.js";
export { readRecord, readWorkflowStatus } from "./describe-workflow.js";
export { forgetWorkflow, listWorkflows, readWorkflowFile } from "./list-workflows.js";
export { findWorkflows, type ResumableWorkflow } from "./find-workflows.js";
export { previewWorkflow, runWorkflow } from "./run-workflow.js";
export { rewindTo } from "./change-record.js";
export { assertNotRunning, waitForOrphans } from "./claim.js";
export { findStep, RecordFile } from "./record-file.js";
