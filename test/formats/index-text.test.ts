import { crc32 } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CheckpointRecord } from "../../src/formats/index.js";
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
