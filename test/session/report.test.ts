import { expect, test } from "vitest";
import { measureSession } from "../../src/session/metrics.js";
import { periodOf } from "../../src/session/periods.js";
import { reportActivity, summarizeCheckpoints } from "../../src/session/index.js";
import type { RestoreRecord, SessionRecord } from "../../src/formats/index.js";
import { makeRecord } from "../support/make-record.js";

test.each([
  ["2026-01-01T00:00:00.000Z", "2026-01-01", "2026-W01", "2026-01"],
  ["2025-12-29T00:00:00.000Z", "2025-12-29", "2026-W01", "2025-12"],
  ["2027-01-03T23:59:59.999Z", "2027-01-03", "2026-W53", "2027-01"],
  ["2026-03-29T01:30:00.000Z", "2026-03-29", "2026-W13", "2026-03"],
  ["2026-10-25T23:30:00.000Z", "2026-10-25", "2026-W43", "2026-10"],
])("%s is of the day %s, the week %s and the month %s, wherever the reader is", (moment, day, week, month) => {
  const zone = process.env["TZ"];
  try {
    for (const each of ["UTC", "Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"]) {
      process.env["TZ"] = each;
      expect([periodOf(moment, "day"), periodOf(moment, "week"), periodOf(moment, "month")]).toEqual([day, week, month]);
    }
  } finally {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  }
});

const records = [
  makeRecord({ sequence: 1, createdAt: "2026-01-05T08:00:00.000Z", type: "step", stepNumber: 1, success: true, totalBytes: 100 }),
  makeRecord({
    sequence: 2,
    createdAt: "2026-01-06T08:00:00.000Z",
    type: "step",
    stepNumber: 2,
    success: false,
    totalBytes: 150,
    rollbackUsed: true,
    rollbackCount: 2,
  }),
  makeRecord({ sequence: 3, createdAt: "2026-01-06T09:00:00.000Z", type: "backup", totalBytes: 9000 }),
  makeRecord({ sequence: 4, createdAt: "2026-01-13T08:00:00.000Z", type: "task_complete", taskId: "7", success: true, totalBytes: 120 }),
  makeRecord({ sequence: 5, createdAt: "2026-01-14T08:00:00.000Z", type: "task_complete", taskId: "9", success: null, totalBytes: 400 }),
];
const session = {
  startedAt: "2026-01-13T07:00:00.000Z",
  events: [
    { at: "2026-01-13T08:00:00.000Z", kind: "task", taskId: "7", success: true, checkpointId: records[3]?.id },
    { at: "2026-01-13T09:00:00.000Z", kind: "task", taskId: "8", success: true },
    { at: "2026-01-13T10:00:00.000Z", kind: "task", taskId: "8", success: false },
  ],
} as SessionRecord;
const restore = { at: "2026-01-06T09:00:00.000Z" } as RestoreRecord;

test("a report has a row for each week in which something happened, and their sum", () => {
  const { rows, total } = reportActivity({ records, restores: [restore], sessions: [session] }, "week");
  expect(rows).toEqual([
    {
      period: "2026-W02",
      checkpoints: 3,
      byType: { backup: 1, step: 2 },
      restores: 1,
      sessions: 0,
      tasksCompleted: 0,
      tasksFailed: 0,
      stepsSucceeded: 1,
      stepsFailed: 1,
      successRatio: 0.5,
      growthBytes: 50,
    },
    {
      period: "2026-W03",
      checkpoints: 2,
      byType: { task_complete: 2 },
      restores: 0,
      sessions: 1,
      tasksCompleted: 2,
      tasksFailed: 1,
      stepsSucceeded: 0,
      stepsFailed: 0,
      successRatio: 0.6667,
      growthBytes: 250,
    },
  ]);
  expect(total).toMatchObject({
    period: "total",
    checkpoints: 5,
    restores: 1,
    sessions: 1,
    tasksCompleted: 2,
    successRatio: 0.6,
    growthBytes: 300,
  });
});

test("a report of nothing has no rows, and knows no ratio and no growth", () => {
  const { rows, total } = reportActivity({ records: [], restores: [], sessions: [] }, "day");
  expect(rows).toEqual([]);
  expect(total).toMatchObject({ checkpoints: 0, successRatio: null, growthBytes: null });
});

test("a summary counts the checkpoints by type, and those that were used", () => {
  expect(summarizeCheckpoints(records)).toMatchObject({
    total: 5,
    byType: { backup: 1, step: 2, task_complete: 2 },
    usedForRollback: 1,
    rollbacks: 2,
    successful: 2,
    failed: 1,
    latest: { id: records[4]?.id },
  });
  expect(summarizeCheckpoints([])).toMatchObject({ total: 0, byType: {}, latest: null });
});

test("a session's metrics are a fold over its events", () => {
  expect(
    measureSession(
      session,
      "2026-01-13T11:00:00.000Z",
      records.slice(3).map(({ id }) => id),
    ),
  ).toEqual({
    durationMs: 4 * 3_600_000,
    checkpoints: 2,
    tasksCompleted: 1,
    tasksFailed: 1,
    successRatio: 0.5,
    tokens: null,
    peakMemoryBytes: null,
  });
  expect(measureSession({ startedAt: session.startedAt, events: [] }, "2026-01-01T00:00:00.000Z", [])).toMatchObject({
    durationMs: 0,
    successRatio: null,
  });
});
