import fc from "fast-check";
import { expect, test } from "vitest";
import { checkPart, crc32, joinParts, showCrc32 } from "../../src/platform/index.js";

test.each([
  ["123456789", "cbf43926"],
  ["", "00000000"],
  ["a", "e8b7be43"],
  ["Inés", "6d18422a"],
])("the checksum of %j is %s", (text, checksum) => {
  expect(crc32(text)).toBe(checksum);
});

test("a text with one other character has another checksum", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.nat(), (text, place) => {
      const at = place % text.length;
      const other = text[at] === "x" ? "y" : "x";
      expect(crc32(text.slice(0, at) + other + text.slice(at + 1))).not.toBe(crc32(text));
    }),
  );
});

test("the checksum of parts is that of the whole, wherever it is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 20 }), (parts) => {
      expect(showCrc32(joinParts(parts.map(checkPart)))).toBe(crc32(parts.join("")));
    }),
  );
});

test("a long text, of which Node's own makes the checksum, has that of its short parts", () => {
  const parts = Array.from({ length: 40 }, (_, number) => `${number} Grüße `.repeat(500));
  const text = parts.join("");
  expect(text.length).toBeGreaterThan(128 * 1024);
  expect(crc32(text)).toBe(showCrc32(joinParts(parts.map(checkPart))));
});
