import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CHECKPOINT_TYPES,
  emptyIndex,
  isCheckpointId,
  splitCheckpointId,
  type CheckpointId,
  type StoreIndex,
} from "../../src/formats/index.js";
import { claimId } from "../../src/store/index.js";
import { makeRecord } from "../support/make-record.js";

type Claim = Parameters<typeof claimId>[1];

const NOON = new Date("2026-01-31T12:00:00.999Z");
const nothingTaken = (): boolean => false;

function claim(index: StoreIndex, request: Partial<Claim> = {}) {
  return claimId(index, { type: "manual", stepNumber: null, now: NOON, isTaken: nothingTaken, ...request });
}

/** The index after a claim, with or without the checkpoint it was made for. */
function after(index: StoreIndex, claimed: ReturnType<typeof claimId>, isKept = true): StoreIndex {
  const { id, sequence, claims, nextSequence } = claimed;
  return { ...index, claims, nextSequence, checkpoints: isKept ? [...index.checkpoints, makeRecord({ id, sequence })] : index.checkpoints };
}

describe("the id says the second in UTC and what the checkpoint is for", () => {
  test.each<[string, Partial<Claim>]>([
    ["checkpoint-20260131-120000-step02", { type: "step", stepNumber: 2 }],
    ["checkpoint-20260131-120000-step00", { type: "step", stepNumber: 0 }],
    ["checkpoint-20260131-120000-step123456", { type: "step", stepNumber: 123456 }],
    ["checkpoint-20260131-120000-step07", { type: "safe_state", stepNumber: 7 }],
    ["checkpoint-20260131-120000-step", { type: "step" }],
    ["checkpoint-20260131-120000-manual", {}],
    ["checkpoint-20260131-120000-auto", { type: "auto" }],
    ["checkpoint-20260131-120000-pre_risky_operation", { type: "pre_risky_operation" }],
    ["checkpoint-20260131-120000-backup", { type: "backup" }],
    ["checkpoint-20260131-120000-backup", { type: "backup", stepNumber: 99 }],
    ["checkpoint-20251231-233000-manual", { now: new Date("2026-01-01T01:30:00+02:00") }],
  ])("%s", (id, request) => {
    expect(claim(emptyIndex("x"), request)).toMatchObject({ id, sequence: 1 });
  });

  test.each(CHECKPOINT_TYPES.map((type) => [type]))("the type %s makes a well-formed id", (type) => {
    const { id } = claim(emptyIndex("x"), { type });
    expect(isCheckpointId(id)).toBe(true);
    expect(splitCheckpointId(id)).toEqual({ second: "20260131-120000", label: type, suffix: null });
  });
});

test("within one second each label counts up, also past ones that were deleted meanwhile", () => {
  let index = emptyIndex("x");
  const ids: string[] = [];
  for (const [type, isKept] of [
    ["manual", true],
    ["manual", false],
    ["auto", true],
    ["manual", true],
  ] as const) {
    const claimed = claim(index, { type });
    ids.push(claimed.id);
    index = after(index, claimed, isKept);
  }
  expect(ids).toEqual([
    "checkpoint-20260131-120000-manual",
    "checkpoint-20260131-120000-manual-2",
    "checkpoint-20260131-120000-auto",
    "checkpoint-20260131-120000-manual-3",
  ]);
});

test("a new second starts over", () => {
  const index = after(emptyIndex("x"), claim(emptyIndex("x")));
  const later = claim(index, { now: new Date("2026-01-31T12:00:01Z") });
  expect(later).toMatchObject({ id: "checkpoint-20260131-120001-manual", sequence: 2, claims: { second: "20260131-120001" } });
});

test("after the clock stepped back the suffix is the sequence, and the newest second stays on record", () => {
  const index = { ...emptyIndex("x"), nextSequence: 8, claims: { second: "20260131-120000", labels: { manual: 3 } } };
  const claimed = claim(index, { now: new Date("2026-01-31T11:59:59Z") });
  expect(claimed).toMatchObject({ id: "checkpoint-20260131-115959-manual-8", sequence: 8, nextSequence: 9, claims: index.claims });
});

test("a name that a folder or a manifest has already, whoever made it, is passed by", () => {
  const taken = new Set(["checkpoint-20260131-120000-manual", "checkpoint-20260131-120000-manual-2"]);
  const claimed = claim(emptyIndex("x"), { isTaken: (id) => taken.has(id) });
  expect(claimed).toMatchObject({ id: "checkpoint-20260131-120000-manual-3", sequence: 1, nextSequence: 4 });
});

test("an id of the index is passed by even when its folder is gone", () => {
  const id = "checkpoint-20260131-120000-manual" as CheckpointId;
  const index = { ...emptyIndex("x"), nextSequence: 2, checkpoints: [makeRecord({ id, sequence: 1 })] };
  expect(claim(index)).toMatchObject({ id: `${id}-2`, sequence: 2 });
});

test("a claim decides and changes nothing", () => {
  const index = Object.freeze({
    ...emptyIndex("x"),
    claims: Object.freeze({ second: "20260131-120000", labels: Object.freeze({ manual: 1 }) }),
  });
  expect(claim(index)).toEqual(claim(index));
});

interface Step {
  stepSeconds: number;
  label: Pick<Claim, "type" | "stepNumber">;
  isKept: boolean;
  deletes: number[];
  isForeign: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    stepSeconds: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: -3, max: 3 }) }),
    label: fc.constantFrom<Step["label"]>(
      { type: "manual", stepNumber: null },
      { type: "backup", stepNumber: null },
      { type: "step", stepNumber: 2 },
      { type: "auto", stepNumber: 2 },
    ),
    isKept: fc.boolean(),
    deletes: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }),
    isForeign: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

test("no id and no sequence comes twice, with the clock stepping back, deletions and folders of others", () => {
  fc.assert(
    fc.property(steps, (actions) => {
      let index = emptyIndex("x");
      let nowMs = NOON.getTime();
      const given = new Set<string>();
      const foreign = new Set<string>();
      let newestSequence = 0;
      for (const { stepSeconds, label, isKept, deletes, isForeign } of actions) {
        nowMs += stepSeconds * 1000;
        const request = { ...label, now: new Date(nowMs), isTaken: (id: CheckpointId) => foreign.has(id) };
        if (isForeign) foreign.add(claimId(index, request).id);
        const claimed = claimId(index, request);
        expect(given).not.toContain(claimed.id);
        expect(foreign).not.toContain(claimed.id);
        expect(isCheckpointId(claimed.id)).toBe(true);
        expect(claimed.sequence).toBeGreaterThan(newestSequence);
        expect(claimed.nextSequence).toBeGreaterThan(claimed.sequence);
        given.add(claimed.id);
        newestSequence = claimed.sequence;
        index = after(index, claimed, isKept);
        index = { ...index, checkpoints: index.checkpoints.filter((_, position) => !deletes.includes(position)) };
      }
    }),
    { numRuns: 300 },
  );
});
