import type { CheckpointId, SessionEvent, SessionMetrics, SessionRecord } from "../formats/index.js";

interface Tally {
  checkpoints: Set<CheckpointId>;
  /** The latest outcome of each task. */
  tasks: Map<string, boolean>;
  tokens: number | null;
  peakMemoryBytes: number | null;
}

/**
 * Sums up a session: a fold over its events. A task that was told of several times counts once, by its latest outcome.
 *
 * `until` is the end of the time that is counted. `recorded` names checkpoints of the session that the index has: a crash can come between
 * a checkpoint and its event.
 */
export function measureSession(
  session: Pick<SessionRecord, "startedAt" | "events">,
  until: string,
  recorded: readonly CheckpointId[],
): SessionMetrics {
  const start: Tally = { checkpoints: new Set(recorded), tasks: new Map(), tokens: null, peakMemoryBytes: null };
  const { checkpoints, tasks, tokens, peakMemoryBytes } = session.events.reduce(count, start);
  const tasksCompleted = [...tasks.values()].filter(Boolean).length;
  return {
    // A clock that was set back gives no negative time.
    durationMs: Math.max(0, Date.parse(until) - Date.parse(session.startedAt)),
    checkpoints: checkpoints.size,
    tasksCompleted,
    tasksFailed: tasks.size - tasksCompleted,
    successRatio: ratioOf(tasksCompleted, tasks.size),
    tokens,
    peakMemoryBytes,
  };
}

/** A share with four digits, null of nothing. */
export function ratioOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

function count(tally: Tally, event: SessionEvent): Tally {
  const { checkpoints, tasks } = tally;
  return {
    checkpoints: event.checkpointId === undefined ? checkpoints : new Set([...checkpoints, event.checkpointId]),
    tasks: event.taskId === undefined || event.success === undefined ? tasks : new Map([...tasks, [event.taskId, event.success]]),
    tokens: event.tokens === undefined ? tally.tokens : (tally.tokens ?? 0) + event.tokens,
    peakMemoryBytes: event.memoryBytes === undefined ? tally.peakMemoryBytes : Math.max(tally.peakMemoryBytes ?? 0, event.memoryBytes),
  };
}
