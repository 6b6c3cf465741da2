import type { CalendarPeriod, RetentionPolicy } from "../formats/index.js";

const UNITS = [
  { count: "keepHourly", within: "keepWithinHourly", name: "hour" },
  { count: "keepDaily", within: "keepWithinDaily", name: "day" },
  { count: "keepWeekly", within: "keepWithinWeekly", name: "week" },
  { count: "keepMonthly", within: "keepWithinMonthly", name: "month" },
  { count: "keepYearly", within: "keepWithinYearly", name: "year" },
] as const;

/** Says what a policy keeps: `the 5 most recent, one for each of the last 7 days and those of the last 30 days`. */
export function describePolicy(policy: RetentionPolicy): string {
  const rules = describeRules(policy);
  const limits = describeLimits(policy);
  if (rules.length + limits.length === 0) return "a policy without a rule";
  return [rules.length === 0 ? "all" : joined(rules), ...limits].join(", ");
}

/** Spells a stretch of calendar time out: `1 year and 5 months`. */
export function describePeriod({ years = 0, months = 0, days = 0, hours = 0 }: CalendarPeriod): string {
  const parts = [counted(years, "year"), counted(months, "month"), counted(days, "day"), counted(hours, "hour")];
  return joined(parts.filter((part) => !part.startsWith("0 ")));
}

/** Spells an age out in the largest unit that fits: `30 days`, `12 hours`. */
export function describeDays(days: number): string {
  const units = [
    { name: "day", perDay: 1 },
    { name: "hour", perDay: 24 },
    { name: "minute", perDay: 1_440 },
    { name: "second", perDay: 86_400 },
  ];
  const counts = units.map(({ name, perDay }) => ({ name, count: Math.round(days * perDay * 1e6) / 1e6 }));
  const { name, count } = counts.find((one) => Number.isInteger(one.count) && one.count !== 0) ?? { name: "day", count: days };
  return counted(count, name);
}

function describeRules(policy: RetentionPolicy): string[] {
  const { keepLast = 0, keepWithin, keepTags = [], keepFailed = 0, perTask = 0, olderThanDays = 0 } = policy;
  const ofEachUnit = UNITS.map(({ count, name }) => ofEach(policy[count] ?? 0, name));
  const ofEachWithin = UNITS.map(({ within, name }) => {
    const period = describePeriod(policy[within] ?? {});
    return period !== "" && `one for each ${name} within ${period} of the newest`;
  });
  const period = describePeriod(keepWithin ?? {});
  const rules: (string | false)[] = [
    keepLast !== 0 && newest(keepLast, "most recent"),
    ...ofEachUnit,
    period !== "" && `those within ${period} of the newest`,
    ...ofEachWithin,
    ...keepTags.map(describeTags),
    keepFailed !== 0 && newest(keepFailed, "most recent failed"),
    perTask !== 0 && `${newest(perTask, "most recent")} of each task`,
    olderThanDays > 0 && `those of the last ${describeDays(olderThanDays).replace(/^1 /, "")}`,
  ];
  return rules.filter((rule) => rule !== false);
}

function describeLimits({ maxCheckpoints, maxBytes, minAgeDays = 0 }: RetentionPolicy): string[] {
  const limits: (string | false)[] = [
    maxCheckpoints !== undefined && `at most ${maxCheckpoints}`,
    maxBytes !== undefined && `at most ${counted(maxBytes, "byte")} on disk`,
    minAgeDays > 0 && `none younger than ${describeDays(minAgeDays)} removed`,
  ];
  return limits.filter((limit) => limit !== false);
}

function newest(count: number, which: string): string {
  if (count === -1) return `all the ${which}`;
  return count === 1 ? `the ${which} one` : `the ${count} ${which}`;
}

function ofEach(count: number, unit: string): string | false {
  if (count === 0) return false;
  if (count === -1) return `one for each ${unit}`;
  return count === 1 ? `one for the last ${unit}` : `one for each of the last ${count} ${unit}s`;
}

function describeTags(tags: readonly string[]): string {
  const [first = "", ...more] = tags;
  if (first === "") return "those without a tag";
  return more.length === 0 ? `those tagged ${first}` : `those tagged ${joined(tags)}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
