/**
 * Retention: which checkpoints a cleanup keeps and why, decided without touching anything, and then the removal.
 * Promises: every record is kept with its reasons or expired, never both; what is protected is kept under every policy and limit;
 * a policy that would keep nothing is an error.
 * Must never: read the clock or the disk inside a decision, or depend on the order in which records come.
 */
export { cleanStore, previewClean } from "./clean.js";
export { describeDays, describePeriod, describePolicy } from "./describe-policy.js";
export { cleaningPolicy, mostCheckpoints } from "./configured-policy.js";
export { selectExpired } from "./select-expired.js";
export { tidyUp } from "./tidy-up.js";
export type {
  CalendarPeriod,
  CleanResult,
  KeepReason,
  Protection,
  RetentionContext,
  RetentionDecision,
  RetentionPolicy,
} from "./policy.js";
