import { lstatSync, lutimesSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSameTime, toTimestamp } from "../../src/platform/index.js";
import { tempFolder } from "../support/temp-change.js";

const SECOND_NS = 1_000_000_000n;
/** 1901 to 2106; times from before 1970 and after 2038 are among them. */
const times = fc.bigInt({ min: -2_147_483_648n * SECOND_NS, max: 4_294_967_295n * SECOND_NS });
/** Times as programs make them: whole seconds, milliseconds, microseconds, and the last moment before a second. */
const roundTimes = fc
  .tuple(
    fc.bigInt({ min: -2_000_000_000n, max: 4_000_000_000n }),
    fc.constantFrom(0n, 1n, 999n, 1_000n, 1_000_000n, 500_000_000n, 999_999_000n, 999_999_999n),
  )
  .map(([seconds, rest]) => seconds * SECOND_NS + rest);

describe("a time that is set on a file", () => {
  test("comes back to the microsecond, rounded down as clocks do, whatever it was", () => {
    const path = join(tempFolder(), "file");
    writeFileSync(path, "");
    fc.assert(
      fc.property(fc.oneof(times, roundTimes), (timeNs) => {
        const timestamp = toTimestamp(timeNs);
        utimesSync(path, timestamp, timestamp);
        const { mtimeNs } = lstatSync(path, { bigint: true });
        expect(isSameTime(mtimeNs, timeNs)).toBe(true);
        expect(floorToMicroseconds(mtimeNs)).toBe(floorToMicroseconds(timeNs));
      }),
      { numRuns: 500 },
    );
  });

  test("and set again from what came back is the same time exactly", () => {
    const path = join(tempFolder(), "link");
    symlinkSync("nowhere", path);
    fc.assert(
      fc.property(fc.oneof(times, roundTimes), (timeNs) => {
        const timestamp = toTimestamp(timeNs);
        lutimesSync(path, timestamp, timestamp);
        const first = lstatSync(path, { bigint: true }).mtimeNs;
        lutimesSync(path, toTimestamp(first), toTimestamp(first));
        expect(lstatSync(path, { bigint: true }).mtimeNs).toBe(first);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    [0n],
    [1n],
    [999n],
    [-1n],
    [-1_000n],
    [-999_999_999n],
    [-SECOND_NS],
    [-SECOND_NS - 1n],
    [-86_400n * SECOND_NS - 500_000_000n],
    [1_000_000_000_123_456_789n],
    [4_294_967_296n * SECOND_NS + 123_456_000n],
  ])("%i ns from 1970", (timeNs) => {
    const path = join(tempFolder(), "file");
    writeFileSync(path, "");
    utimesSync(path, toTimestamp(timeNs), toTimestamp(timeNs));
    expect(isSameTime(lstatSync(path, { bigint: true }).mtimeNs, timeNs)).toBe(true);
  });
});

describe("two times are the same", () => {
  test.each([
    [0n, 0n, true],
    [0n, 1_999n, true],
    [1_999n, 0n, true],
    [0n, 2_000n, false],
    [2_000n, 0n, false],
    [-1_000n, 999n, true],
    [-1_000n, 1_000n, false],
  ])("%i and %i: %s", (one, other, expected) => {
    expect(isSameTime(one, other)).toBe(expected);
  });
});

function floorToMicroseconds(timeNs: bigint): bigint {
  const rest = ((timeNs % 1_000n) + 1_000n) % 1_000n;
  return timeNs - rest;
}
