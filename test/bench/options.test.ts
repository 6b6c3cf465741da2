import { describe, expect, test } from "vitest";
import { readOptions } from "../../bench/options.mjs";

describe("the options of the benchmark", () => {
  test("without any choose everything", () => {
    const { sizes, isWanted, runs, toolWords } = readOptions([]);
    expect(sizes).toEqual(["S", "M", "L", "XL", "B"]);
    expect([isWanted("first-M"), isWanted("scaling-files"), runs, toolWords]).toEqual([true, true, undefined, undefined]);
  });

  test("choose sizes, which leave the curves out, and words in names", () => {
    const { sizes, isWanted } = readOptions(["--size", "S,XL", "--only", "first,list-50"]);
    expect(sizes).toEqual(["S", "XL"]);
    expect(["first-S", "list-50-S", "list-500-S", "verify-S", "scaling-files"].map(isWanted)).toEqual([true, true, true, false, false]);
    expect(readOptions(["--size", "S"]).isWanted("scaling-files")).toBe(false);
    expect(readOptions(["--only", "scaling"]).isWanted("scaling-files")).toBe(true);
  });

  test("match words where they begin, so that what changed is not what is unchanged", () => {
    const { isWanted } = readOptions(["--only", "changed"]);
    expect(["changed-M", "unchanged-M"].map(isWanted)).toEqual([true, false]);
    expect(["restore-M", "restore-all-M"].map(readOptions(["--only", "restore"]).isWanted)).toEqual([true, true]);
  });

  test.each([[["--size", "S,Q"]], [["--runs", "0"]], [["--runs", "many"]], [["--tools", "git", "--write-docs"]], [["--fast"]], [["M"]]])(
    "refuse %j",
    (args) => {
      expect(() => readOptions(args)).toThrow();
    },
  );
});
