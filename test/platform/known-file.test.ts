import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { KnownFile } from "../../src/platform/index.js";
import { tempFolder } from "../support/temp-change.js";

const encodeInto =
  (text: string) =>
  (spare: Buffer): Buffer => {
    const bytes = Buffer.from(text);
    if (spare.length < bytes.length) return Buffer.concat([bytes, Buffer.alloc(100_000)]).subarray(0, bytes.length);
    bytes.copy(spare);
    return spare.subarray(0, bytes.length);
  };

test("is recalled while the file holds the same bytes, and for nothing else", () => {
  const path = join(tempFolder(), "file");
  const known = new KnownFile<string>();
  expect(known.recall(path)).toBeUndefined();
  writeFileSync(path, "one");
  known.learn(Buffer.from("one"), "what it means");
  expect(known.recall(path)).toBe("what it means");
  for (const other of ["two", "on", "one more", ""]) {
    writeFileSync(path, other);
    expect(known.recall(path)).toBeUndefined();
  }
  writeFileSync(`${path}-2`, "one");
  rmSync(path);
  expect(known.recall(path)).toBeUndefined();
  symlinkSync(`${path}-2`, path);
  expect(known.recall(path)).toBeUndefined();
});

test("a difference anywhere in a long file is seen", () => {
  const path = join(tempFolder(), "file");
  const known = new KnownFile<string>();
  const bytes = Buffer.alloc(400_000, "text");
  known.learn(Buffer.from(bytes), "known");
  writeFileSync(path, bytes);
  expect(known.recall(path)).toBe("known");
  for (const at of [0, 131_071, 131_072, 399_999]) {
    const altered = Buffer.from(bytes);
    altered[at] = 0;
    writeFileSync(path, altered);
    expect(known.recall(path)).toBeUndefined();
  }
});

test("what was encoded last stands, whatever memory is used for it and whether it was written or not", () => {
  const path = join(tempFolder(), "file");
  const steps = fc.array(
    fc.record({ text: fc.string({ minLength: 1, maxLength: 300 }), isWritten: fc.boolean(), isLearnt: fc.boolean() }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const known = new KnownFile<string>();
      rmSync(path, { force: true });
      let written = "";
      const encoded: [string, string][] = [];
      let last: { bytes: Buffer; text: string } | null = null;
      for (const { text, isWritten, isLearnt } of all) {
        if (isLearnt) {
          writeFileSync(path, text);
          known.learn(readFileSync(path), text);
        } else {
          const bytes = known.encode(text, encodeInto(text));
          encoded.push([bytes.toString(), text]);
          // Those before still stand: whoever writes them may be slow.
          if (last !== null) encoded.push([last.bytes.toString(), last.text]);
          last = { bytes, text };
          if (isWritten) writeFileSync(path, bytes);
        }
        if (isLearnt || isWritten) written = text;
        expect(known.recall(path)).toBe(written === text && written !== "" ? text : undefined);
      }
      for (const [bytes, text] of encoded) expect(bytes).toBe(text);
    }),
    { numRuns: 100 },
  );
});
