import type { CheckpointRecord, CheckpointType, RestoreRecord, SessionRecord } from "../formats/index.js";
import { ratioOf } from "./metrics.js";
import { periodOf, type Period } from "./periods.js";
import { countBy } from "./summarize.js";

/** What a report is made of. */
export interface ReportMaterial {
  records: readonly CheckpointRecord[];
  restores: readonly RestoreRecord[];
  sessions: readonly SessionRecord[];
}

/** What happened in one stretch of time. */
export interface ReportRow {
  /** `2026-01-31`, `2026-W05` or `2026-01`; `total` for all of it. */
  period: string;
  checkpoints: number;
  byType: Partial<Record<CheckpointType, number>>;
  restores: number;
  /** Sessions that were started. */
  sessions: number;
  /** Each task once, by its latest outcome in this time. */
  tasksCompleted: number;
  tasksFailed: number;
  stepsSucceeded: number;
  stepsFailed: number;
  /** Of tasks and steps together, from 0 to 1; null without any. */
  successRatio: number | null;
  /** How much larger the directory was in the last checkpoint of this time than in the last one before it; null without checkpoints. */
  growthBytes: number | null;
}

/** The report of a directory's work; a period in which nothing happened has no row. */
export interface ActivityReport {
  period: Period;
  /** Days, weeks (ISO 8601) and months begin by this clock. */
  timeZone: "UTC";
  rows: ReportRow[];
  total: ReportRow;
}

interface Happening {
  at: string;
  record?: CheckpointRecord;
  restore?: RestoreRecord;
  session?: SessionRecord;
  task?: { id: string; success: boolean };
}

/** Makes the report; a fold over what is on record, so what was cleaned away is not in it. */
export function reportActivity(material: ReportMaterial, period: Period): ActivityReport {
  const happenings = listHappenings(material);
  const rows: ReportRow[] = [];
  let before: CheckpointRecord | undefined;
  for (const [name, part] of groupByPeriod(happenings, period)) {
    rows.push(sumUp(name, part, before));
    before = part.findLast(isState)?.record ?? before;
  }
  return { period, timeZone: "UTC", rows, total: sumUp("total", happenings, undefined) };
}

/** Everything that happened, oldest first. */
function listHappenings({ records, restores, sessions }: ReportMaterial): Happening[] {
  const told = new Set<string>();
  const tasks = sessions.flatMap(({ events }) =>
    events.flatMap(({ at, taskId, success, checkpointId }): Happening[] => {
      if (taskId === undefined || success === undefined) return [];
      if (checkpointId !== undefined) told.add(checkpointId);
      return [{ at, task: { id: taskId, success } }];
    }),
  );
  // A task can also be completed by a checkpoint alone, without a session.
  const byCheckpoint = records.flatMap(({ id, type, taskId, success, createdAt }): Happening[] =>
    type === "task_complete" && taskId !== null && !told.has(id)
      ? [{ at: createdAt, task: { id: taskId, success: success !== false } }]
      : [],
  );
  const all: Happening[] = [
    ...records.map((record) => ({ at: record.createdAt, record })),
    ...restores.map((restore) => ({ at: restore.at, restore })),
    ...sessions.map((session) => ({ at: session.startedAt, session })),
    ...tasks,
    ...byCheckpoint,
  ];
  const momentOf = ({ at }: Happening): number => Date.parse(at);
  return all.sort((one, other) => momentOf(one) - momentOf(other) || (one.record?.sequence ?? 0) - (other.record?.sequence ?? 0));
}

function groupByPeriod(happenings: readonly Happening[], period: Period): Map<string, Happening[]> {
  const groups = new Map<string, Happening[]>();
  for (const happening of happenings) {
    const name = periodOf(happening.at, period);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [happening]);
    else group.push(happening);
  }
  return groups;
}

function sumUp(period: string, part: readonly Happening[], before: CheckpointRecord | undefined): ReportRow {
  const records = part.flatMap(({ record }) => record ?? []);
  const tasks = [...new Map(part.flatMap(({ task }) => (task === undefined ? [] : [[task.id, task.success] as const]))).values()];
  const steps = records.filter(({ type, success }) => type === "step" && success !== null);
  const tasksCompleted = tasks.filter(Boolean).length;
  const stepsSucceeded = steps.filter(({ success }) => success === true).length;
  const states = part.filter(isState).map(({ record }) => record as CheckpointRecord);
  const last = states.at(-1);
  const first = before ?? states[0];
  return {
    period,
    checkpoints: records.length,
    byType: countBy(records.map(({ type }) => type)),
    restores: part.filter(({ restore }) => restore !== undefined).length,
    sessions: part.filter(({ session }) => session !== undefined).length,
    tasksCompleted,
    tasksFailed: tasks.length - tasksCompleted,
    stepsSucceeded,
    stepsFailed: steps.length - stepsSucceeded,
    successRatio: ratioOf(tasksCompleted + stepsSucceeded, tasks.length + steps.length),
    growthBytes: last === undefined || first === undefined ? null : last.totalBytes - first.totalBytes,
  };
}

/** A backup holds what somebody wanted to leave, so it does not tell how large the directory was to be. */
function isState({ record }: Happening): boolean {
  return record !== undefined && record.type !== "backup";
}
