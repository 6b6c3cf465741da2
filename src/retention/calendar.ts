import { getISOWeek } from "date-fns/getISOWeek";
import { getISOWeekYear } from "date-fns/getISOWeekYear";
import type { CalendarPeriod } from "../formats/index.js";
import type { CalendarUnit } from "./policy.js";

const MS_PER_MINUTE = 60_000;
const MS_PER_HOUR = 3_600_000;

/**
 * Gives the number of the hour, day, week … that a moment is in, by the calendar of the machine's time zone; moments of the same period have
 * the same one. Weeks are those of ISO 8601. Where clocks are put back, the hour that comes twice is one.
 */
export const PERIOD_OF: Readonly<Record<CalendarUnit, (moment: Date) => number>> = {
  hourly: (moment) => dayOf(moment) * 100 + moment.getHours(),
  daily: dayOf,
  weekly: (moment) => getISOWeekYear(moment) * 100 + getISOWeek(moment),
  monthly: (moment) => moment.getFullYear() * 100 + moment.getMonth(),
  yearly: (moment) => moment.getFullYear(),
};

function dayOf(moment: Date): number {
  return (moment.getFullYear() * 100 + moment.getMonth()) * 100 + moment.getDate();
}

/**
 * Goes back by a stretch of calendar time in the machine's time zone, and then by its hours on the clock's face turned evenly. A day that a
 * month lacks runs over into the next one (31 March less a month is 3 March); -Infinity where there is no such moment.
 */
export function goBack(from: Date, { years = 0, months = 0, days = 0, hours = 0 }: CalendarPeriod): number {
  const local = new Date(from.getTime() - offsetMs(from.getTime()));
  local.setUTCFullYear(local.getUTCFullYear() - years, local.getUTCMonth() - months, local.getUTCDate() - days);
  const moment = momentOfLocal(local.getTime()) - hours * MS_PER_HOUR;
  return Number.isNaN(moment) ? -Infinity : moment;
}

/**
 * The moment at which the clocks show a time; of a time that they show twice or never, the one that Go's standard library takes, so that
 * restic and stepback keep the same ones.
 */
function momentOfLocal(localMs: number): number {
  const guess = localMs + offsetMs(localMs);
  return localMs + offsetMs(guess);
}

/** What is to be added to local time to get UTC. */
function offsetMs(moment: number): number {
  return new Date(moment).getTimezoneOffset() * MS_PER_MINUTE;
}
