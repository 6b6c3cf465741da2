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
      expect(encodeIndexText(odd, records).toString()).toBe(spelt(odd, records.map(formatListedRecord)));
      const fewer = records.filter((_, at) => at !== removed % 5);
      for (const some of [records, [...fewer, makeRecord({ notes: changeId })], records]) {
        expect(encodeIndexText(json, some).toString()).toBe(spelt(json, some.map(formatListedRecord)));
      }
    }),
    { numRuns: 40 },
  );
});

function spelt(json: object, list: readonly object[]): string {
  const whole = { ...json, checkpoints: list };
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
  const read = (from: Buffer): ParsedIndex => parseIndex(from, "state.json");

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

  test("is written with a row more each time, and with fewer again", () => {
    let { checkpoints } = read(bytes).index;
    for (const sequence of [201, 202, 203]) {
      checkpoints = [...checkpoints, makeRecord({ id: `checkpoint-20251020-143025-step-${sequence}` as CheckpointId, sequence })];
      expect(formatIndex({ ...index, checkpoints })).toBe(formatIndex({ ...index, checkpoints: structuredClone(checkpoints) }));
    }
    for (const kept of [checkpoints.slice(0, -2), checkpoints.slice(0, 50), checkpoints.slice(1), []]) {
      expect(formatIndex({ ...index, checkpoints: kept })).toBe(formatIndex({ ...index, checkpoints: structuredClone(kept) }));
    }
  });

  test("keeps what only looks like the files of a record", () => {
    const files = ['"files":["a"],"git_commit":', '"],"git_commit":null', "[id].tsx", "],", '\\"]'] as RelativePath[];
    const own = { files: ["theirs"], git_commit: null };
    const odd = [
      { files: [...files, ...longFiles], stepName: '"files":["x"],"git_commit":' },
      { files: longFiles, unknownKeys: { own, "7": own } },
      { files: longFiles, unknownKeys: { own } },
      { files: [], notes: "none" },
      { files: longFiles, metadata: { own: JSON.stringify(own) } },
    ];
    const checkpoints = records.map((record, number) => ({ ...record, ...odd[number] }));
    const text = formatIndex({ ...index, checkpoints });
    const parsed = read(Buffer.from(text));
    expect(parsed).toEqual(parseIndex(text, "state.json"));
    expect(parsed.index.checkpoints).toEqual(checkpoints);
    expect(formatIndex({ ...parsed.index, checkpoints: structuredClone(parsed.index.checkpoints) })).toBe(text);
  });

  test("keeps what another program has put before the files of a record", () => {
    const { checkpoints: rows, ...others } = JSON.parse(bytes.toString()) as { checkpoints: object[] };
    const own = { files: ["theirs"], git_commit: null };
    const checkpoints = rows.map((row) => ({
      ...Object.fromEntries([...Object.entries(row).slice(0, 1), ["own", own]]),
      ...row,
    }));
    const json = Object.fromEntries(Object.entries(others).filter(([key]) => key !== "index_crc32"));
    const text = spelt({ ...json, checkpoints: [] }, checkpoints);
    const { index: parsed, isAltered } = read(Buffer.from(text));
    expect(isAltered).toBe(false);
    expect(parsed.checkpoints.map(({ unknownKeys }) => unknownKeys)).toEqual(checkpoints.map(() => ({ own })));
    expect(parsed.checkpoints.map(({ files }) => files)).toEqual(records.map(({ files }) => files));
  });

  test("whose lines end elsewhere than behind a record is read as a whole", () => {
    const lines = bytes.toString().split("\n");
    const first = lines.findIndex((line) => line.startsWith('    {"checkpoint_id"'));
    // Two records on one line, and another one on two: as many lines as records, and no change but of white space.
    const joined = `${lines[first]}${lines[first + 1]?.trim()}`;
    const broken = (lines[first + 2] as string).replace(',"files"', ',\n    "files"');
    const text = [...lines.slice(0, first), joined, broken, ...lines.slice(first + 3)].join("\n");
    const parsed = read(Buffer.from(text));
    expect(parsed).toEqual(read(bytes));
    expect(formatIndex({ ...parsed.index, checkpoints: parsed.index.checkpoints.slice(1) })).toBe(
      formatIndex({ ...index, checkpoints: records.slice(1) }),
    );
  });

  test.each([null, 1, [], {}, { checkpoint_id: 7 }])("is refused where %j stands for a record, as any other is", (row) => {
    const text = bytes.toString().replace("[\n    {", `[\n    ${JSON.stringify(row)},\n    {`);
    expect(() => read(Buffer.from(text))).toThrow(expect.objectContaining({ code: "INDEX_UNUSABLE" }));
  });

  test("is gone through once, also when none of its many rows names a file", () => {
    const rows = Array.from({ length: 200_000 }, () => '    {"files":1}').join(",\n");
    const text = `{\n  "format_version": 1,\n  "checkpoints": [\n${rows}\n  ],\n  "index_crc32": "00000000"\n}\n`;
    expect(() => read(Buffer.from(text))).toThrow("state.json: ");
  });

  test("says so when it is asked for files that are none", () => {
    const forged = records.map((record) => ({ ...record, files: [7] as unknown as RelativePath[] }));
    const padding = { theirs: "x".repeat(200_000) };
    const [record] = read(Buffer.from(formatIndex({ ...index, checkpoints: forged, unknownKeys: padding }))).index.checkpoints;
    expect(record?.id).toBe("checkpoint-20251020-143025-step-0");
    expect(() => record?.files).toThrow("state.json: the files of checkpoint-20251020-143025-step-0 are not all texts");
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
