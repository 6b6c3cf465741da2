import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyIndex, formatIndex, INDEX_FORMAT_VERSION, parseIndex, type StoreIndex } from "../../src/formats/index.js";
import { fullIndex, fullRecord, records } from "./made-up.js";
import { schemaProblems } from "./schemas.js";

type Json = Record<string, unknown>;

const PATH = "/change/.checkpoints/state.json";
const parse = (text: string): StoreIndex => parseIndex(text, PATH).index;

describe("an index that is written and read again", () => {
  test.each<[string, StoreIndex]>([
    ["with one of everything", fullIndex()],
    ["without checkpoints", emptyIndex("add-tide-gauge")],
  ])("%s is the same, and as the schema says", (_, index) => {
    const text = formatIndex(index);
    expect(parseIndex(text, PATH)).toEqual({ index, isLegacy: false, isAltered: false, warnings: [] });
    expect(schemaProblems("index", JSON.parse(text))).toEqual([]);
  });

  test("is the same whatever stands in its records", () => {
    const lists = fc.uniqueArray(records, { selector: ({ sequence }) => sequence, maxLength: 5 });
    fc.assert(
      fc.property(lists, (checkpoints) => {
        const sorted = [...checkpoints].sort((one, other) => one.sequence - other.sequence);
        const index = { ...emptyIndex("x"), checkpoints: sorted, nextSequence: 2_000_000 };
        const text = formatIndex(index);
        expect(parse(text)).toEqual(JSON.parse(JSON.stringify(index)));
        expect(formatIndex(parse(text))).toBe(text);
        expect(schemaProblems("index", JSON.parse(text))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test("shows the documented keys of a checkpoint first", () => {
    const keys = Object.keys(record(JSON.parse(formatIndex(fullIndex())) as Json));
    expect(keys.slice(0, 9).join()).toBe("checkpoint_id,step_number,step_name,timestamp,files,git_commit,success,notes,sequence");
  });

  test("tells the last successful step, by sequence", () => {
    const done = (sequence: number, stepNumber: number | null, success: boolean | null) =>
      fullRecord({ id: `checkpoint-20251020-143025-step-${sequence}` as never, sequence, stepNumber, success });
    const index = { ...emptyIndex("x"), checkpoints: [done(1, 3, true), done(2, 2, true), done(3, 4, false), done(4, null, true)] };
    expect(JSON.parse(formatIndex(index))).toMatchObject({ last_successful_step: 2 });
    expect(JSON.parse(formatIndex(emptyIndex("x")))).toMatchObject({ last_successful_step: null });
  });

  test("may begin with a byte order mark, and its checkpoints may stand in any order", () => {
    const index = fullIndex();
    const text = formatIndex({ ...index, checkpoints: index.checkpoints.toReversed() });
    expect(parse(`\ufeff${text}`)).toEqual(index);
  });

  test("never gives out a sequence that a checkpoint has, whatever next_sequence says", () => {
    expect(parse(formatIndex(fullIndex({ nextSequence: 1 }))).nextSequence).toBe(10);
  });
});

describe("keys that nobody knows are kept", () => {
  test("in the index and in its records, also those that objects know", () => {
    const text = edit((json) => {
      Object.defineProperty(json, "__proto__", { value: { theirs: 1 }, enumerable: true });
      record(json)["constructor"] = "theirs";
      Object.assign(record(json), { nested: { deep: [1, null] } });
    });
    const again = JSON.parse(formatIndex(parse(text))) as Json;
    expect(Object.entries(again)).toContainEqual(["__proto__", { theirs: 1 }]);
    expect(again).toMatchObject({ tool_version: "1.4.0" });
    expect(record(again)).toMatchObject({ constructor: "theirs", nested: { deep: [1, null] }, cost_cents: 184 });
  });

  test("in the claims", () => {
    const text = edit((json) => Object.assign(json["claims"] as Json, { theirs: 1 }));
    expect(JSON.parse(formatIndex(parse(text)))).toMatchObject({ claims: { theirs: 1 } });
  });

  test.each<[string, (json: Json) => Json]>([
    ["a restore", (json) => (json["restores"] as Json[])[0] ?? {}],
    ["the counts of a restore", (json) => ((json["restores"] as Json[])[0] ?? {})["counts"] as Json],
    ["a run", (json) => record(json)["run"] as Json],
    ["a runner", (json) => (record(json)["run"] as Json)["runner"] as Json],
    ["a verify command", (json) => (record(json)["run"] as Json)["verify"] as Json],
  ])("in %s", (_, find) => {
    const text = edit((json) => Object.assign(find(json), { theirs: 1 }));
    expect(find(JSON.parse(formatIndex(parse(text))) as Json)).toMatchObject({ theirs: 1 });
  });
});

describe("an index is refused", () => {
  test.each([
    ["empty", ""],
    ["zeros, as a power cut leaves them", "\0".repeat(100)],
    ["not JSON", "{checkpoints: []}"],
    ["a list", "[]"],
    ["null", "null"],
    ["of another program", '{"name":"app","version":"1.0.0"}'],
    ["followed by something", `${formatIndex(emptyIndex("x"))}x`],
  ])("when it is %s", (_, text) => {
    expectUnusable(text);
  });

  test("wherever it is cut off", () => {
    const text = formatIndex(fullIndex());
    for (let length = 0; length < text.trimEnd().length; length += 7) expectUnusable(text.slice(0, length));
  });

  test.each([0, -1, 1.5, "1", null, true, {}].map((version) => [version]))("when its format_version is %j", (version) => {
    expectUnusable(edit((json) => (json["format_version"] = version)));
  });

  test("when a later version wrote it, by an error of its own", () => {
    const text = edit((json) => Object.assign(json, { format_version: INDEX_FORMAT_VERSION + 1, checkpoints: "whatever" }));
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: "FORMAT_TOO_NEW", exitStatus: 12, details: { path: PATH, found: 2, supported: 1 } }),
    );
  });

  test.each<[string, (json: Json) => void]>([
    ["no change_id", (json) => delete json["change_id"]],
    ["no next_sequence", (json) => delete json["next_sequence"]],
    ["a next_sequence of 0", (json) => (json["next_sequence"] = 0)],
    ["checkpoints that are no list", (json) => (json["checkpoints"] = {})],
    ["a checkpoint that is null", (json) => (json["checkpoints"] as unknown[]).push(null)],
    ["a claimed second that is none", (json) => ((json["claims"] as Json)["second"] = "now")],
    ["a label claimed 0 times", (json) => ((json["claims"] as Json)["labels"] = { manual: 0 })],
    ["a restore without counts", (json) => delete (json["restores"] as Json[])[0]?.["counts"]],
    ["a restore to no id", (json) => Object.assign((json["restores"] as Json[])[0] ?? {}, { target: "../../etc" })],
    ["a restore with an unknown result", (json) => Object.assign((json["restores"] as Json[])[0] ?? {}, { result: "maybe" })],
    ["the same id twice", (json) => Object.assign(record(json, 1), { checkpoint_id: record(json)["checkpoint_id"] })],
    ["the same sequence twice", (json) => Object.assign(record(json, 1), { sequence: record(json)["sequence"] })],
  ])("for %s", (_, spoil) => {
    expectUnusable(edit(spoil));
  });

  test.each<[string, unknown]>([
    ["checkpoint_id", "../../../etc/passwd"],
    ["checkpoint_id", "checkpoint-20251020-143025-step02/../x"],
    ["checkpoint_id", "checkpoint-20251020-143025-step02\n"],
    ["checkpoint_id", "checkpoint-20251020-143025-Step02"],
    ["checkpoint_id", `checkpoint-20251020-143025-${"a".repeat(120)}`],
    ["checkpoint_id", 7],
    ["sequence", 0],
    ["sequence", 1.5],
    ["sequence", "1"],
    ["type", "unheard-of"],
    ["timestamp", "yesterday"],
    ["timestamp", "2025-10-20T14:30:25"],
    ["timestamp", "2025-10-20T14:30:25+02:00"],
    ["step_number", -1],
    ["step_number", "2"],
    ["files", "a.txt"],
    ["files", [1]],
    ["file_count", -1],
    ["total_bytes", Infinity],
    ["success", "yes"],
    ["phase", "later"],
    ["stage", "end"],
    ["session_id", 7],
    ["workflow_id", ["a"]],
    ["state", 3],
    ["state", { tests_passing: -1 }],
    ["state", { tests_failing: "none" }],
    ["tags", [null]],
    ["metadata", { a: 1 }],
    ["metadata", []],
    ["pinned", "no"],
    ["rollback_count", -1],
    ["manifest_sha256", "A".repeat(64)],
    ["run", { status: "finished" }],
    ["run", { status: "asleep", command: [], started_at: "", runner: { pid: 1, host: "" } }],
    ["run", { status: "running", command: "rm -rf", started_at: "", runner: { pid: 1, host: "" } }],
    ["run", { status: "running", command: [], started_at: "", runner: { pid: -1, host: "" } }],
  ])("for a record with %s = %j", (key, value) => {
    expectUnusable(edit((json) => (record(json)[key] = value)));
  });

  test.each(["checkpoint_id", "timestamp", "sequence", "type", "file_count", "total_bytes"])("for a record without %s", (key) => {
    expectUnusable(edit((json) => delete record(json)[key]));
  });

  test("for a sequence after which no other can come", () => {
    expectUnusable(edit((json) => (record(json)["sequence"] = Number.MAX_SAFE_INTEGER)));
  });

  test("for a time that is none, which no command could print", () => {
    expectUnusable(edit((json) => (record(json)["timestamp"] = "2025-99-99T99:99:99Z")));
  });

  test("and what may be missing has its default", () => {
    const required = ["checkpoint_id", "timestamp", "sequence", "type", "file_count", "total_bytes"];
    const text = edit((json) => {
      for (const key of Object.keys(record(json))) if (!required.includes(key)) delete record(json)[key];
      for (const key of ["claims", "restores", "last_successful_step"]) delete json[key];
    });
    const { checkpoints, claims, restores } = parse(text);
    expect(claims).toBeNull();
    expect(restores).toEqual([]);
    expect(checkpoints[0]).toMatchObject({ files: [], success: null, tags: [], isPinned: false, isComplete: true, run: null });
    expect(checkpoints[0]).toMatchObject({ sessionId: null, workflowId: null, state: null });
  });

  test("a state snapshot's missing counters are 0, and what it has beside them is kept", () => {
    const text = edit((json) => (record(json)["state"] = { tests_passing: 3, coverage: 0.9 }));
    const index = parse(text);
    expect(index.checkpoints[0]?.state).toMatchObject({ testsPassing: 3, testsFailing: 0, unknownKeys: { coverage: 0.9 } });
    expect((JSON.parse(formatIndex(index)) as { checkpoints: Json[] }).checkpoints[0]?.["state"]).toEqual({
      tasks_completed: 0,
      decisions_made: 0,
      files_modified: 0,
      files_created: 0,
      tests_passing: 3,
      tests_failing: 0,
      coverage: 0.9,
    });
  });
});

function expectUnusable(text: string): void {
  expect(() => parse(text)).toThrow(
    expect.objectContaining({ code: "INDEX_UNUSABLE", exitStatus: 12, details: expect.objectContaining({ path: PATH }) as unknown }),
  );
}

function record(json: Json, position = 0): Json {
  return (json["checkpoints"] as Json[])[position] ?? {};
}

/** The text of a full index after a change by hand. */
function edit(change: (json: Json) => void): string {
  const json = JSON.parse(formatIndex(fullIndex())) as Json;
  change(json);
  // 1e400 is what JSON reads as infinity, and has no other way to be written.
  return JSON.stringify(json, (_, value: unknown) => (value === Infinity ? "1e400" : value)).replace('"1e400"', "1e400");
}
