import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseByteSize, parseDuration } from "../../src/config/index.js";
import { InvalidArgumentError } from "../../src/errors/index.js";

const SECONDS = 1 / 86_400;

describe("parseDuration", () => {
  test.each([
    ["30d", 30],
    ["12h", 0.5],
    ["2w", 14],
    ["90m", 90 * 60 * SECONDS],
    ["30s", 30 * SECONDS],
    ["1d12h", 1.5],
    ["1w1d1h1m1s", 8 + 3661 * SECONDS],
    ["1.5h", 1.5 / 24],
    ["0s", 0],
  ])("reads %s", (text, days) => {
    expect(parseDuration(text)).toBeCloseTo(days, 12);
  });

  test.each([
    "",
    " ",
    "30",
    "d",
    "-1d",
    "+1d",
    "1y",
    "1D",
    "3 d",
    " 3d",
    "3d\n",
    "12h1d",
    "1d1d",
    "1.d",
    ".5d",
    "1e3d",
    "d3",
    `${"9".repeat(400)}d`,
  ])("refuses %j", (text) => {
    expect(() => parseDuration(text)).toThrow(InvalidArgumentError);
  });

  test("adds the parts up", () => {
    fc.assert(
      fc.property(fc.tuple(...Array.from({ length: 5 }, () => fc.nat(1000))), ([w = 0, d = 0, h = 0, m = 0, s = 0]) => {
        const days = parseDuration(`${w}w${d}d${h}h${m}m${s}s`);
        expect(days).toBeCloseTo(w * 7 + d + h / 24 + m / 1440 + s * SECONDS, 6);
      }),
    );
  });
});

describe("parseByteSize", () => {
  test.each([
    ["0", 0],
    ["4096", 4096],
    ["4096B", 4096],
    ["1K", 1024],
    ["10MB", 10 * 1024 ** 2],
    ["10 M", 10 * 1024 ** 2],
    ["500 MiB", 500 * 1024 ** 2],
    ["2G", 2 * 1024 ** 3],
    ["2gb", 2 * 1024 ** 3],
    ["1.5G", 1.5 * 1024 ** 3],
    ["1T", 1024 ** 4],
    ["0.0001K", 1],
  ])("reads %s", (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  test.each([
    "",
    " ",
    "G",
    "-1G",
    "+1G",
    "1,5G",
    "1.5",
    "1.5B",
    "1X",
    "1 GB ",
    " 1",
    "1GiBB",
    "1GG",
    "1iB",
    "1e3",
    "0x10",
    "NaN",
    "99999999999999T",
  ])("refuses %j", (text) => {
    expect(() => parseByteSize(text)).toThrow(InvalidArgumentError);
  });

  test("takes every spelling of a unit for the same power of 1024", () => {
    fc.assert(
      fc.property(fc.nat(4096), fc.constantFrom("K", "M", "G", "T"), (count, unit) => {
        const bytes = count * 1024 ** ("KMGT".indexOf(unit) + 1);
        for (const spelling of [unit, `${unit}B`, `${unit}iB`, unit.toLowerCase()])
          expect(parseByteSize(`${count}${spelling}`)).toBe(bytes);
      }),
    );
  });
});
