import { describe, expect, onTestFinished, test, vi } from "vitest";
import { makeLegacyRecord, parseIndex, type CheckpointId, type CheckpointRecord } from "../../src/formats/index.js";

const PATH = "/change/.checkpoints/state.json";
const ID = "checkpoint-20251020-143025-step02";

function parse(checkpoints: unknown, rest: Record<string, unknown> = {}) {
  return parseIndex(JSON.stringify({ change_id: "add-berth-map", checkpoints, ...rest }), PATH);
}

function parseOne(parts: Record<string, unknown>): CheckpointRecord | undefined {
  return parse([{ checkpoint_id: ID, ...parts }]).index.checkpoints[0];
}

test("an index without a version is a legacy one", () => {
  const { index, isLegacy, warnings } = parse([{ checkpoint_id: ID }]);
  expect(isLegacy).toBe(true);
  expect(warnings).toEqual([]);
  expect(index).toMatchObject({ changeId: "add-berth-map", nextSequence: 2, claims: null, restores: [] });
});

test.each([
  ["no list", {}],
  ["null", null],
  ["missing", undefined],
])("checkpoints that are %s make the index unusable", (_, list) => {
  expect(() => parse(list)).toThrow(expect.objectContaining({ code: "INDEX_UNUSABLE" }));
});

test.each<[string, Record<string, unknown>, Partial<CheckpointRecord>]>([
  [
    "the original's keys",
    { step_num: 3, files_snapshot: ["a.md", "b.md"] },
    { stepNumber: 3, files: ["a.md", "b.md"], fileCount: 2, type: "step" },
  ],
  ["the documented keys", { step_number: 4, files: ["a.md"] }, { stepNumber: 4, files: ["a.md"], fileCount: 1 }],
  ["both, where the original's win", { step_num: 3, step_number: 4 }, { stepNumber: 3 }],
  ["neither: the id tells", {}, { stepNumber: 2, type: "step", createdAt: "2025-10-20T14:30:25.000Z" }],
  ["step 99, which is a backup", { step_num: 99 }, { stepNumber: 99, type: "backup" }],
  ["a step that is none", { step_num: "5" }, { stepNumber: 2 }],
  ["a step below zero", { step_num: -1 }, { stepNumber: 2 }],
  ["empty notes", { notes: "", step_name: "" }, { notes: null, stepName: null }],
  ["notes", { notes: "für Inés" }, { notes: "für Inés" }],
  ["notes that are no text", { notes: 5 }, { notes: null }],
  ["no commit", { git_commit: null }, { gitCommit: null }],
  ["an empty commit", { git_commit: "" }, { gitCommit: null }],
  ["a success", { success: true }, { success: true }],
  ["a success that is none", { success: "true" }, { success: null }],
  ["files that are no texts", { files_snapshot: ["a.md", 1, null] }, { files: ["a.md"], fileCount: 3 }],
  ["files that are no list", { files_snapshot: "a.md" }, { files: [], fileCount: 0 }],
  ["keys that nobody knows", { cost: 1, pinned: true }, { unknownKeys: { cost: 1, legacy_pinned: true }, isPinned: false }],
])("an entry with %s", (_, entry, expected) => {
  expect(parseOne(entry)).toMatchObject(expected);
});

test.each([
  ["2025-10-20T14:30:25.123456", "2025-10-20T14:30:25.123Z"],
  ["2025-10-20T14:30:25", "2025-10-20T14:30:25.000Z"],
  ["2025-10-20 14:30:25.5", "2025-10-20T14:30:25.500Z"],
  ["2025-10-20T14:30:25Z", "2025-10-20T14:30:25.000Z"],
  ["2025-10-20T16:30:25.999999+02:00", "2025-10-20T14:30:25.999Z"],
  ["2025-10-20T09:30:25-0500", "2025-10-20T14:30:25.000Z"],
  // What cannot be read gives way to the time in the id.
  ["2025-13-40T99:00:00", "2025-10-20T14:30:25.000Z"],
  ["yesterday", "2025-10-20T14:30:25.000Z"],
  [1760970625, "2025-10-20T14:30:25.000Z"],
])("the time %j means %s, whatever the zone of this machine", (timestamp, createdAt) => {
  vi.stubEnv("TZ", "America/St_Johns");
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(new Date(2025, 0).getTimezoneOffset()).toBe(210);
  expect(parseOne({ timestamp })).toMatchObject({ createdAt });
});

test("of entries with one id the later one stays, in its later place", () => {
  const other = "checkpoint-20251020-143025-step03";
  const { index, warnings } = parse([
    { checkpoint_id: ID, notes: "first" },
    { checkpoint_id: other },
    { checkpoint_id: ID, notes: "second" },
  ]);
  expect(index.checkpoints).toMatchObject([
    { id: other, sequence: 1 },
    { id: ID, sequence: 2, notes: "second" },
  ]);
  expect(warnings).toEqual([`${ID} stands twice in the legacy index; the later entry is used`]);
});

test.each([[null], [7], ["checkpoint"], [[]], [{}], [{ checkpoint_id: 7 }], [{ checkpoint_id: "../../etc" }], [{ checkpoint_id: "" }]])(
  "the entry %j is left out with a warning",
  (entry) => {
    const { index, warnings } = parse([entry, { checkpoint_id: ID }]);
    expect(index.checkpoints).toMatchObject([{ id: ID, sequence: 1 }]);
    expect(warnings).toEqual(["entry 1 of the legacy index cannot be read and is left out"]);
  },
);

test("keys of the index that nobody knows are kept, and those with a name of ours under another one", () => {
  const { index } = parse([], { tool_version: "1.4.0", claims: "theirs", last_successful_step: 3 });
  expect(index.unknownKeys).toEqual({ tool_version: "1.4.0", legacy_claims: "theirs" });
});

describe("a folder that no index lists tells by its name", () => {
  test.each<[string, Partial<CheckpointRecord>]>([
    ["checkpoint-20251020-143025-step02", { type: "step", stepNumber: 2, createdAt: "2025-10-20T14:30:25.000Z" }],
    ["checkpoint-20251020-143025-step99", { type: "backup", stepNumber: 99 }],
    ["checkpoint-20251020-143025-backup", { type: "backup", stepNumber: null }],
    ["checkpoint-20251020-143025-manual-2", { type: "manual", stepNumber: null }],
    ["checkpoint-20251020-143025-anything", { type: "manual", stepNumber: null }],
  ])("%s", (id, expected) => {
    expect(makeLegacyRecord(id as CheckpointId)).toMatchObject({ id, success: null, manifestSha256: null, ...expected });
  });

  test("checkpoint-20259999-999999-step99, whose time is none: every time can be read", () => {
    const { createdAt } = makeLegacyRecord("checkpoint-20259999-999999-step99" as CheckpointId);
    expect(Date.parse(createdAt)).not.toBeNaN();
  });
});
