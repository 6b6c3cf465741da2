import fc from "fast-check";
import { expect, test } from "vitest";
import type { CheckpointRecord } from "../../src/formats/index.js";
import { sealIndex } from "../../src/formats/index-seal.js";
import { encodeIndexText } from "../../src/formats/index-text.js";
import { formatRecord } from "../../src/formats/record-form.js";
import { makeRecord } from "../support/make-record.js";

test("an index is spelt as JSON.stringify spells it, the first time and from then on, whatever stands in it", () => {
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
  return `${JSON.stringify(sealIndex({ ...json, checkpoints: records.map(formatRecord) }), null, 2)}\n`;
}
