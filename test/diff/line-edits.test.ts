import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatHunks, splitLines } from "../../src/diff/format-hunks.js";
import { findLineEdits, type Edit } from "../../src/diff/line-edits.js";
import { Slice } from "../../src/platform/index.js";
import { SeededRandom } from "../support/crash/seeded-random.js";

const find = (before: readonly string[], after: readonly string[]): Promise<Edit[]> => findLineEdits(before, after, new Slice());

function apply(before: readonly string[], after: readonly string[], edits: readonly Edit[]): string[] {
  const made: string[] = [];
  let at = 0;
  for (const { oldAt, oldCount, newAt, newCount } of edits) {
    made.push(...before.slice(at, oldAt), ...after.slice(newAt, newAt + newCount));
    at = oldAt + oldCount;
  }
  return [...made, ...before.slice(at)];
}

const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 40 });

describe("line edits", () => {
  test("make the new lines of the old ones, and never touch", async () => {
    await fc.assert(
      fc.asyncProperty(lines, lines, async (before, after) => {
        const edits = await find(before, after);
        expect(apply(before, after, edits)).toEqual(after);
        const between = edits.slice(1).map(({ oldAt, newAt }, index) => {
          const last = edits[index] as Edit;
          return [oldAt - (last.oldAt + last.oldCount), newAt - (last.newAt + last.newCount)] as const;
        });
        expect(between.filter(([oldLines, newLines]) => oldLines < 1 || oldLines !== newLines)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("are as few as can be", async () => {
    expect(await find("abcdef".split(""), "abXdefY".split(""))).toEqual([
      { oldAt: 2, oldCount: 1, newAt: 2, newCount: 1 },
      { oldAt: 6, oldCount: 0, newAt: 6, newCount: 1 },
    ]);
  });

  test("of long texts that differ in very many lines keep what stands on both sides once, and are right", async () => {
    const random = new SeededRandom(7);
    const before = Array.from({ length: 6000 }, (_, at) => (at % 3 === 0 ? `unique ${at}` : `filler ${Math.floor(random.next() * 50)}`));
    const after = before.map((line, at) => (at % 3 === 0 ? line : `other ${Math.floor(random.next() * 50)}`));
    const edits = await find(before, after);
    expect(apply(before, after, edits)).toEqual(after);
    expect(edits.reduce((sum, { newCount }) => sum + newCount, 0)).toBe(4000);
    expect(await find(before, after)).toEqual(edits);
  });

  test("of long texts without anything in common replace all", async () => {
    const before = Array.from({ length: 3000 }, (_, at) => `old ${at}`);
    const after = Array.from({ length: 2000 }, (_, at) => `new ${at}`);
    expect(await find(before, after)).toEqual([{ oldAt: 0, oldCount: 3000, newAt: 0, newCount: 2000 }]);
  });
});

describe("hunks", () => {
  test("keep every byte, mark a missing line end, and join where their surroundings touch", async () => {
    const before = splitLines(Buffer.from("1\n2\r\n3\n4\n5\n6\n7\n8\n9\n\u00ff", "latin1"));
    const after = splitLines(Buffer.from("0\n2\r\n3\n4\n5\n6\n7\n8\n9\n\u00ff\n", "latin1"));
    expect(formatHunks(before, after, await find(before, after))).toMatchInlineSnapshot(`
      "@@ -1,4 +1,4 @@
      -1
      +0
       2
       3
       4
      @@ -7,4 +7,4 @@
       7
       8
       9
      -ÿ
      \\ No newline at end of file
      +ÿ
      "
    `);
  });
});
