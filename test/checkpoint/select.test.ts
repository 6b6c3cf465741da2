import { describe, expect, test } from "vitest";
import { findRecord, selectRecords } from "../../src/checkpoint/index.js";
import type { CheckpointRecord } from "../../src/index.js";
import { makeRecord } from "../support/make-record.js";

/** Oldest first; sequences tell the order, times and places in the list do not. */
const RECORDS: CheckpointRecord[] = [
  makeRecord({
    sequence: 1,
    createdAt: "2026-01-31T12:00:00Z",
    type: "step",
    stepNumber: 1,
    id: "checkpoint-20260131-120000-step01" as never,
    tags: ["red"],
  }),
  makeRecord({
    sequence: 2,
    createdAt: "2026-01-31T12:00:00Z",
    type: "step",
    stepNumber: 2,
    id: "checkpoint-20260131-120000-step02" as never,
  }),
  makeRecord({
    sequence: 3,
    createdAt: "2026-01-30T09:00:00Z",
    type: "manual",
    taskId: "7",
    stage: "start",
    phase: "implement",
    sessionId: "s1",
    metadata: { ticket: "42", owner: "" },
    id: "checkpoint-20260130-090000-manual" as never,
    tags: ["red"],
  }),
  makeRecord({
    sequence: 4,
    createdAt: "2026-02-01T08:00:00Z",
    type: "step",
    stepNumber: 2,
    id: "checkpoint-20260201-080000-step02" as never,
  }),
  makeRecord({
    sequence: 5,
    createdAt: "2026-02-01T08:00:01Z",
    type: "backup",
    stepNumber: 2,
    id: "checkpoint-20260201-080001-backup" as never,
  }),
  makeRecord({
    sequence: 6,
    createdAt: "2026-02-01T08:00:02Z",
    type: "task_complete",
    taskId: "7",
    stage: "validated",
    phase: "validate",
    sessionId: "s1",
    workflowId: "w",
    metadata: { ticket: "43" },
    id: "checkpoint-20260201-080002-task_complete" as never,
  }),
  makeRecord({
    sequence: 7,
    createdAt: "2026-02-01T08:00:03Z",
    type: "task_complete",
    taskId: "7/x",
    id: "checkpoint-20260201-080003-task_complete" as never,
  }),
  makeRecord({ sequence: 8, createdAt: "2026-02-01T08:00:04Z", type: "backup", id: "checkpoint-20260201-080004-backup" as never }),
];
/** As they could stand in an index that somebody edited. */
const SHUFFLED = [3, 7, 0, 5, 1, 6, 2, 4].map((position) => RECORDS[position] as CheckpointRecord);

