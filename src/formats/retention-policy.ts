/** A stretch of calendar time: going back by a month leads to the same day of the month before, however long that was. */
export interface CalendarPeriod {
  years?: number;
  months?: number;
  days?: number;
  hours?: number;
}

/**
 * Which checkpoints a cleanup keeps: one that any rule keeps is kept (as in restic's forget). A count is a whole number from 1 on,
 * or -1 for all; 0 and undefined are no rule.
 */
export interface RetentionPolicy extends RetentionRules, RetentionLimits {}

/** What keeps a checkpoint. */
export interface RetentionRules {
  /** The newest N. */
  keepLast?: number;
  /** The newest of each of the N newest hours, days … that have one, by the calendar of the machine's time zone. */
  keepHourly?: number;
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  keepYearly?: number;
  /** All that are younger than this, measured from the newest checkpoint. */
  keepWithin?: CalendarPeriod;
  /** The newest of each hour, day … among those that are younger than this, measured from the newest checkpoint. */
  keepWithinHourly?: CalendarPeriod;
  keepWithinDaily?: CalendarPeriod;
  keepWithinWeekly?: CalendarPeriod;
  keepWithinMonthly?: CalendarPeriod;
  keepWithinYearly?: CalendarPeriod;
  /** Those that have every tag of one of these lists; an empty tag stands for none at all. */
  keepTags?: readonly (readonly string[])[];
  /** The newest N of those whose step failed. */
  keepFailed?: number;
  /** The newest N of each task, and of those without a task. */
  perTask?: number;
  /** All that are not older than so many days from now (fractions allowed). */
  olderThanDays?: number;
}

/** What is asked of those that the rules keep. With a limit and no rule, all are kept as far as the limit lets them. */
export interface RetentionLimits {
  /** What is not so many days old yet stays, whatever rule or limit says otherwise. */
  minAgeDays?: number;
  /** At most so many bytes on disk, hard links counted once: the oldest go until it holds. */
  maxBytes?: number;
  /** At most so many checkpoints: the oldest go. */
  maxCheckpoints?: number;
}
