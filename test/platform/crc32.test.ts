import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { checkBytes, checkPart, crc32, joinParts, showCrc32 } from "../../src/platform/index.js";

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

test("the checksum of bytes is that of their text, wherever they begin and whoever makes it", () => {
  const text = "0 Grüße ".repeat(500);
  const bytes = Buffer.from(`xyz${text}`);
  const parts = [0, 1, 2, 3].map((start) => checkBytes(Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.length - start)));
  expect(parts.map(({ crc }) => showCrc32(crc))).toEqual([0, 1, 2, 3].map((start) => crc32(bytes.subarray(start).toString())));
  // As before version 20.16.
  vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: undefined } }));
  onTestFinished(() => void vi.unstubAllGlobals());
  expect([0, 1, 2, 3].map((start) => checkBytes(bytes.subarray(start)).crc >>> 0)).toEqual(parts.map(({ crc }) => crc >>> 0));
});
