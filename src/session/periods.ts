import { getISOWeek } from "date-fns/getISOWeek";
import { getISOWeekYear } from "date-fns/getISOWeekYear";

export const PERIODS = ["day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** Names the day, ISO week or month of a moment, by UTC: `2026-01-31`, `2026-W05`, `2026-01`. */
export function periodOf(isoMoment: string, period: Period): string {
  const day = new Date(isoMoment).toISOString().slice(0, "2026-01-31".length);
  if (period === "day") return day;
  if (period === "month") return day.slice(0, "2026-01".length);
  // The library reckons in local time, so it is given the local noon of the day's name: no shift of the clock moves that to another day.
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const noon = new Date(year, month - 1, date, 12);
  return `${getISOWeekYear(noon)}-W${String(getISOWeek(noon)).padStart(2, "0")}`;
}
