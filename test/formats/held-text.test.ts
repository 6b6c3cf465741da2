import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatHeldText, parseHeldText } from "../../src/formats/held-text.js";
import { decodePathBytes, encodePathBytes, printablePath, toFsPath } from "../../src/platform/index.js";

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
);

describe("bytes of a path", () => {
  test("come back from their string, whatever they are", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(encodePathBytes(decodePathBytes(bytes))).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  test("have a string of their own: no two names become one", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (one, other) => {
        expect(decodePathBytes(one) === decodePathBytes(other)).toBe(Buffer.compare(one, other) === 0);
      }),
      { numRuns: 500 },
    );
  });

  test("that are valid UTF-8 are that text, and all others are not well-formed", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = Buffer.from(bytes).toString("utf8");
        const isUtf8 = Buffer.from(text).equals(bytes);
        const held = decodePathBytes(bytes);
        expect([held.isWellFormed(), held === text]).toEqual([isUtf8, isUtf8]);
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, number[], string]>([
    ["a stray byte", [0x63, 0x61, 0x66, 0xe9], "caf\udce9"],
    ["a continuation without its start", [0x80], "\udc80"],
    ["a start without its continuation", [0xc3], "\udcc3"],
    ["an overlong slash", [0xc0, 0xaf], "\udcc0\udcaf"],
    ["an overlong dot in three bytes", [0xe0, 0x80, 0xae], "\udce0\udc80\udcae"],
    ["a surrogate in UTF-8", [0xed, 0xb3, 0xa9], "\udced\udcb3\udca9"],
    ["a point past the last one", [0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
    ["a character cut off", [0xf0, 0x9f, 0x98], "\udcf0\udc9f\udc98"],
    ["the replacement character itself", [0xef, 0xbf, 0xbd], "\ufffd"],
    ["the replacement character beside a stray byte", [0xef, 0xbf, 0xbd, 0xff], "\ufffd\udcff"],
    ["four bytes and a stray one", [0xf0, 0x9f, 0x98, 0x80, 0xfe], "😀\udcfe"],
    ["nothing", [], ""],
  ])("%s", (_, bytes, text) => {
    expect(decodePathBytes(Buffer.from(bytes))).toBe(text);
    expect(encodePathBytes(text)).toEqual(Buffer.from(bytes));
  });

  test("go to the file system as they are, and as text where they are text", () => {
    expect(toFsPath("/a/ü")).toBe("/a/ü");
    expect(toFsPath("/a/\udce9")).toEqual(Buffer.from([0x2f, 0x61, 0x2f, 0xe9]));
  });

  test("are printed without anything that a terminal would obey", () => {
    expect(printablePath("caf\udce9\n\u001b[31m\t\u0085ü")).toBe("caf\\xe9\\n\\x1b[31m\\t\\x85ü");
  });
});

describe("a name, path or target in a document", () => {
  test("is its text, or the base64 of its bytes, and comes back through JSON", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const held = decodePathBytes(bytes);
        const form = formatHeldText(held);
        expect(form).toEqual(held.isWellFormed() ? held : { path_b64: Buffer.from(bytes).toString("base64") });
        expect(parseHeldText(JSON.parse(JSON.stringify(form)))).toBe(held);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([[undefined], [null], [7], [true], [[]], [{}], [{ path_b64: 7 }], [{ path_b64: null }]])("%j is none", (value) => {
    expect(parseHeldText(value)).toBeUndefined();
  });
});
