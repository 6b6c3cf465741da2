import type { BigIntStats } from "node:fs";
import { expect, test } from "vitest";
import { isYoung } from "../../src/platform/index.js";

const NOW_MS = 1_700_000_000_500;
const ns = (agoMs: number, extraNs = 1n): bigint => BigInt(NOW_MS - agoMs) * 1_000_000n + extraNs;

test.each<[string, { mtimeNs: bigint; ctimeNs: bigint }, boolean]>([
  ["written just now", { mtimeNs: ns(0), ctimeNs: ns(0) }, true],
  ["written a tenth of a second ago", { mtimeNs: ns(100), ctimeNs: ns(100) }, false],
  ["written long ago and renamed just now", { mtimeNs: ns(9_000), ctimeNs: ns(99) }, true],
  ["written in the future", { mtimeNs: ns(-9_000), ctimeNs: ns(9_000) }, true],
  ["of this second, where times hold whole seconds", { mtimeNs: ns(500, 0n), ctimeNs: ns(500, 0n) }, true],
  ["of the second before it", { mtimeNs: ns(1_500, 0n), ctimeNs: ns(1_500, 0n) }, true],
  ["of two seconds before", { mtimeNs: ns(2_500, 0n), ctimeNs: ns(2_500, 0n) }, false],
  ["given a whole second, where the change time tells more", { mtimeNs: ns(500, 0n), ctimeNs: ns(200) }, false],
])("whether a file %s could have changed unseen", (_, times, expected) => {
  expect(isYoung(times as BigIntStats, NOW_MS)).toBe(expected);
});
