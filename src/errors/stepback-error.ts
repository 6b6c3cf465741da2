import type { ExitStatus } from "./exit-status.js";

/** Machine-readable facts about an error, in snake_case keys because they are printed as JSON. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

interface StepbackErrorParts {
  code: string;
  exitStatus: ExitStatus;
  message: string;
  hint: string;
  details?: ErrorDetails;
  cause?: unknown;
}

/** The base of every expected failure: a stable code, an exit status and the next step for the user. */
export abstract class StepbackError extends Error {
  readonly code: string;
  readonly exitStatus: ExitStatus;
  readonly hint: string;
  readonly details: ErrorDetails;

  protected constructor(parts: StepbackErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.code = parts.code;
    this.exitStatus = parts.exitStatus;
    this.hint = parts.hint;
    this.details = parts.details ?? {};
  }
}
