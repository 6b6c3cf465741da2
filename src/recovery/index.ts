/**
 * Recovery: tasks by their checkpoints, what kind of failure an error is, and the rollback that it leads to.
 * Promises: the choice is a pure decision; the directory is restored exactly, with a backup; what was recovered is on record, also
 * when the process is killed on the way; the same failure is not rolled back without end.
 * Must never: run a caller's regular expression, or change a checkpoint.
 */
export * from "./requests.js";
export { previewRecovery, recover } from "./recover.js";
export { TASK_STATES, viewTask, viewTasks, type TaskOption, type TaskState, type TaskView } from "./task-view.js";
export type { SettledRecovery } from "./attempts.js";
