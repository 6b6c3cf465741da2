import type { CheckpointRecord } from "../../src/formats/index.js";
import { selectExpired, type RetentionContext, type RetentionPolicy } from "../../src/retention/index.js";
import { makeRecord } from "../support/make-record.js";

export const NOW = new Date("2026-01-31T12:00:00Z");
export const CONTEXT: RetentionContext = {
  now: NOW,
  neededByRestore: new Set(),
  neededBySession: new Set(),
  neededByWorkflow: new Set(),
  runningSteps: new Set(),
  justMade: new Set(),
  occupiedBytes: () => 0,
};

/** Records oldest first, sequence 1, 2, 3 …, each so many hours old (100 by default) and otherwise as given. */
export function records(...each: (Partial<CheckpointRecord> & { ageHours?: number })[]): CheckpointRecord[] {
  return each.map(({ ageHours = 100, ...overrides }, index) =>
    makeRecord({ sequence: index + 1, createdAt: momentBefore(ageHours), ...overrides }),
  );
}

export function momentBefore(ageHours: number): string {
  return new Date(NOW.getTime() - ageHours * 3_600_000).toISOString();
}

/** What is kept, by sequence, with the reasons. */
export function keptOf(
  all: readonly CheckpointRecord[],
  policy: RetentionPolicy,
  context: Partial<RetentionContext> = {},
): Record<number, string[]> {
  const { kept } = selectExpired(all, policy, { ...CONTEXT, ...context });
  return Object.fromEntries(kept.map(({ record, reasons }) => [record.sequence, reasons]));
}

/** The ids of some records; one that is absent is left out. */
export function idsOf(...list: (CheckpointRecord | undefined)[]): Set<CheckpointRecord["id"]> {
  return new Set(list.flatMap((record) => (record === undefined ? [] : [record.id])));
}
