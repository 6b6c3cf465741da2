/**
 * Workflow: a command run as a step: checkpoint before, terminal and signals passed through, the end recorded.
 * Promises: the child's own exit code comes back unchanged; a step whose runner is killed shows as interrupted; a rollback
 * takes a backup first.
 * Must never: run the command when the checkpoint before it failed.
 */
export * from "./requests.js";
export { checkRun, runStep, type StepEnvironment } from "./run-step.js";
export { runBehindCheckpoint, type GuardEnvironment } from "./with-checkpoint.js";
