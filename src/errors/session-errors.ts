import { EXIT } from "./exit-status.js";
import { StepbackError } from "./stepback-error.js";

/** Another session is active; two at once would mix up their work. */
export class SessionActiveError extends StepbackError {
  constructor(sessionId: string, owner: string) {
    super({
      code: "SESSION_ACTIVE",
      exitStatus: EXIT.locked,
      message: `${sessionId} is active: ${owner}`,
      hint: "End it with `stepback session end`, or take over with `stepback session start --force`.",
      details: { session_id: sessionId, owner },
    });
  }
}

/** A session was left incomplete, and nobody said what is to become of it. */
export class SessionIncompleteError extends StepbackError {
  constructor(sessionId: string, why: string) {
    super({
      code: "SESSION_INCOMPLETE",
      exitStatus: EXIT.refused,
      message: `${sessionId} was left incomplete: ${why}`,
      hint: "Look at it with `stepback session start --recover review`, then give --recover continue or --recover fresh.",
      details: { session_id: sessionId, why },
    });
  }
}

/** No session is active. */
export class NoActiveSessionError extends StepbackError {
  constructor() {
    super({
      code: "NO_ACTIVE_SESSION",
      exitStatus: EXIT.notFound,
      message: "no session is active",
      hint: "Start one with `stepback session start`.",
    });
  }
}

/** No session has the id. */
export class SessionNotFoundError extends StepbackError {
  constructor(sessionId: string) {
    super({
      code: "SESSION_NOT_FOUND",
      exitStatus: EXIT.notFound,
      message: `no session '${sessionId}'`,
      hint: "Run `stepback session list` to see the sessions of this directory.",
      details: { session_id: sessionId },
    });
  }
}

/** A session's file is torn, or none that stepback wrote. */
export class SessionUnusableError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "SESSION_UNUSABLE",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "Look at the file; `stepback session start --force` sets it aside, under a name that ends in .broken, and begins anew.",
      details: { path, problem },
      cause,
    });
  }
}
