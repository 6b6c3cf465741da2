import { InvalidArgumentError } from "../errors/index.js";
import { appendLine, printablePath, readPlainFile, toStorageError, type Durability } from "../platform/index.js";
import type { Store } from "../store/index.js";

/** More than any message needs, and little enough to be written by one call. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const LINE = /^\[(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) UTC\] (?:\[Task ([^\]]+)\] )?(.*)$/;

/** One line of the progress log. */
export interface LogEntry {
  /** UTC, ISO 8601 with `Z`. */
  at: string;
  taskId: string | null;
  message: string;
}

/** Which lines of the log are wanted; all of them by default. */
export interface LogFilter {
  /** The newest N of those that are chosen. */
  recent?: number;
  taskId?: string;
}

/**
 * Appends a line to the progress log, durably and without the store's lock: a checkpoint in the making holds nobody up who only notes
 * what was done.
 * @throws InvalidArgumentError for a message or a task that cannot stand on a line; NoSpaceError, StoreUnusableError
 */
export function appendToLog(
  store: Store,
  request: { message: string; taskId: string | null; now: Date; durability: Durability },
): LogEntry {
  const entry: LogEntry = {
    at: `${request.now.toISOString().slice(0, 19)}Z`,
    taskId: request.taskId,
    message: printablePath(request.message.toWellFormed().trim()),
  };
  if (entry.message === "" || Buffer.byteLength(entry.message) > MAX_MESSAGE_BYTES) {
    throw new InvalidArgumentError("message", request.message.slice(0, 100), `a text of at most ${MAX_MESSAGE_BYTES} bytes`);
  }
  if (entry.taskId !== null && (entry.taskId.trim() === "" || entry.taskId.includes("]") || printablePath(entry.taskId) !== entry.taskId)) {
    throw new InvalidArgumentError("task", entry.taskId, "a task id without ] and control characters");
  }
  appendLine(store.progressLogPath, formatLine(entry), request.durability);
  return entry;
}

/** Reads the progress log, oldest first; a log that is not there is empty, and what is no line of it is left out. */
export function readLog(store: Store, { recent, taskId }: LogFilter): LogEntry[] {
  if (recent !== undefined && (!Number.isInteger(recent) || recent < 1)) {
    throw new InvalidArgumentError("recent", recent, "a whole number from 1 on");
  }
  const chosen = parseLog(readText(store)).filter((entry) => taskId === undefined || entry.taskId === taskId);
  return recent === undefined ? chosen : chosen.slice(-recent);
}

/** `[2026-01-31 12:00:00 UTC] [Task 7] message` */
export function formatLine({ at, taskId, message }: LogEntry): string {
  const time = at.slice(0, 19).replace("T", " ");
  return `[${time} UTC] ${taskId === null ? "" : `[Task ${taskId}] `}${message}`;
}

/** The marker of a task counts only where it stands, behind the time. */
export function parseLog(text: string): LogEntry[] {
  return text.split("\n").flatMap((line) => {
    const [, day, time, taskId, message] = LINE.exec(line) ?? [];
    const at = `${day}T${time}Z`;
    // A torn line may hold anything; a time that does not exist was not written by us.
    if (message === undefined || Number.isNaN(Date.parse(at))) return [];
    return [{ at, taskId: taskId ?? null, message }];
  });
}

function readText(store: Store): string {
  try {
    return readPlainFile(store.progressLogPath)?.toString("utf8") ?? "";
  } catch (error) {
    throw toStorageError(error, store.progressLogPath);
  }
}
