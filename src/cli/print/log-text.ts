import type { LogEntry } from "../../index.js";
import { safe } from "./safe-text.js";
import { utcTime } from "./time-text.js";

/** One line, as it stands in the file. */
export function logLine({ at, taskId, message }: LogEntry): string {
  return `[${utcTime(at)} UTC] ${taskId === null ? "" : `[Task ${safe(taskId)}] `}${safe(message)}`;
}

/** The lines of the log. */
export function logText(entries: readonly LogEntry[]): string {
  return entries.length === 0 ? "The progress log has no such lines." : entries.map((entry) => `${logLine(entry)}\n`).join("");
}
