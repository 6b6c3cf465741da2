import type { CalendarPeriod, CheckpointRecord, RetentionPolicy } from "../formats/index.js";
import { goBack, PERIOD_OF } from "./calendar.js";
import type { CalendarUnit, RuleReason } from "./policy.js";
import type { Timeline } from "./timeline.js";

/** A record that a rule keeps, and as what. */
export interface Keep {
  record: CheckpointRecord;
  reason: RuleReason;
}

type KeepRule = (timeline: Timeline, policy: RetentionPolicy) => readonly Keep[];

const UNITS = [
  { unit: "hourly", count: "keepHourly", within: "keepWithinHourly" },
  { unit: "daily", count: "keepDaily", within: "keepWithinDaily" },
  { unit: "weekly", count: "keepWeekly", within: "keepWithinWeekly" },
  { unit: "monthly", count: "keepMonthly", within: "keepWithinMonthly" },
  { unit: "yearly", count: "keepYearly", within: "keepWithinYearly" },
] as const;

/** What each rule of a policy keeps; the order is that of the reasons. */
export const KEEP_RULES: readonly KeepRule[] = [
  ({ newestFirst }, { keepLast }) => as("last", newestFirst.slice(0, countOf(keepLast))),
  ...UNITS.map(
    ({ unit, count }): KeepRule =>
      (timeline, policy) =>
        newestOfEach(timeline, unit, countOf(policy[count])),
  ),
  (timeline, { keepWithin }) => as("within", youngerThan(timeline, keepWithin)),
  ...UNITS.map(
    ({ unit, within }): KeepRule =>
      (timeline, policy) =>
        newestOfEachWithin(timeline, unit, policy[within]),
  ),
  ({ newestFirst }, { keepTags = [] }) =>
    as(
      "tag",
      newestFirst.filter((record) => keepTags.some((tags) => hasTags(record, tags))),
    ),
  ({ newestFirst }, { keepFailed }) => as("failed", newestFirst.filter(({ success }) => success === false).slice(0, countOf(keepFailed))),
  ({ newestFirst }, { perTask }) => as("task", newestOfEachTask(newestFirst, countOf(perTask))),
  ({ newestFirst, isYoungerThan }, { olderThanDays = 0 }) =>
    olderThanDays > 0
      ? as(
          "young_enough",
          newestFirst.filter((record) => isYoungerThan(record, olderThanDays)),
        )
      : [],
];

function as(reason: RuleReason, records: readonly CheckpointRecord[]): Keep[] {
  return records.map((record) => ({ record, reason }));
}

function countOf(count: number | undefined): number {
  return count === -1 ? Infinity : (count ?? 0);
}

/** The newest of each period until the count is used up; the oldest of all counts as one more period, as in restic. */
function newestOfEach({ latestFirst }: Timeline, unit: CalendarUnit, count: number): Keep[] {
  const kept: Keep[] = [];
  let current: number | undefined;
  for (const [index, { record, at }] of latestFirst.entries()) {
    if (kept.length >= count) break;
    const period = PERIOD_OF[unit](at);
    if (period !== current) kept.push({ record, reason: unit });
    else if (index === latestFirst.length - 1) kept.push({ record, reason: `oldest_${unit}` });
    current = period;
  }
  return kept;
}

function newestOfEachWithin(timeline: Timeline, unit: CalendarUnit, period: CalendarPeriod | undefined): Keep[] {
  const young = new Set(youngerThan(timeline, period));
  const latestFirst = timeline.latestFirst.filter(({ record }) => young.has(record));
  const isFirstOfItsPeriod = ({ at }: { at: Date }, index: number): boolean => {
    const before = latestFirst[index - 1];
    return before === undefined || PERIOD_OF[unit](before.at) !== PERIOD_OF[unit](at);
  };
  return as(
    `within_${unit}`,
    latestFirst.filter(isFirstOfItsPeriod).map(({ record }) => record),
  );
}

/** Measured from the newest one that is not in the future; where all are, all are young. */
function youngerThan({ latestFirst, now }: Timeline, period: CalendarPeriod | undefined): CheckpointRecord[] {
  if (period === undefined || isZero(period)) return [];
  const newest = latestFirst.find(({ at }) => at < now);
  const limit = newest === undefined ? -Infinity : goBack(newest.at, period);
  return latestFirst.filter(({ at }) => !(at.getTime() <= limit)).map(({ record }) => record);
}

export function isZero({ years = 0, months = 0, days = 0, hours = 0 }: CalendarPeriod): boolean {
  return years + months + days + hours === 0;
}

/** An empty tag stands for a record without any. */
function hasTags(record: CheckpointRecord, tags: readonly string[]): boolean {
  if (record.tags.length === 0) return tags[0] === "";
  return tags.every((tag) => record.tags.includes(tag));
}

function newestOfEachTask(newestFirst: readonly CheckpointRecord[], count: number): CheckpointRecord[] {
  const seen = new Map<string | null, number>();
  return newestFirst.filter(({ taskId }) => {
    const place = (seen.get(taskId) ?? 0) + 1;
    seen.set(taskId, place);
    return place <= count;
  });
}