describe("an id names", () => {
  test.each([
    ["checkpoint-20260131-120000-step02", 2],
    ["20260131-120000-step02", 2],
    ["090000", 3],
    ["step01", 1],
    ["manual", 3],
    ["080002", 6],
    ["latest", 7],
    ["latest~0", 7],
    ["latest~1", 6],
    ["latest~2", 4],
    ["latest~5", 1],
    ["step:1", 1],
    ["step:2", 4],
    ["step:002", 4],
    ["task:7", 6],
    ["task:7/start", 3],
    ["task:7/validated", 6],
    ["backup", 8],
  ])("%s → the one with sequence %i", (text, sequence) => {
    expect(findRecord(SHUFFLED, text).sequence).toBe(sequence);
  });

  test.each([
    ["nonsense"],
    ["latest~6"],
    ["latest~"],
    ["latest~-1"],
    ["LATEST"],
    ["step:3"],
    ["step:"],
    ["step:one"],
    ["task:8"],
    ["task:7/implementation"],
    ["task:"],
    ["checkpoint-20260131-120000-step03"],
    [".*"],
    ["step0?"],
  ])("%s → none", (text) => {
    expect(() => findRecord(SHUFFLED, text)).toThrow(expect.objectContaining({ code: "CHECKPOINT_NOT_FOUND" }));
  });

  test.each([["checkpoint"], ["step02"], ["2026"], ["-"], ["task_complete"]])("%s → more than one, all named", (text) => {
    const matches = RECORDS.filter(({ id }) => id.includes(text)).map(({ id }) => id as string);
    expect(matches.length).toBeGreaterThan(1);
    expect(() => findRecord(RECORDS, text)).toThrow(expect.objectContaining({ code: "AMBIGUOUS_ID", details: { id: text, matches } }));
  });

  test.each([[""], [" "], ["\n"]])("%j → no id at all", (text) => {
    expect(() => findRecord(RECORDS, text)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  test("a full id wins over longer ones that contain it", () => {
    const id = "checkpoint-20260131-120000-step02";
    const records = [makeRecord({ sequence: 1, id: id as never }), makeRecord({ sequence: 2, id: `${id}-2` as never })];
    expect(findRecord(records, id).sequence).toBe(1);
    expect(findRecord(records, `${id}-2`).sequence).toBe(2);
    expect(() => findRecord(records, "step02")).toThrow(expect.objectContaining({ code: "AMBIGUOUS_ID" }));
  });

  test("a full id that is gone is not a part of the next one's of that second", () => {
    const records = [makeRecord({ sequence: 2, id: "checkpoint-20260131-120000-step02-2" as never })];
    expect(() => findRecord(records, "checkpoint-20260131-120000-step02")).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_NOT_FOUND" }),
    );
    expect(findRecord(records, "step02").sequence).toBe(2);
  });

  test("backup without any is nothing to undo; latest without any is none", () => {
    const backups = RECORDS.filter(({ type }) => type === "backup");
    expect(() => findRecord([], "backup")).toThrow(expect.objectContaining({ code: "NOTHING_TO_UNDO" }));
    expect(() => findRecord(backups, "latest")).toThrow(expect.objectContaining({ code: "CHECKPOINT_NOT_FOUND" }));
  });

  test("a task whose name has a slash in it, by that name", () => {
    expect(findRecord(RECORDS, "task:7/x").sequence).toBe(7);
  });
});

describe("a list shows", () => {
  test.each<[string, Parameters<typeof selectRecords>[1], number[]]>([
    ["all, oldest first by sequence", {}, [1, 2, 3, 4, 5, 6, 7, 8]],
    ["the newest few, oldest first", { limit: 3 }, [6, 7, 8]],
    ["no more than there are", { limit: 99 }, [1, 2, 3, 4, 5, 6, 7, 8]],
    ["a type", { type: "backup" }, [5, 8]],
    ["a step, its backups too", { step: 2 }, [2, 4, 5]],
    ["a task", { taskId: "7" }, [3, 6]],
    ["a tag", { tag: "red" }, [1, 3]],
    ["a stage", { stage: "validated" }, [6]],
    ["a stage of a task", { taskId: "7", stage: "start" }, [3]],
    ["a phase", { phase: "implement" }, [3]],
    ["a session", { sessionId: "s1" }, [3, 6]],
    ["a workflow", { workflowId: "w" }, [6]],
    ["a key of the metadata", { metadata: { ticket: null } }, [3, 6]],
    ["a key of the metadata and its value", { metadata: { ticket: "42", owner: "" } }, [3]],
    ["no key that objects have by themselves", { metadata: { constructor: null } }, []],
    ["since a moment, that moment included", { since: new Date("2026-02-01T08:00:02Z") }, [6, 7, 8]],
    ["what meets all conditions", { taskId: "7", tag: "red", limit: 1 }, [3]],
    ["the newest of those that meet them", { step: 2, limit: 1 }, [5]],
    ["nothing", { type: "auto" }, []],
  ])("%s", (_, filter, sequences) => {
    expect(selectRecords(SHUFFLED, filter).map(({ sequence }) => sequence)).toEqual(sequences);
  });

  test.each([0, -1, 1.5, Number.NaN])("no limit of %d", (limit) => {
    expect(() => selectRecords(RECORDS, { limit })).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
