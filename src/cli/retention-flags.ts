import {
  InvalidArgumentError,
  parseByteSize,
  parseCalendarPeriod,
  UsageError,
  type CalendarPeriod,
  type RetentionPolicy,
} from "../index.js";
import { durationDays, wholeNumber } from "./flags.js";

/** The rules and limits of `clean` as they stand on the command line. */
export interface RetentionFlags {
  keep?: string;
  keepLast?: string;
  keepHourly?: string;
  keepDaily?: string;
  keepWeekly?: string;
  keepMonthly?: string;
  keepYearly?: string;
  keepWithin?: string;
  keepWithinHourly?: string;
  keepWithinDaily?: string;
  keepWithinWeekly?: string;
  keepWithinMonthly?: string;
  keepWithinYearly?: string;
  keepTag?: string[];
  keepFailed?: string;
  perTask?: string;
  olderThan?: string;
  minAge?: string;
  maxSize?: string;
}

/** Gives undefined where the command line names no rule and no limit, so that the configuration decides. */
export function readPolicy(count: string | undefined, flags: RetentionFlags): RetentionPolicy | undefined {
  const policy: RetentionPolicy = {
    keepLast: keepLast(count, flags),
    keepHourly: given(flags.keepHourly, "--keep-hourly", countOrAll),
    keepDaily: given(flags.keepDaily, "--keep-daily", countOrAll),
    keepWeekly: given(flags.keepWeekly, "--keep-weekly", countOrAll),
    keepMonthly: given(flags.keepMonthly, "--keep-monthly", countOrAll),
    keepYearly: given(flags.keepYearly, "--keep-yearly", countOrAll),
    keepWithin: given(flags.keepWithin, "--keep-within", period),
    keepWithinHourly: given(flags.keepWithinHourly, "--keep-within-hourly", period),
    keepWithinDaily: given(flags.keepWithinDaily, "--keep-within-daily", period),
    keepWithinWeekly: given(flags.keepWithinWeekly, "--keep-within-weekly", period),
    keepWithinMonthly: given(flags.keepWithinMonthly, "--keep-within-monthly", period),
    keepWithinYearly: given(flags.keepWithinYearly, "--keep-within-yearly", period),
    keepTags: flags.keepTag?.map((tags) => tags.split(",").map((tag) => tag.trim())),
    keepFailed: given(flags.keepFailed, "--keep-failed", countOrAll),
    perTask: given(flags.perTask, "--per-task", countOrAll),
    olderThanDays: given(flags.olderThan, "--older-than", durationDays),
    minAgeDays: given(flags.minAge, "--min-age", durationDays),
    maxBytes: given(flags.maxSize, "--max-size", byteSize),
  };
  const rules = Object.entries(policy).filter(([, value]) => value !== undefined);
  return rules.length === 0 ? undefined : Object.fromEntries(rules);
}

/** 0 is for the library to refuse: it says what would happen. */
function keepLast(count: string | undefined, { keep, keepLast: last }: RetentionFlags): number | undefined {
  const all = [count, keep, last].filter((one) => one !== undefined);
  if (all.length > 1) {
    throw new UsageError(
      "the number of checkpoints to keep is given twice",
      "Give it as `stepback clean N`, with --keep N or with --keep-last N.",
    );
  }
  if (count !== undefined) return wholeNumber("the number to keep", count, 0);
  return keep === undefined ? given(last, "--keep-last", countOrAll) : wholeNumber("--keep", keep, 0);
}

function given<Value>(text: string | undefined, name: string, read: (name: string, text: string) => Value): Value | undefined {
  return text === undefined ? undefined : read(name, text);
}

function countOrAll(name: string, text: string): number {
  if (text === "unlimited" || text === "-1") return -1;
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(name, text, 'a whole number, or "unlimited"');
  return wholeNumber(name, text, 0);
}

function period(name: string, text: string): CalendarPeriod {
  return named(name, text, "a period like 7d or 1y5m7d2h, with y for years, m for months, d for days and h for hours", parseCalendarPeriod);
}

function byteSize(name: string, text: string): number {
  return named(name, text, "a size like 2G or 500 MiB", parseByteSize);
}

function named<Value>(name: string, text: string, expected: string, parse: (text: string) => Value): Value {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(name, text, expected);
  }
}
