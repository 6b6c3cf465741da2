import fc from "fast-check";
import { expect, test } from "vitest";
import { WouldKeepNothingError } from "../../src/errors/index.js";
import type { CheckpointRecord } from "../../src/formats/index.js";
import { selectExpired, type RetentionPolicy } from "../../src/retention/index.js";
import { makeRecord } from "../support/make-record.js";
import { chosenNaively } from "../support/naive-retention.js";
import { inZone } from "../support/restic/random-cases.js";
import { CONTEXT, momentBefore, NOW } from "./aged-records.js";

const count = fc.constantFrom(undefined, undefined, undefined, undefined, -1, 0, 1, 2, 3, 5);
const period = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 5 },
  { arbitrary: fc.record({ months: fc.nat(3), days: fc.nat(20), hours: fc.nat(30) }), weight: 1 },
);
const tags = fc.subarray(["a", "b", "c"]);
const policy: fc.Arbitrary<RetentionPolicy> = fc.record({
  keepLast: count,
  keepHourly: count,
  keepDaily: count,
  keepWeekly: count,
  keepMonthly: count,
  keepYearly: count,
  keepWithin: period,
  keepWithinHourly: period,
  keepWithinDaily: period,
  keepWithinWeekly: period,
  keepWithinMonthly: period,
  keepWithinYearly: period,
  keepFailed: count,
  perTask: count,
  keepTags: fc.option(
    fc.array(
      fc.oneof(
        tags.filter(({ length }) => length > 0),
        fc.constant([""]),
      ),
      { maxLength: 2 },
    ),
    { nil: undefined },
  ),
  olderThanDays: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
});
const history = fc.array(
  fc.record({
    // The clock may step back, so that sequence and time disagree; some are in the future.
    ageHours: fc.oneof(fc.integer({ min: -5, max: 100 }), fc.integer({ min: 0, max: 9_000 })),
    success: fc.constantFrom(true, false, null),
    taskId: fc.constantFrom(null, "1", "2"),
    tags,
  }),
  { minLength: 1, maxLength: 14 },
);

test("for any history and policy the rules choose what a naive reading of them does", () => {
  inZone("UTC", () =>
    fc.assert(
      fc.property(history, policy, (made, asked) => {
        const all = made.map(({ ageHours, ...others }, index) =>
          makeRecord({ sequence: index + 1, createdAt: momentBefore(ageHours), isComplete: false, ...others }),
        );
        const naive = [...chosenNaively(all, asked, NOW)].sort((one, other) => one - other);
        expect(chosenByUs(all, asked)).toEqual(naive);
      }),
      { numRuns: 300 },
    ),
  );
});

/** What is protected besides does not count; a policy is refused only where it chooses none. */
function chosenByUs(all: readonly CheckpointRecord[], asked: RetentionPolicy): number[] {
  try {
    const { kept } = selectExpired(all, asked, CONTEXT);
    return kept.filter(({ reasons }) => reasons.some((reason) => reason !== "newest_successful")).map(({ record }) => record.sequence);
  } catch (error) {
    if (error instanceof WouldKeepNothingError) return [];
    throw error;
  }
}

test("limits take the oldest of what the rules keep, and nothing that is protected", () => {
  const all = [1, 2, 3, 4, 5].map((sequence) =>
    makeRecord({ sequence, isPinned: sequence === 2, createdAt: momentBefore(100 - sequence) }),
  );
  const occupiedBytes = (ids: ReadonlySet<unknown>): number => ids.size * 10;
  const sequencesOf = (asked: RetentionPolicy): number[] =>
    selectExpired(all, asked, { ...CONTEXT, occupiedBytes }).kept.map(({ record }) => record.sequence);
  expect(sequencesOf({ maxBytes: 30 })).toEqual([2, 4, 5]);
  expect(sequencesOf({ maxBytes: 1 })).toEqual([2, 5]);
  expect(sequencesOf({ maxCheckpoints: 4 })).toEqual([2, 3, 4, 5]);
  expect(sequencesOf({ keepLast: 2, maxBytes: 100 })).toEqual([2, 4, 5]);
  expect(sequencesOf({ maxBytes: 1, minAgeDays: 97.5 / 24 })).toEqual([2, 3, 4, 5]);
  const { overLimit, keptBytes } = selectExpired(all, { maxCheckpoints: 4, maxBytes: 30 }, { ...CONTEXT, occupiedBytes });
  expect({ limits: overLimit.map(({ limit }) => limit), keptBytes }).toEqual({ limits: ["max_checkpoints", "max_size"], keptBytes: 30 });
});

test("a rule that chooses none is refused, an age that chooses none is not", () => {
  const all = [1, 2].map((sequence) => makeRecord({ sequence, createdAt: momentBefore(100) }));
  expect(() => selectExpired(all, { keepTags: [["relaese"]] }, CONTEXT)).toThrow("would keep nothing");
  expect(selectExpired(all, { olderThanDays: 1 }, CONTEXT).expired).toHaveLength(1);
});
