import { InvalidArgumentError, WouldKeepNothingError } from "../errors/index.js";
import type { CheckpointRecord } from "../formats/index.js";
import type { KeepReason, RetentionContext, RetentionDecision, RetentionPolicy } from "./policy.js";

const MS_PER_DAY = 86_400_000;

/** One reason to keep checkpoints, and which of the records, newest first, it keeps. */
interface KeepRule {
  reason: KeepReason;
  select: (newestFirst: readonly CheckpointRecord[], policy: RetentionPolicy, context: RetentionContext) => readonly CheckpointRecord[];
}

/** What the policy asks for. */
const POLICY_RULES: readonly KeepRule[] = [
  { reason: "last", select: (newestFirst, { keepLast = 0 }) => newestFirst.slice(0, keepLast) },
  {
    reason: "within",
    select: (newestFirst, { keepWithinDays: days }, { now }) =>
      days === undefined ? [] : newestFirst.filter((record) => isYoungerThan(record, days, now)),
  },
];

/** What is kept under every policy. */
const PROTECTIONS: readonly KeepRule[] = [
  { reason: "pinned", select: (newestFirst) => newestFirst.filter((record) => record.isPinned) },
  { reason: "newest_complete", select: newestComplete },
  { reason: "newest_successful", select: (newestFirst) => firstOf(newestFirst, (record) => record.success === true) },
  {
    reason: "recent_backup",
    select: (newestFirst, _, { now }) => newestFirst.filter((record) => isBackup(record) && isYoungerThan(record, 1, now)),
  },
  { reason: "needed_by_restore", select: (newestFirst, _, { neededByRestore }) => newestFirst.filter(({ id }) => neededByRestore.has(id)) },
  { reason: "active_session", select: (newestFirst, _, { neededBySession }) => newestFirst.filter(({ id }) => neededBySession.has(id)) },
  { reason: "running_step", select: (newestFirst, _, { runningSteps }) => newestFirst.filter(({ id }) => runningSteps.has(id)) },
];

/**
 * Decides which checkpoints a cleanup keeps and which it removes: one that any rule or protection keeps is kept.
 *
 * "Newest" goes by sequence, ages by `createdAt` against `now`; a time in the future, or one that cannot be read, counts as young.
 * @throws WouldKeepNothingError for a policy without a rule, one whose rule can keep nothing, and a decision that keeps none
 * of the records; InvalidArgumentError for a number that is none.
 */
export function selectExpired(records: readonly CheckpointRecord[], policy: RetentionPolicy, context: RetentionContext): RetentionDecision {
  assertKeepsSomething(policy, context);
  const newestFirst = [...records].sort(bySequence).reverse();
  const reasonsOf = new Map<CheckpointRecord, KeepReason[]>(newestFirst.map((record) => [record, []]));
  for (const { reason, select } of [...POLICY_RULES, ...PROTECTIONS]) {
    for (const record of select(newestFirst, policy, context)) reasonsOf.get(record)?.push(reason);
  }
  const decided = [...reasonsOf].reverse().map(([record, reasons]) => ({ record, reasons }));
  const kept = decided.filter(({ reasons }) => reasons.length > 0);
  if (kept.length === 0 && decided.length > 0) throw new WouldKeepNothingError(describePolicy(policy));
  return { kept, expired: decided.filter(({ reasons }) => reasons.length === 0).map(({ record }) => record) };
}

/** Says what a policy keeps: `the 5 most recent and those of the last 30 days`. */
export function describePolicy({ keepLast, keepWithinDays }: RetentionPolicy): string {
  const rules: string[] = [];
  if (keepLast !== undefined) rules.push(keepLast === 1 ? "the most recent one" : `the ${keepLast} most recent`);
  if (keepWithinDays !== undefined) rules.push(`those of the last ${describeDays(keepWithinDays)}`);
  return rules.length === 0 ? "a policy without a rule" : rules.join(" and ");
}

function assertKeepsSomething(policy: RetentionPolicy, { now }: RetentionContext): void {
  const { keepLast, keepWithinDays } = policy;
  if (Number.isNaN(now.getTime())) throw new InvalidArgumentError("now", String(now), "a valid date");
  if (keepLast !== undefined && !(Number.isInteger(keepLast) && keepLast >= 0)) {
    throw new InvalidArgumentError("keepLast", keepLast, "a whole number from 1 on");
  }
  if (keepWithinDays !== undefined && (typeof keepWithinDays !== "number" || Number.isNaN(keepWithinDays))) {
    throw new InvalidArgumentError("keepWithinDays", keepWithinDays, "a number of days");
  }
  const isEmpty = keepLast === undefined && keepWithinDays === undefined;
  const hasEmptyRule = keepLast === 0 || (keepWithinDays !== undefined && keepWithinDays <= 0);
  if (isEmpty || hasEmptyRule) throw new WouldKeepNothingError(describePolicy(policy));
}

/** A backup is a state someone wanted to leave, so it stands in only where there is no other complete checkpoint. */
function newestComplete(newestFirst: readonly CheckpointRecord[]): readonly CheckpointRecord[] {
  const complete = newestFirst.filter((record) => record.isComplete);
  const [newest] = firstOf(complete, (record) => !isBackup(record));
  return newest === undefined ? complete.slice(0, 1) : [newest];
}

function firstOf(records: readonly CheckpointRecord[], isWanted: (record: CheckpointRecord) => boolean): readonly CheckpointRecord[] {
  const found = records.find(isWanted);
  return found === undefined ? [] : [found];
}

function isBackup(record: CheckpointRecord): boolean {
  return record.type === "backup";
}

/** Negated, so that a time that cannot be read never makes a checkpoint old. */
function isYoungerThan(record: CheckpointRecord, days: number, now: Date): boolean {
  return !(Date.parse(record.createdAt) <= now.getTime() - days * MS_PER_DAY);
}

/** Ids break a tie that only a damaged index can have, so that the decision is the same every time. */
function bySequence(one: CheckpointRecord, other: CheckpointRecord): number {
  return one.sequence - other.sequence || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

function describeDays(days: number): string {
  const units = [
    { name: "day", perDay: 1 },
    { name: "hour", perDay: 24 },
    { name: "minute", perDay: 1_440 },
    { name: "second", perDay: 86_400 },
  ];
  const counts = units.map(({ name, perDay }) => ({ name, count: Math.round(days * perDay * 1e6) / 1e6 }));
  const { name, count } = counts.find((one) => Number.isInteger(one.count) && one.count !== 0) ?? { name: "day", count: days };
  return count === 1 ? name : `${count} ${name}s`;
}
