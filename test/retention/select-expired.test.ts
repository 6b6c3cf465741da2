import { describe, expect, test } from "vitest";
import { InvalidArgumentError, WouldKeepNothingError } from "../../src/errors/index.js";
import { parseCheckpointId, type CheckpointRecord } from "../../src/formats/index.js";
import { describePolicy, selectExpired, type RetentionPolicy } from "../../src/retention/index.js";
import { CONTEXT, idsOf, keptOf, records } from "./aged-records.js";

describe("the rules", () => {
  test("the last N go by sequence, not by time or place in the list", () => {
    const [a, b, c, d] = records({ ageHours: 1 }, { ageHours: 300 }, { ageHours: 200 }, { ageHours: 400 }) as [
      CheckpointRecord,
      CheckpointRecord,
      CheckpointRecord,
      CheckpointRecord,
    ];
    expect(keptOf([c, a, d, b], { keepLast: 2 })).toEqual({ 3: ["last"], 4: ["last", "newest_complete"] });
  });

  test("a record younger than the time is kept; at the very limit it is not", () => {
    const all = records({ ageHours: 24.001 }, { ageHours: 24 }, { ageHours: 23.999 }, { ageHours: 0 }, { ageHours: 50 });
    expect(keptOf(all, { olderThanDays: 1 })).toEqual({ 3: ["young_enough"], 4: ["young_enough"], 5: ["newest_complete"] });
  });

  test("a time in the future, or one that cannot be read, counts as young", () => {
    const all = records({ ageHours: -1000 }, { id: records({})[0]?.id, createdAt: "yesterday" }, {});
    expect(keptOf(all, { olderThanDays: 1 })).toEqual({ 1: ["young_enough"], 2: ["young_enough"], 3: ["newest_complete"] });
  });

  test("fractions of a day and legacy times with microseconds are understood", () => {
    const all = records({ createdAt: "2026-01-31T11:31:00.123456Z" }, { createdAt: "2026-01-31T11:29:00.123456Z" }, {});
    expect(keptOf(all, { olderThanDays: 1 / 48 })).toEqual({ 1: ["young_enough"], 3: ["newest_complete"] });
  });

  test("what any rule keeps is kept, with every reason", () => {
    const all = records({ ageHours: 1 }, { ageHours: 99 }, { ageHours: 2 });
    expect(keptOf(all, { keepLast: 1, olderThanDays: 1 })).toEqual({ 1: ["young_enough"], 3: ["last", "young_enough", "newest_complete"] });
  });

  test("no records, no decision", () => {
    expect(selectExpired([], { keepLast: 1 }, CONTEXT)).toMatchObject({ kept: [], expired: [] });
  });
});

describe("the protections", () => {
  test("pinned ones stay", () => {
    expect(keptOf(records({ isPinned: true }, {}, {}), { keepLast: 1 })).toEqual({ 1: ["pinned"], 3: ["last", "newest_complete"] });
  });

  test("the newest complete one stays, however many incomplete ones follow", () => {
    const all = records({}, {}, { isComplete: false }, { isComplete: false });
    expect(keptOf(all, { keepLast: 1 })).toEqual({ 2: ["newest_complete"], 4: ["last"] });
  });

  test("a backup is the newest complete one only where there is no other", () => {
    const old = { type: "backup", ageHours: 100 } as const;
    expect(keptOf(records({}, old, old, { isComplete: false }), { keepLast: 1 })).toEqual({ 1: ["newest_complete"], 4: ["last"] });
    expect(keptOf(records(old, old, { isComplete: false }), { keepLast: 1 })).toEqual({ 2: ["newest_complete"], 3: ["last"] });
  });

  test("the newest successful one stays; unknown is not success", () => {
    const all = records({ success: true }, { success: true }, { success: false }, { success: null });
    expect(keptOf(all, { keepLast: 1 })).toEqual({ 2: ["newest_successful"], 4: ["last", "newest_complete"] });
  });

  test("backups of the last 24 hours stay, and those of the future", () => {
    const all = records(
      { type: "backup", ageHours: 24 },
      { type: "backup", ageHours: 23 },
      { type: "backup", ageHours: -5 },
      { ageHours: 1 },
      {},
    );
    expect(keptOf(all, { keepLast: 1 })).toEqual({ 2: ["recent_backup"], 3: ["recent_backup"], 5: ["last", "newest_complete"] });
  });

  test("what a restore in flight needs and what a running step stands on stays", () => {
    const all = records({}, {}, {}, {});
    const context = { neededByRestore: idsOf(all[0]), neededByWorkflow: idsOf(all[0]), runningSteps: idsOf(all[0], all[1]) };
    expect(keptOf(all, { keepLast: 1 }, context)).toEqual({
      1: ["needed_by_restore", "needed_by_workflow", "running_step"],
      2: ["running_step"],
      4: ["last", "newest_complete"],
    });
  });
});

