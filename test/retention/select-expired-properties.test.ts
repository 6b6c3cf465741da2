import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckpointRecord } from "../../src/formats/index.js";
import { selectExpired, type RetentionContext, type RetentionPolicy } from "../../src/retention/index.js";
import { makeRecord } from "../support/make-record.js";
import { CONTEXT, idsOf, keptOf, momentBefore, NOW } from "./aged-records.js";

describe("for any records", () => {
  test("each one is kept with a reason or expired, in order of sequence, and the input stays as it was", () => {
    fc.assert(
      fc.property(anySituation(), ({ all, policy, context }) => {
        const before = structuredClone(all);
        const { kept, expired } = selectExpired(all, policy, context);
        const sequences = (list: readonly CheckpointRecord[]) => list.map(({ sequence }) => sequence);
        const keptSequences = sequences(kept.map(({ record }) => record));
        expect([...keptSequences, ...sequences(expired)].sort((a, b) => a - b)).toEqual(sequences(all).sort((a, b) => a - b));
        expect(keptSequences).toEqual([...keptSequences].sort((a, b) => a - b));
        expect(sequences(expired)).toEqual(sequences(expired).sort((a, b) => a - b));
        for (const { reasons } of kept) expect(new Set(reasons).size).toBe(reasons.length);
        expect(kept.every(({ reasons }) => reasons.length > 0)).toBe(true);
        expect(all).toEqual(before);
      }),
    );
  });

  test("their order makes no difference", () => {
    const shuffled = anySituation().chain((situation) =>
      fc.shuffledSubarray(situation.all, { minLength: situation.all.length }).map((reordered) => ({ ...situation, reordered })),
    );
    fc.assert(
      fc.property(shuffled, ({ all, reordered, policy, context }) => {
        expect(selectExpired(reordered, policy, context)).toEqual(selectExpired(all, policy, context));
      }),
    );
  });

  test("a larger policy keeps all that a smaller one keeps", () => {
    fc.assert(
      fc.property(anySituation(), fc.nat(5), fc.nat(5), ({ all, policy, context }, moreCount, moreDays) => {
        const larger = { keepLast: (policy.keepLast ?? 1) + moreCount, olderThanDays: (policy.olderThanDays ?? 1) + moreDays };
        const smaller = Object.keys(keptOf(all, policy, context));
        expect(Object.keys(keptOf(all, larger, context))).toEqual(expect.arrayContaining(smaller));
      }),
    );
  });

  test("cleaning twice removes nothing more", () => {
    fc.assert(
      fc.property(anySituation(), ({ all, policy, context }) => {
        const remaining = selectExpired(all, policy, context).kept.map(({ record }) => record);
        expect(selectExpired(remaining, policy, context).expired).toEqual([]);
      }),
    );
  });

  test("what is protected never expires", () => {
    fc.assert(
      fc.property(anySituation(), ({ all, policy, context }) => {
        const expired = new Set(selectExpired(all, policy, context).expired);
        const isKept = (isProtected: (record: CheckpointRecord) => boolean) =>
          expect(all.filter((one) => isProtected(one) && expired.has(one))).toEqual([]);
        const newest = (isWanted: (record: CheckpointRecord) => boolean) =>
          Math.max(...all.filter(isWanted).map(({ sequence }) => sequence));
        isKept(({ isPinned }) => isPinned);
        isKept(({ id }) => context.neededByRestore.has(id) || context.neededBySession.has(id));
        isKept(({ id }) => context.neededByWorkflow.has(id) || context.runningSteps.has(id));
        isKept(({ type, createdAt }) => type === "backup" && Date.parse(createdAt) > NOW.getTime() - 86_400_000);
        isKept(({ sequence }) => sequence === newest(({ success }) => success === true));
        isKept(({ sequence }) => sequence === newest(({ isComplete, type }) => isComplete && type !== "backup"));
        const hasComplete = all.some(({ isComplete }) => isComplete);
        expect(all.some((one) => one.isComplete && !expired.has(one))).toBe(hasComplete);
      }),
    );
  });
});

/** Up to 12 records in any order, a policy that is not refused, and some of the records in use. */
function anySituation(): fc.Arbitrary<{ all: CheckpointRecord[]; policy: RetentionPolicy; context: RetentionContext }> {
  const record = fc
    .record({
      sequence: fc.integer({ min: 1, max: 99 }),
      ageHours: fc.integer({ min: -48, max: 240 }),
      type: fc.constantFrom("manual" as const, "step" as const, "backup" as const),
      isPinned: fc.boolean(),
      isComplete: fc.boolean(),
      success: fc.constantFrom(true, false, null),
    })
    .map(({ ageHours, ...overrides }) => makeRecord({ ...overrides, createdAt: momentBefore(ageHours) }));
  const all = fc.uniqueArray(record, { maxLength: 12, selector: ({ sequence }) => sequence });
  // With a count in it no policy can keep nothing.
  const policy = fc.record({
    keepLast: fc.integer({ min: 1, max: 6 }),
    olderThanDays: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
  });
  return fc.tuple(all, policy).chain(([list, chosen]) => {
    const inUse = fc.subarray(list, { maxLength: Math.min(2, list.length) }).map((some) => idsOf(...some));
    return fc.tuple(inUse, inUse, inUse, inUse).map(([neededByRestore, neededBySession, neededByWorkflow, runningSteps]) => ({
      all: list,
      policy: chosen,
      context: { ...CONTEXT, neededByRestore, neededBySession, neededByWorkflow, runningSteps },
    }));
  });
}
