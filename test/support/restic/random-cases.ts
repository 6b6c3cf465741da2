import type { CalendarPeriod, RetentionPolicy } from "../../../src/formats/index.js";
import type { SeededRandom } from "../crash/seeded-random.js";

/** Zones with clocks that change in many ways, each with moments around which they do. */
export const ZONES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  UTC: ["2024-02-29T12:00:00Z"],
  "Europe/Berlin": ["2024-10-27T01:00:00Z", "2025-03-30T01:00:00Z"],
  "America/New_York": ["2024-11-03T06:00:00Z", "2025-03-09T07:00:00Z"],
  "America/St_Johns": ["2010-11-07T02:31:00Z", "2011-03-13T03:31:00Z"],
  "America/Sao_Paulo": ["2018-02-18T02:00:00Z", "2018-11-04T03:00:00Z"],
  "Australia/Lord_Howe": ["2024-04-06T15:00:00Z", "2024-10-05T15:30:00Z"],
  "Pacific/Apia": ["2011-12-30T10:00:00Z", "2012-03-31T14:00:00Z"],
  "Asia/Kathmandu": ["2023-12-31T18:15:00Z"],
};

export interface HistoryPoint {
  /** Whole seconds since the epoch. */
  at: number;
  tags: string[];
}

const SCALES: readonly [number, ...number[]] = [900, 3_600, 7 * 3_600, 86_400, 9 * 86_400, 40 * 86_400];
const COUNTS = ["keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly"] as const;
const PERIODS = ["keepWithin", "keepWithinHourly", "keepWithinDaily", "keepWithinWeekly", "keepWithinMonthly", "keepWithinYearly"] as const;

/** A history that ends soon after the clocks changed, the newest first. */
export function randomHistory(random: SeededRandom, changes: readonly [string, ...string[]], length: number): HistoryPoint[] {
  const scale = random.pick(SCALES);
  let at = Math.floor(Date.parse(random.pick(changes)) / 1000 + random.next() * scale * 8);
  return Array.from({ length }, () => {
    at -= 1 + Math.floor(random.next() * 2 * scale);
    return { at, tags: ["a", "b", "c"].filter(() => random.next() < 0.15) };
  });
}

/** One to four rules, of those that restic has. */
export function randomPolicy(random: SeededRandom): RetentionPolicy {
  const rules = random.shuffle([...COUNTS, ...PERIODS, "keepTags"] as const).slice(0, 1 + Math.floor(random.next() * 4));
  return Object.fromEntries(
    rules.map((rule): [string, unknown] => {
      if (rule === "keepTags") return [rule, [random.pick([["a"], ["b"], ["a", "b"], ["c", "a"]])]];
      const isCount = COUNTS.some((one) => one === rule);
      return [rule, isCount ? 1 + Math.floor(random.next() * 7) : randomPeriod(random)];
    }),
  );
}

function randomPeriod(random: SeededRandom): CalendarPeriod {
  return random.pick<CalendarPeriod>([
    { hours: 1 + Math.floor(random.next() * 60) },
    { days: 1 + Math.floor(random.next() * 40) },
    { months: 1 + Math.floor(random.next() * 14) },
    { years: 1, months: 1 + Math.floor(random.next() * 11), days: Math.floor(random.next() * 31) },
    { months: 1, days: 1, hours: 1 },
  ]);
}

/** The same policy as restic's options. */
export function resticOptions(policy: RetentionPolicy): string[] {
  return Object.entries(policy).flatMap(([rule, value]): string[] => {
    const option = `--${rule.replace("keepTags", "keepTag").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (rule === "keepTags") return (value as string[][]).flatMap((tags) => [option, tags.join(",")]);
    return [option, typeof value === "number" ? String(value) : periodText(value as CalendarPeriod)];
  });
}

function periodText({ years = 0, months = 0, days = 0, hours = 0 }: CalendarPeriod): string {
  return `${years}y${months}m${days}d${hours}h`;
}

/** Runs something as if the machine stood in another time zone. */
export function inZone<Result>(zone: string, action: () => Result): Result {
  const before = process.env["TZ"];
  process.env["TZ"] = zone;
  try {
    return action();
  } finally {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  }
}
