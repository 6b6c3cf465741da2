import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  emptyIndex,
  formatIndex,
  parseIndex,
  type CheckpointId,
  type CheckpointRecord,
  type ParsedIndex,
  type RelativePath,
} from "../../src/formats/index.js";
import { encodeIndexText } from "../../src/formats/index-text.js";
import { formatListedRecord } from "../../src/formats/listed-record.js";
import { makeRecord } from "../support/make-record.js";

test("an index has a line for each row and a checksum of the compact whole, the first time and from then on, whatever stands in it", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('"checkpoints": []', '\\"checkpoints": []', "\n    ", "],"));
  const record = fc.record({ notes: text, metadata: fc.dictionary(text, text), files: fc.array(text) }).map((parts) => makeRecord(parts));
  fc.assert(
    fc.property(text, fc.array(record, { maxLength: 5 }), fc.nat(), (changeId, records, removed) => {
      const json = { format_version: 1, change_id: changeId, checkpoints: [], next_sequence: 7, extra: { checkpoints: [] } };
      // Numbers come first among the keys of an object, whoever put them there.
      const odd = { ...json, 7: { checkpoints: [] } };
      expect(encodeIndexText(odd, records).toString()).toBe(spelt(odd, records));
      const fewer = records.filter((_, at) => at !== removed % 5);
      for (const some of [records, [...fewer, makeRecord({ notes: changeId })], records]) {
        expect(encodeIndexText(json, some).toString()).toBe(spelt(json, some));
      }
    }),
    { numRuns: 40 },
  );
});

function spelt(json: object, records: readonly CheckpointRecord[]): string {
  const whole = { ...json, checkpoints: records.map(formatListedRecord) };
  const seal = crc32(JSON.stringify(whole)).toString(16).padStart(8, "0");
  const lines = Object.entries({ ...whole, index_crc32: seal }).map(([key, value]) => {
    const isLong = Array.isArray(value) && value.length > 0;
    const rows = isLong ? `[\n${value.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]` : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${rows}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

describe("a long index, whose rows are taken over as they stand", () => {
  const longFiles = Array.from({ length: 90 }, (_, number) => `specs/größe-${number}.md` as RelativePath);
  const records = Array.from({ length: 100 }, (_, number) =>
    makeRecord({
      id: `checkpoint-20251020-143025-step-${number}` as CheckpointId,
      sequence: number + 1,
      files: longFiles,
      notes: '"]},\n',
    }),
  );
  const index = { ...emptyIndex("add-tide-gauge"), checkpoints: records, nextSequence: 200 };
  const bytes = Buffer.from(formatIndex(index));
  const read = (from: Buffer): ParsedIndex => parseIndex(from.toString(), "state.json", from);

  test("means what its text means, and is written again byte by byte", () => {
    const parsed = read(bytes);
    expect(bytes.length).toBeGreaterThan(128 * 1024);
    expect(parsed).toEqual(parseIndex(bytes.toString(), "state.json"));
    expect(parsed).toMatchObject({ isAltered: false, index: { checkpoints: { length: 100 } } });
    expect(formatIndex(parsed.index)).toBe(bytes.toString());
  });

  test("is written with what was changed, added and removed since", () => {
    const { checkpoints } = read(bytes).index;
    const [first, second, ...others] = checkpoints as [CheckpointRecord, CheckpointRecord];
    const changed = [{ ...second, isPinned: true }, ...others, { ...first, sequence: 150, notes: "again" }];
    expect(formatIndex({ ...index, checkpoints: changed })).toBe(formatIndex({ ...index, checkpoints: structuredClone(changed) }));
  });

  test("is altered when one byte of a row is, and only then", () => {
    for (const place of [bytes.indexOf("größe-7"), bytes.indexOf("step-99"), bytes.indexOf("tide")]) {
      const altered = Buffer.from(bytes);
      altered[place] = (altered[place] as number) ^ 1;
      expect(read(altered).isAltered).toBe(true);
    }
    const indented = Buffer.from(JSON.stringify(JSON.parse(bytes.toString()), null, 1));
    expect(read(indented).isAltered).toBe(false);
  });

  test("takes rows from nowhere but its own list", () => {
    const text = bytes.toString().replace("{\n", '{\n  "theirs": {\n  "checkpoints": [\n    {},\n    {}\n  ]},\n');
    const parsed = read(Buffer.from(text));
    expect(parsed.isAltered).toBe(true);
    expect(parsed.index.checkpoints).toEqual(read(bytes).index.checkpoints);
  });
});
