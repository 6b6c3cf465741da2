import { InvalidArgumentError, WouldKeepNothingError } from "../errors/index.js";
import type { CalendarPeriod, RetentionPolicy } from "../formats/index.js";
import { describePolicy } from "./describe-policy.js";
import { isZero } from "./keep-rules.js";

const COUNTS = ["keepLast", "keepHourly", "keepDaily", "keepWeekly", "keepMonthly", "keepYearly", "keepFailed", "perTask"] as const;
const PERIODS = ["keepWithin", "keepWithinHourly", "keepWithinDaily", "keepWithinWeekly", "keepWithinMonthly", "keepWithinYearly"] as const;
const AGES = ["olderThanDays", "minAgeDays"] as const;
const LIMITS = ["maxBytes", "maxCheckpoints"] as const;

/**
 * Makes sure that a policy is one: that its numbers are numbers, and that there is a rule or a limit in it.
 * @throws InvalidArgumentError, WouldKeepNothingError
 */
export function checkPolicy(policy: RetentionPolicy, now: Date): void {
  if (Number.isNaN(now.getTime())) throw new InvalidArgumentError("now", String(now), "a valid date");
  for (const name of COUNTS) assertThat(policy, name, isCount, "a whole number from 1 on, or -1 for all");
  for (const name of PERIODS) assertThat(policy, name, isPeriod, "whole numbers of years, months, days and hours");
  for (const name of AGES) assertThat(policy, name, isDays, "a number of days");
  for (const name of LIMITS) assertThat(policy, name, isLimit, "a whole number from 1 on");
  assertThat(policy, "keepTags", isTagLists, "lists of tags");
  if (!hasRule(policy) && !hasLimit(policy)) throw new WouldKeepNothingError(describePolicy(policy));
}

/** Tells whether a policy says what to keep; 0 is no rule, as in restic. */
export function hasRule(policy: RetentionPolicy): boolean {
  return (
    COUNTS.some((name) => (policy[name] ?? 0) !== 0) ||
    PERIODS.some((name) => !isZero(policy[name] ?? {})) ||
    (policy.keepTags ?? []).length > 0 ||
    (policy.olderThanDays ?? 0) > 0
  );
}

/** Tells whether a policy limits what it keeps. */
export function hasLimit(policy: RetentionPolicy): boolean {
  return LIMITS.some((name) => policy[name] !== undefined);
}

/** The types say so already, but not every caller has them. */
function assertThat(policy: RetentionPolicy, name: keyof RetentionPolicy, isRight: (value: unknown) => boolean, expected: string): void {
  const value: unknown = policy[name];
  if (value !== undefined && !isRight(value)) throw new InvalidArgumentError(name, value, expected);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= -1;
}

function isLimit(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isDays(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

function isPeriod(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const known = ["years", "months", "days", "hours"];
  const parts = Object.entries(value as CalendarPeriod).filter(([, amount]) => amount !== undefined);
  return parts.every(([unit, amount]) => known.includes(unit) && Number.isSafeInteger(amount) && amount >= 0);
}

function isTagLists(value: unknown): boolean {
  const isTags = (tags: unknown): boolean => Array.isArray(tags) && tags.length > 0 && tags.every((tag) => typeof tag === "string");
  return Array.isArray(value) && value.every(isTags);
}
