import type { CalendarPeriod, CheckpointRecord, RetentionPolicy } from "../../src/formats/index.js";

/** What a policy's rules choose, worked out one question at a time from the description in docs/decisions/retention.md; UTC only. */
export function chosenNaively(records: readonly CheckpointRecord[], policy: RetentionPolicy, now: Date): Set<number> {
  const chosen = new Set<number>();
  const byTime = [...records].sort((a, b) => timeOf(b) - timeOf(a) || b.sequence - a.sequence);
  const past = byTime.filter((one) => timeOf(one) < now.getTime());
  const isWithin = (one: CheckpointRecord, period: CalendarPeriod | undefined): boolean => {
    if (period === undefined || Object.values(period).every((amount) => amount === 0)) return false;
    if (past[0] === undefined) return true;
    const start = new Date(timeOf(past[0]));
    const { years = 0, months = 0, days = 0, hours = 0 } = period;
    const day = Date.UTC(start.getUTCFullYear() - years, start.getUTCMonth() - months, start.getUTCDate() - days);
    return timeOf(one) > day + (start.getTime() % 86_400_000) - hours * 3_600_000;
  };
  for (const one of records) {
    const newer = records.filter((other) => other.sequence > one.sequence);
    const allows = (count: number | undefined, before: readonly unknown[]): boolean => count === -1 || before.length < (count ?? 0);
    if (allows(policy.keepLast, newer)) chosen.add(one.sequence);
    const failed = newer.filter(({ success }) => success === false);
    if (one.success === false && allows(policy.keepFailed, failed)) chosen.add(one.sequence);
    const sameTask = newer.filter(({ taskId }) => taskId === one.taskId);
    if (allows(policy.perTask, sameTask)) chosen.add(one.sequence);
    if ((policy.keepTags ?? []).some((tags) => tags.every((tag) => one.tags.includes(tag)))) chosen.add(one.sequence);
    if ((policy.keepTags ?? []).some((tags) => tags[0] === "") && one.tags.length === 0) chosen.add(one.sequence);
    if (isWithin(one, policy.keepWithin)) chosen.add(one.sequence);
    if (policy.olderThanDays !== undefined && timeOf(one) > now.getTime() - policy.olderThanDays * 86_400_000) chosen.add(one.sequence);
    for (const { count, within, nameOf } of PERIODS) {
      const later = byTime.slice(0, byTime.indexOf(one));
      const isNewest = !later.some((other) => nameOf(other) === nameOf(one));
      const periodsBefore = new Set(later.map(nameOf).filter((name) => name !== nameOf(one)));
      if (isNewest && allows(policy[count], [...periodsBefore])) chosen.add(one.sequence);
      const isOldest = byTime.at(-1) === one;
      if (isOldest && allows(policy[count], [...new Set(byTime.map(nameOf))])) chosen.add(one.sequence);
      const isNewestWithin = !later.some((other) => isWithin(other, policy[within]) && nameOf(other) === nameOf(one));
      if (isWithin(one, policy[within]) && isNewestWithin) chosen.add(one.sequence);
    }
  }
  return chosen;
}

const PERIODS = [
  { count: "keepHourly", within: "keepWithinHourly", nameOf: (one: CheckpointRecord) => iso(one).slice(0, 13) },
  { count: "keepDaily", within: "keepWithinDaily", nameOf: (one: CheckpointRecord) => iso(one).slice(0, 10) },
  // Day 0 of the epoch was a Thursday, and weeks begin on Mondays.
  {
    count: "keepWeekly",
    within: "keepWithinWeekly",
    nameOf: (one: CheckpointRecord) => String(Math.floor((timeOf(one) / 86_400_000 + 3) / 7)),
  },
  { count: "keepMonthly", within: "keepWithinMonthly", nameOf: (one: CheckpointRecord) => iso(one).slice(0, 7) },
  { count: "keepYearly", within: "keepWithinYearly", nameOf: (one: CheckpointRecord) => iso(one).slice(0, 4) },
] as const;

function iso(one: CheckpointRecord): string {
  return new Date(timeOf(one)).toISOString();
}

function timeOf({ createdAt }: CheckpointRecord): number {
  return Date.parse(createdAt);
}
