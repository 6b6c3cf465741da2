/**
 * Errors: every failure a user can meet has a class here that owns its code, exit status and next step.
 * Promises: codes and exit statuses never change meaning; the message names the thing; the hint says what to do.
 * Must never: know about files, checkpoints' contents or how an error is printed.
 */
export { EXIT, type ExitStatus } from "./exit-status.js";
export { StepbackError, type ErrorDetails } from "./stepback-error.js";
export { codeOf, hasCode, messageOf } from "./errno.js";
export * from "./usage-errors.js";
export * from "./not-found-errors.js";
export * from "./store-errors.js";
export * from "./protection-errors.js";
export * from "./session-errors.js";
export * from "./workflow-errors.js";
