import fc from "fast-check";
import { expect, test } from "vitest";
import { sealIndex } from "../../src/formats/index-seal.js";
import { formatIndexText } from "../../src/formats/index-text.js";
import { formatRecord } from "../../src/formats/record-form.js";
import { makeRecord } from "../support/make-record.js";

test("an index is spelt as JSON.stringify spells it, the first time and from then on, whatever stands in it", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('"checkpoints": []', '\\"checkpoints": []', "\n    ", "],"));
  const record = fc.record({ notes: text, metadata: fc.dictionary(text, text), files: fc.array(text) }).map((parts) => makeRecord(parts));
  fc.assert(
    fc.property(text, fc.array(record, { maxLength: 5 }), fc.nat(), (changeId, records, removed) => {
      const json = { format_version: 1, change_id: changeId, checkpoints: [], next_sequence: 7, extra: { checkpoints: [] } };
      const fewer = records.filter((_, at) => at !== removed % 5);
      for (const some of [records, [...fewer, makeRecord({ notes: changeId })], records]) {
        const whole = `${JSON.stringify(sealIndex({ ...json, checkpoints: some.map(formatRecord) }), null, 2)}\n`;
        expect(formatIndexText(json, some)).toBe(whole);
      }
    }),
    { numRuns: 40 },
  );
});
