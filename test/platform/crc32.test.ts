import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { checkPart, crc32, extendPart, joinParts, prepareForLongFile, showCrc32 } from "../../src/platform/index.js";

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
    fc.property(fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 20 }), (parts) => {
      const whole = { crc: parseInt(crc32(parts.join("")), 16), byteCount: Buffer.byteLength(parts.join("")) };
      const joined = joinParts(parts.map(checkPart));
      const extended = parts.map((part) => Buffer.from(part)).reduce(extendPart, checkPart(""));
      expect([joined, extended].map(({ crc, byteCount }) => ({ crc: crc >>> 0, byteCount }))).toEqual([whole, whole]);
    }),
  );
});

test("the checksum of bytes is that of their text, wherever they begin and whoever makes it", () => {
  const bytes = Buffer.from(`xyz${"0 Grüße ".repeat(500)}`);
  const starts = [0, 1, 2, 3];
  const expected = starts.map((start) => crc32(bytes.subarray(start).toString()));
  const extend = () => starts.map((start) => showCrc32(extendPart(checkPart(""), bytes.subarray(start)).crc));
  prepareForLongFile();
  expect(extend()).toEqual(expected);
  // As before version 20.16.
  vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: undefined } }));
  onTestFinished(() => void vi.unstubAllGlobals());
  prepareForLongFile();
  expect(extend()).toEqual(expected);
});
