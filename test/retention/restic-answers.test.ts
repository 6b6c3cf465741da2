import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { RetentionPolicy } from "../../src/formats/index.js";
import { keptByRules } from "../support/restic/kept-by-rules.js";
import { inZone, type HistoryPoint } from "../support/restic/random-cases.js";

interface Answers {
  /** Whether the restic that was asked keeps the oldest one while some of a count is left. */
  keepsOldest: boolean;
  zones: {
    zone: string;
    histories: HistoryPoint[][];
    policies: RetentionPolicy[];
    /** By policy and history, `1` for each that `restic forget` keeps. */
    answers: string[][];
  }[];
}

/** What `restic forget --dry-run --json` answered; written by test/deep/restic.deep.test.ts with STEPBACK_FREEZE_RESTIC=1. */
const { keepsOldest, zones } = JSON.parse(readFileSync(new URL("../support/restic/answers.json", import.meta.url), "utf8")) as Answers;

test("there are a thousand answers and more", () => {
  const pairs = zones.map(({ histories, policies }) => histories.length * policies.length);
  expect(pairs.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(1000);
});

test.each(zones.map((one) => [one.zone, one] as const))(
  "in %s the same ones are kept as restic keeps",
  (zone, { answers, histories, policies }) => {
    for (const [index, policy] of policies.entries()) {
      for (const [number, history] of histories.entries()) {
        const bits = answers[index]?.[number] ?? "";
        const expected = history.filter((_, place) => bits[place] === "1").map(({ at }) => at);
        const ours = inZone(zone, () => keptByRules(history, policy, keepsOldest));
        expect(ours, JSON.stringify({ policy, history })).toEqual(expected);
      }
    }
  },
);
