import { EXIT } from "./exit-status.js";
import { StepbackError, type ErrorDetails } from "./stepback-error.js";

/** The command line or an API argument is not understood. */
export class UsageError extends StepbackError {
  constructor(message: string, hint = "Run `stepback --help` to see the commands and options.") {
    super({ code: "USAGE", exitStatus: EXIT.usage, message, hint });
  }
}

/** An argument's value is not one of those allowed. */
export class InvalidArgumentError extends StepbackError {
  constructor(name: string, value: unknown, expected: string) {
    super({
      code: "INVALID_ARGUMENT",
      exitStatus: EXIT.usage,
      message: `${name} is ${JSON.stringify(value)}, but must be ${expected}`,
      hint: `Give ${expected}.`,
      details: { name, value, expected },
    });
  }
}

/** A part of an id matches more than one checkpoint. */
export class AmbiguousIdError extends StepbackError {
  constructor(id: string, matches: readonly string[]) {
    super({
      code: "AMBIGUOUS_ID",
      exitStatus: EXIT.usage,
      message: `'${id}' matches ${matches.length} checkpoints: ${matches.slice(0, 5).join(", ")}${matches.length > 5 ? ", …" : ""}`,
      hint: "Give more of the id; `stepback list` shows them in full.",
      details: { id, matches },
    });
  }
}

/** A configuration file cannot be used as it stands. */
export class ConfigInvalidError extends StepbackError {
  constructor(path: string, problem: string, details: ErrorDetails = {}) {
    super({
      code: "CONFIG_INVALID",
      exitStatus: EXIT.configuration,
      message: `${path}: ${problem}`,
      hint: `Correct the ${details["variable"] === undefined ? "file" : "variable"}; docs/configuration.md describes it.`,
      details: details["variable"] === undefined ? { path, ...details } : details,
    });
  }
}

/** The caller's AbortSignal or a terminating signal stopped the work; everything was left as it was. */
export class InterruptedError extends StepbackError {
  constructor(signal: "SIGINT" | "SIGTERM" = "SIGINT") {
    super({
      code: "INTERRUPTED",
      exitStatus: signal === "SIGTERM" ? EXIT.terminated : EXIT.interrupted,
      message: "interrupted",
      hint: "Nothing is half-done; run the command again when you are ready.",
      details: { signal },
    });
  }
}
