import {
  describeOwner,
  explainSession,
  type EndedSession,
  type RecordedTask,
  type Session,
  type SessionReview,
  type StartedSession,
} from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { durationText, utcTime } from "./time-text.js";

/** What `session start` did. */
export function startedText({ session, isContinued, closed, checkpoint }: StartedSession): string {
  const lines = [
    ...(closed === null ? [] : [`✓ Closed ${safe(closed.sessionId)} (${stateText(closed)})`]),
    `✓ ${isContinued ? "Continued" : "Started"} ${safe(session.sessionId)}`,
    ...(checkpoint === null ? [] : [`  Checkpoint: ${safe(checkpoint.id)}`]),
    ...(isContinued ? [`  Last heard of: ${utcTime(session.lastActivityAt)}`] : []),
  ];
  return lines.join("\n");
}

/** What `session end` did: the final report. */
export function endedText({ session, checkpoint }: EndedSession): string {
  return `✓ Ended ${safe(session.sessionId)}\n${checkpoint === null ? "" : `  Checkpoint: ${safe(checkpoint.id)}\n`}\n${sessionText(session)}`;
}

/** What `session task` noted. */
export function taskText(recorded: RecordedTask, id: string, success: boolean): string {
  return notedText(recorded, success ? `✓ Completed task ${id}` : `✗ Noted that task ${id} failed`);
}

/** What was noted in a session, with the checkpoint if there is one. */
export function notedText({ session, checkpoint }: RecordedTask, head: string): string {
  return `${safe(head)} in ${safe(session.sessionId)}${checkpoint === null ? "" : `\n  Checkpoint: ${safe(checkpoint.id)}`}`;
}

/** One session with all that it came to. */
export function sessionText(session: Session): string {
  const facts: [name: string, value: string | null][] = [
    ["Session", `${safe(session.sessionId)} (${stateText(session)})`],
    ["  About", session.description === null ? null : safe(session.description)],
    ["  Owner", safe(describeOwner(session.owner))],
    ["  Started", utcTime(session.startedAt)],
    [session.endedAt === null ? "  Last heard of" : "  Ended", utcTime(session.endedAt ?? session.lastActivityAt)],
    ["  Result", session.success === null ? null : session.success ? "✓ Success" : "✗ Failed"],
    ...metricsFacts(session),
  ];
  return facts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}

function metricsFacts({ metrics }: Session): [name: string, value: string | null][] {
  const { durationMs, checkpoints, tokens, peakMemoryBytes } = metrics;
  return [
    ["  Time", durationText(durationMs)],
    ["  Checkpoints", String(checkpoints)],
    ["  Tasks", tasksText(metrics)],
    ["  Tokens", tokens === null ? null : String(tokens)],
    ["  Peak memory", peakMemoryBytes === null ? null : byteSize(peakMemoryBytes)],
  ];
}

/** `3 completed, 1 failed (75 % success)` */
export function tasksText({
  tasksCompleted,
  tasksFailed,
  successRatio,
}: Pick<Session["metrics"], "tasksCompleted" | "tasksFailed" | "successRatio">): string {
  const share = successRatio === null ? "" : ` (${Math.round(successRatio * 1000) / 10} % success)`;
  return `${tasksCompleted} completed, ${tasksFailed} failed${share}`;
}

/** `active`, `incomplete: expired`, `ended` … */
function stateText({ state, isIncomplete }: Session): string {
  const word = state.replaceAll("_", " ");
  return isIncomplete && state !== "active" ? `incomplete: ${word}` : word;
}

/** The sessions, one line each. */
export function sessionListText(changeId: string, sessions: readonly Session[]): string {
  if (sessions.length === 0) return `No sessions for '${safe(changeId)}'.`;
  const lines = sessions.map((session) => {
    const { metrics } = session;
    const counts = `${counted(metrics.checkpoints, "checkpoint")}, ${tasksText(metrics)}`;
    return `${safe(session.sessionId)}  ${stateText(session)}, ${durationText(metrics.durationMs)}, ${counts}\n`;
  });
  return `Sessions for '${safe(changeId)}':\n\n${lines.join("")}`;
}

/** What there is to know before an incomplete session is continued or closed. */
export function reviewText({ session, recentCheckpoints, git, gitMismatch }: SessionReview): string {
  const head = git.commit === null ? "" : `Git: ${git.commit.slice(0, 9)}${git.branch === null ? "" : ` (branch ${safe(git.branch)})`}\n`;
  const recent = recentCheckpoints.map(
    ({ id, createdAt, notes }) => `  ${safe(id)}  ${utcTime(createdAt)}${notes === null ? "" : `  ${safe(notes)}`}\n`,
  );
  return [
    sessionText(session),
    `  Incomplete: ${safe(explainSession(session))}\n`,
    recent.length === 0 ? "" : `Recent checkpoints:\n${recent.join("")}`,
    head,
    gitMismatch === null ? "" : `⚠ ${safe(gitMismatch)}\n`,
  ].join("");
}
