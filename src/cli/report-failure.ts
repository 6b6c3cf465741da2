import { CommanderError } from "commander";
import { EXIT, InterruptedError, StepbackError, UsageError } from "../index.js";
import { SignalReceived, type Io } from "./io.js";
import { jsonText } from "./print/json-text.js";
import { safeLines } from "./print/safe-text.js";
import { hasCode } from "./system-error.js";

/** A failure of stepback around a wrapped command; it exits with 125, so that it is never taken for the command's own. */
export class RunnerFailure extends Error {
  constructor(override readonly cause: unknown) {
    super("the runner failed");
  }
}

interface FailureFlags {
  json: boolean;
  /** With lines of progress before it, a document is a line as well. */
  isOneLine?: boolean;
  color: boolean;
  commandName?: string;
}

/** Prints a failure on stderr and gives its exit status. */
export async function reportFailure(thrown: unknown, io: Io, flags: FailureFlags): Promise<number> {
  const error = toExpectedError(thrown instanceof RunnerFailure ? thrown.cause : thrown, io.signal, flags.commandName);
  if (flags.json) io.stderr(documentText({ error: toErrorDocument(error) }, flags.isOneLine === true));
  else io.stderr(await formatFailure(error, io.useColor && io.isTerminal && flags.color));
  const status = error instanceof StepbackError ? error.exitStatus : EXIT.fault;
  return thrown instanceof RunnerFailure && !(error instanceof InterruptedError) ? EXIT.runnerFailed : status;
}

function toExpectedError(error: unknown, signal: AbortSignal, commandName: string | undefined): unknown {
  if (error instanceof CommanderError) return toUsageError(error, commandName);
  const isInterruption = hasCode(error, "INTERRUPTED", "ABORT_ERR") || (error instanceof Error && error.name === "AbortError");
  if (!signal.aborted || !isInterruption) return error;
  return new InterruptedError(signal.reason instanceof SignalReceived ? signal.reason.signal : "SIGINT");
}

/** Commander's message is `error: …`, with a second line `(Did you mean …?)` where a name is near. */
function toUsageError(error: CommanderError, commandName: string | undefined): UsageError {
  const [first = "", second] = error.message.split("\n");
  const message = first.replace(/^error: /, "");
  if (second !== undefined) return new UsageError(message, second.replace(/^\((.*)\)$/, "$1"));
  return commandName === undefined
    ? new UsageError(message)
    : new UsageError(message, `Run \`stepback ${commandName} --help\` to see how it is used.`);
}

function documentText(document: unknown, isOneLine: boolean): string {
  return isOneLine ? `${JSON.stringify(document)}\n` : jsonText(document);
}

function toErrorDocument(error: unknown): Record<string, unknown> {
  if (error instanceof StepbackError) {
    return { code: error.code, message: error.message, hint: error.hint, details: error.details };
  }
  return { code: "FAULT", message: messageOf(error), hint: FAULT_HINT, details: { stack: stackOf(error) } };
}

async function formatFailure(error: unknown, useColor: boolean): Promise<string> {
  const name = useColor ? (await import("picocolors")).default.createColors(true).red("stepback:") : "stepback:";
  if (error instanceof StepbackError) return `${name} ${safeLines(error.message)}\n  hint: ${safeLines(error.hint)}\n`;
  return `${name} ${safeLines(messageOf(error))}\n${safeLines(stackOf(error))}\n  hint: ${FAULT_HINT}\n`;
}

const FAULT_HINT = "This is a fault in stepback itself. Please report it with these lines and the output of `stepback --version`.";

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