describe("policies that are refused", () => {
  test.each<[RetentionPolicy]>([
    [{}],
    [{ keepLast: undefined, olderThanDays: undefined }],
    [{ keepLast: 0 }],
    [{ olderThanDays: 0 }],
    [{ keepLast: 0, keepDaily: 0, keepWithin: { days: 0 }, keepTags: [], olderThanDays: 0 }],
    [{ minAgeDays: 1 }],
  ])("%o would keep nothing", (policy) => {
    expect(() => selectExpired(records({}), policy, CONTEXT)).toThrow(WouldKeepNothingError);
    expect(() => selectExpired([], policy, CONTEXT)).toThrow(WouldKeepNothingError);
  });

  test.each<[RetentionPolicy]>([
    [{ keepLast: -2 }],
    [{ olderThanDays: -1 }],
    [{ keepDaily: 0.5 }],
    [{ keepWithin: { days: -1 } }],
    [{ keepWithinDaily: { weeks: 1 } as RetentionPolicy["keepWithin"] }],
    [{ keepTags: [[]] }],
    [{ maxBytes: 0 }],
    [{ maxCheckpoints: -1 }],
    [{ keepLast: 1.5 }],
    [{ keepLast: NaN }],
    [{ keepLast: Infinity }],
    [{ olderThanDays: NaN }],
  ])("%o is no policy", (policy) => {
    expect(() => selectExpired(records({}), policy, CONTEXT)).toThrow(InvalidArgumentError);
  });

  test("values of a wrong type, which callers without types can give, are refused", () => {
    for (const wrong of ["5", null, true]) {
      expect(() => selectExpired(records({}), { keepLast: wrong } as unknown as RetentionPolicy, CONTEXT)).toThrow(InvalidArgumentError);
      expect(() => selectExpired(records({}), { olderThanDays: wrong } as unknown as RetentionPolicy, CONTEXT)).toThrow(
        InvalidArgumentError,
      );
    }
  });

  test("a clock that tells no time removes nothing", () => {
    expect(() => selectExpired(records({}), { olderThanDays: 1 }, { ...CONTEXT, now: new Date(NaN) })).toThrow(InvalidArgumentError);
  });

  test("a decision that keeps none of the records is an error", () => {
    expect(() => selectExpired(records({ isComplete: false }, { isComplete: false }), { olderThanDays: 1 }, CONTEXT)).toThrow(
      WouldKeepNothingError,
    );
  });
});

test.each<[RetentionPolicy, string]>([
  [{ keepLast: 5 }, "the 5 most recent"],
  [{ keepLast: 1 }, "the most recent one"],
  [{ olderThanDays: 30 }, "those of the last 30 days"],
  [{ olderThanDays: 1 }, "those of the last day"],
  [{ olderThanDays: 0.5 }, "those of the last 12 hours"],
  [{ olderThanDays: 90 / 1440 }, "those of the last 90 minutes"],
  [{ olderThanDays: 1.5 }, "those of the last 36 hours"],
  [{ olderThanDays: 1 / 3e6 }, "those of the last 3.3333333333333335e-7 days"],
  [{ keepLast: 3, olderThanDays: 7 }, "the 3 most recent and those of the last 7 days"],
  [{}, "a policy without a rule"],
])("%o is described as %s", (policy, text) => {
  expect(describePolicy(policy)).toBe(text);
});

test("what was imported never stands in for the newest complete and the newest successful one that were made here", () => {
  const importedFrom = { changeId: "elsewhere", id: parseCheckpointId("checkpoint-20250101-000000-manual"), at: CONTEXT.now.toISOString() };
  const all = records({ success: true }, { success: false }, { success: true, importedFrom }, { success: null, importedFrom });
  expect(keptOf(all, { keepLast: 1 })).toEqual({
    1: ["newest_successful"],
    2: ["newest_complete"],
    3: ["newest_successful"],
    4: ["last", "newest_complete"],
  });
});
