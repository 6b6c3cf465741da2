import type { StepOutcome } from "./requests.js";

/** Says in a few words why a step failed. */
export function describeFailure({ exitCode, exitStatus, problem, signal, verifyExitCode }: StepOutcome): string {
  if (problem !== null) return problem;
  if (signal !== null) return `ended by ${signal}`;
  if (exitCode === null) return `could not be started (exit status ${exitStatus})`;
  if (exitCode !== 0) return `exit code ${exitCode}`;
  return verifyExitCode === null ? `exit status ${exitStatus}` : `verify exit code ${verifyExitCode}`;
}
