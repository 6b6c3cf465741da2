import type { RetentionPolicy } from "../../../src/formats/index.js";
import { selectExpired } from "../../../src/retention/index.js";
import { CONTEXT } from "../../retention/aged-records.js";
import { makeRecord } from "../make-record.js";
import type { HistoryPoint } from "./random-cases.js";

/** An earlier restic (0.14) does not keep the oldest one while some of a count is left; later ones do, and so do we. */
export const TWO_OF_A_DAY: readonly HistoryPoint[] = [
  { at: 1_700_000_600, tags: [] },
  { at: 1_700_000_000, tags: [] },
];

/** Which of a history's times our rules keep, whatever is protected besides; none where the policy is refused for choosing none. */
export function keptByRules(history: readonly HistoryPoint[], policy: RetentionPolicy, keepsOldest: boolean): number[] {
  const all = history.map(({ at, tags }, index) =>
    makeRecord({ sequence: history.length - index, createdAt: new Date(at * 1000).toISOString(), tags, isComplete: false }),
  );
  try {
    const { kept } = selectExpired(all, policy, { ...CONTEXT, now: new Date() });
    const chosen = kept.filter(({ reasons }) => keepsOldest || !reasons.every((reason) => reason.startsWith("oldest_")));
    return chosen.map(({ record }) => Date.parse(record.createdAt) / 1000).sort((one, other) => other - one);
  } catch (error) {
    if ((error as { code?: string }).code === "WOULD_KEEP_NOTHING") return [];
    throw error;
  }
}
