import { InvalidArgumentError } from "../errors/index.js";
import type { CalendarPeriod } from "../formats/index.js";

const SIZE = /^(?<whole>\d+)(?<fraction>\.\d+)? *(?:(?<unit>[kmgt])(?:i?b)?|b)?$/i;
const BYTES_PER_UNIT: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

const AMOUNT = String.raw`\d+(?:\.\d+)?`;
const DURATION = new RegExp(`^(?:(?<w>${AMOUNT})w)?(?:(?<d>${AMOUNT})d)?(?:(?<h>${AMOUNT})h)?(?:(?<m>${AMOUNT})m)?(?:(?<s>${AMOUNT})s)?$`);
const SECONDS_PER_UNIT = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const;
const SECONDS_PER_DAY = 86_400;

const PERIOD_PART = /(\d{1,6})([ymdh])/y;
const PERIOD_UNITS = { y: "years", m: "months", d: "days", h: "hours" } as const;

/**
 * Reads a duration such as `30d`, `12h` or `1d12h`, in days.
 *
 * Units are weeks `w`, days `d`, hours `h`, minutes `m` and seconds `s`, each at most once and the longest first.
 * @throws InvalidArgumentError
 */
export function parseDuration(text: string): number {
  const days = durationDaysOf(text);
  if (days === undefined) throw new InvalidArgumentError("duration", text, "a duration like 30d, 12h, 2w or 1d12h");
  return days;
}

/**
 * Reads a size such as `2G`, `500 MiB` or `4096`, in bytes.
 *
 * `K`, `M`, `G` and `T` are powers of 1024 however they are spelled (`10M`, `10MB` and `10MiB` are one size); a fraction of
 * a byte counts as a whole one.
 * @throws InvalidArgumentError
 */
export function parseByteSize(text: string): number {
  const bytes = byteSizeOf(text);
  if (bytes === undefined) throw new InvalidArgumentError("size", text, "a size like 2G, 500 MiB or a number of bytes");
  return bytes;
}

/**
 * Reads a stretch of calendar time as restic writes it: `1y5m7d2h`.
 *
 * Units are years `y`, months `m`, days `d` and hours `h`, each at most once, in any order.
 * @throws InvalidArgumentError
 */
export function parseCalendarPeriod(text: string): CalendarPeriod {
  const period = calendarPeriodOf(text);
  if (period === undefined) throw new InvalidArgumentError("period", text, "years, months, days and hours like 1y5m7d2h (m is for months)");
  return period;
}

/** Like `parseDuration`, but undefined for what is no duration. */
export function durationDaysOf(text: string): number | undefined {
  const amounts = DURATION.exec(text)?.groups;
  if (amounts === undefined || text === "") return undefined;
  const units = Object.entries(SECONDS_PER_UNIT);
  const days = units.reduce((sum, [unit, seconds]) => sum + Number(amounts[unit] ?? 0) * seconds, 0) / SECONDS_PER_DAY;
  return Number.isFinite(days) ? days : undefined;
}

/** Like `parseCalendarPeriod`, but undefined for what is none. */
export function calendarPeriodOf(text: string): CalendarPeriod | undefined {
  const period: CalendarPeriod = {};
  let end = 0;
  for (PERIOD_PART.lastIndex = 0; end < text.length; end = PERIOD_PART.lastIndex) {
    const [, amount, letter] = PERIOD_PART.exec(text) ?? [];
    const unit = PERIOD_UNITS[letter as keyof typeof PERIOD_UNITS];
    if (amount === undefined || period[unit] !== undefined) return undefined;
    period[unit] = Number(amount);
  }
  return end === 0 ? undefined : period;
}

/** Like `parseByteSize`, but undefined for what is no size. */
export function byteSizeOf(text: string): number | undefined {
  const parts = SIZE.exec(text)?.groups;
  if (parts === undefined) return undefined;
  const { whole = "", fraction = "", unit } = parts;
  if (fraction !== "" && unit === undefined) return undefined;
  const bytes = Math.ceil(Number(whole + fraction) * (unit === undefined ? 1 : (BYTES_PER_UNIT[unit.toLowerCase()] as number)));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact spelling of a size: `10G`, `1500`. */
export function formatByteSize(bytes: number): string {
  const unit = ["t", "g", "m", "k"].find((one) => bytes > 0 && bytes % (BYTES_PER_UNIT[one] as number) === 0);
  return unit === undefined ? String(bytes) : `${bytes / (BYTES_PER_UNIT[unit] as number)}${unit.toUpperCase()}`;
}

/** The spelling of a duration in days, exact to the second: `30d`, `1d12h`. */
export function formatDuration(days: number): string {
  let seconds = Math.round(days * SECONDS_PER_DAY);
  if (Math.abs(seconds - days * SECONDS_PER_DAY) > 1e-6) return `${(days * SECONDS_PER_DAY).toFixed(6).replace(/0+$/, "")}s`;
  const parts = (["d", "h", "m", "s"] as const).map((unit) => {
    const amount = Math.floor(seconds / SECONDS_PER_UNIT[unit]);
    seconds -= amount * SECONDS_PER_UNIT[unit];
    return amount === 0 ? "" : `${amount}${unit}`;
  });
  return parts.join("") || "0s";
}

/** The spelling of a stretch of calendar time: `1y5m7d2h`. */
export function formatCalendarPeriod(period: CalendarPeriod): string {
  return Object.entries(PERIOD_UNITS)
    .map(([letter, unit]) => (period[unit] === undefined || period[unit] === 0 ? "" : `${period[unit]}${letter}`))
    .join("");
}
