import { WouldKeepNothingError } from "../errors/index.js";
import type { CheckpointRecord, RetentionPolicy } from "../formats/index.js";
import { checkPolicy, hasRule } from "./check-policy.js";
import { describePolicy } from "./describe-policy.js";
import { KEEP_RULES } from "./keep-rules.js";
import { overLimits } from "./limits.js";
import type { KeepReason, RetentionContext, RetentionDecision, RuleReason } from "./policy.js";
import { PROTECTIONS } from "./protections.js";
import { makeTimeline, type Timeline } from "./timeline.js";

/**
 * Decides which checkpoints a cleanup keeps and which it removes: one that any rule or protection keeps is kept, as far as the limits let
 * it; what is protected no limit removes. The rules are those of restic's forget, see docs/decisions/retention.md.
 *
 * "Newest" goes by sequence, hours and days by `createdAt` in the time zone of the machine, ages against `now`; a time in the future, or
 * one that cannot be read, counts as young.
 * @throws WouldKeepNothingError for a policy without a rule, one whose rules choose none of the records, and a decision that keeps none of
 * them; InvalidArgumentError for a number that is none.
 */
export function selectExpired(records: readonly CheckpointRecord[], policy: RetentionPolicy, context: RetentionContext): RetentionDecision {
  checkPolicy(policy, context.now);
  const timeline = makeTimeline(records, context.now);
  const byRule = keptByRules(timeline, policy);
  const byProtection = reasonsOf(
    PROTECTIONS.flatMap(({ reason, select }) => select(timeline, policy, context).map((record) => ({ record, reason }))),
  );
  const wanted = timeline.newestFirst.filter((record) => byRule.has(record) || byProtection.has(record)).reverse();
  assertKeepsSomething(policy, { records, wanted: wanted.length, byRule: byRule.size });
  const { removed, keptBytes } = overLimits(wanted, { policy, context, isProtected: (record) => byProtection.has(record) });
  const over = new Map(removed.map(({ record, limit }) => [record, limit]));
  const kept = wanted.filter((record) => !over.has(record));
  const isKept = new Set(kept);
  return {
    kept: kept.map((record) => ({ record, reasons: [...(byRule.get(record) ?? []), ...(byProtection.get(record) ?? [])] })),
    expired: timeline.newestFirst.filter((record) => !isKept.has(record)).reverse(),
    overLimit: removed.map(({ record: { id }, limit }) => ({ id, limit })),
    keptBytes,
  };
}

/** A policy of limits alone keeps all that they let it. */
function keptByRules(timeline: Timeline, policy: RetentionPolicy): Map<CheckpointRecord, KeepReason[]> {
  if (!hasRule(policy)) {
    return reasonsOf(timeline.newestFirst.map((record) => ({ record, reason: "within_limits" satisfies RuleReason })));
  }
  return reasonsOf(KEEP_RULES.flatMap((rule) => rule(timeline, policy)));
}

function reasonsOf(keeps: readonly { record: CheckpointRecord; reason: KeepReason }[]): Map<CheckpointRecord, KeepReason[]> {
  const reasons = new Map<CheckpointRecord, KeepReason[]>();
  for (const { record, reason } of keeps) reasons.set(record, [...(reasons.get(record) ?? []), reason]);
  return reasons;
}

/**
 * A rule of what to keep that chooses nothing is most likely a slip, as a tag that is spelled wrong; an age says what to remove, and may
 * well mean all but what is protected.
 */
function assertKeepsSomething(
  policy: RetentionPolicy,
  { records, wanted, byRule }: { records: readonly CheckpointRecord[]; wanted: number; byRule: number },
): void {
  const isSlip = byRule === 0 && (policy.olderThanDays ?? 0) === 0 && wanted < records.length;
  if (records.length > 0 && (wanted === 0 || isSlip)) throw new WouldKeepNothingError(describePolicy(policy));
}
