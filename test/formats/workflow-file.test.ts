import { describe, expect, test } from "vitest";
import { formatWorkflow, parseWorkflow, type CheckpointId, type WorkflowRecord } from "../../src/formats/index.js";
import { schemaProblems } from "./schemas.js";

const RECORD: WorkflowRecord = {
  id: "add-tide-gauge",
  name: "Add a tide gauge",
  version: "1.2",
  createdAt: "2026-03-04T08:00:00.000Z",
  updatedAt: "2026-03-04T08:10:00.000Z",
  file: "stepback.workflow.yaml",
  originalRequest: "The harbour wants\nto know the tide. ✓",
  metadata: { ticket: "42" },
  steps: [
    { number: 0, name: "Understand", unknownKeys: { colour: "red" } },
    { number: 1, name: "Create Proposal" },
    { number: 7, name: "Create Specs" },
  ],
  completed: [
    {
      number: 1,
      completedAt: "2026-03-04T08:05:00.000Z",
      isSkipped: false,
      checkpointId: "checkpoint-20260304-080000-step01" as CheckpointId,
      attempts: 2,
      durationMs: 1900,
      artifacts: ["proposal.md"],
    },
  ],
  failure: { number: 7, failedAt: "2026-03-04T08:10:00.000Z", reason: "exit code 1", checkpointId: null, attempts: 1 },
  pendingRestore: { number: 0, checkpointId: "checkpoint-20260304-080000-step00" as CheckpointId },
  settledSequence: 12,
  runner: { pid: 7, startTime: "1", bootId: null, pidNamespace: null, host: "quay" },
  unknownKeys: { chapters: [1] },
};

test("a record is read as it was written, unknown keys included, and is as its schema says", () => {
  const text = formatWorkflow(RECORD);
  expect(parseWorkflow(text, "workflow.json")).toEqual(RECORD);
  expect(schemaProblems("workflow-record", JSON.parse(text))).toEqual([]);
  expect(JSON.parse(text)).toMatchObject({ format_version: 1, workflow_id: "add-tide-gauge", current: 0 });
});

test("a thousand steps are a thousand lines", () => {
  const steps = Array.from({ length: 1000 }, (_, at) => ({ number: at, name: `Step ${at}` }));
  expect(formatWorkflow({ ...RECORD, steps, completed: [] }).split("\n").length).toBeLessThan(1030);
});

describe("a record that is not sound is refused", () => {
  const written = JSON.parse(formatWorkflow(RECORD)) as Record<string, unknown>;
  const unsealed = Object.fromEntries(Object.entries(written).filter(([key]) => key !== "workflow_crc32"));
  const without = (key: string): object => Object.fromEntries(Object.entries(unsealed).filter(([one]) => one !== key));

  test("every cut of its text, at every place", () => {
    const text = formatWorkflow(RECORD).trimEnd();
    for (let length = 0; length < text.length; length += 1) {
      expect(() => parseWorkflow(text.slice(0, length), "workflow.json")).toThrow(
        expect.objectContaining({ code: "WORKFLOW_UNUSABLE" }) as Error,
      );
    }
  });

  test("every changed digit, where it bears its checksum", () => {
    const text = formatWorkflow(RECORD);
    for (const { index } of text.matchAll(/(?<!crc3?)\d/g)) {
      const digit = text[index] === "1" ? "2" : "1";
      expect(() => parseWorkflow(text.slice(0, index) + digit + text.slice(index + 1), "workflow.json")).toThrow();
    }
  });

  test.each<[string, object, string]>([
    ["is no object", [], "is not a JSON object"],
    ["lacks its id", without("workflow_id"), "missing required field workflow_id"],
    ["lacks its steps", without("steps"), "missing required field steps"],
    ["lacks a name", { ...unsealed, steps: [{ number: 1 }] }, "missing required field steps.0.name"],
    ["is of somebody else", { workflow: "deploy", jobs: [] }, "missing required field format_version"],
    ["has an id that leads elsewhere", { ...unsealed, workflow_id: "../../etc" }, "workflow_id must match"],
    ["has no steps", { ...unsealed, steps: [] }, "steps must NOT have fewer"],
    [
      "has steps in disorder",
      {
        ...unsealed,
        steps: [
          { number: 2, name: "a" },
          { number: 1, name: "b" },
        ],
      },
      "step 1 does not come after",
    ],
    ["completed what is no step", { ...unsealed, steps: [{ number: 5, name: "a" }] }, "completed step 1 is none of its steps"],
    [
      "completed a step twice",
      { ...unsealed, completed: [...(written["completed"] as []), ...(written["completed"] as [])] },
      "step 1 is completed twice",
    ],
    ["names a file outside by a way up", { ...unsealed, file: "../other.yaml" }, "names a workflow file outside the directory"],
    ["was begun at no time", { ...unsealed, created_at: "2026-13-45T08:00:00Z" }, "there is no time"],
    ["bears another checksum", { ...written, name: "Another" }, "does not bear its own checksum"],
  ])("one that %s", (_, document, problem) => {
    expect(() => parseWorkflow(JSON.stringify(document), "workflow.json")).toThrow(
      expect.objectContaining({ code: "WORKFLOW_UNUSABLE", message: expect.stringContaining(problem) as string }) as Error,
    );
  });

  test("one of a later version", () => {
    expect(() => parseWorkflow(JSON.stringify({ ...unsealed, format_version: 2 }), "workflow.json")).toThrow(
      expect.objectContaining({ code: "FORMAT_TOO_NEW" }) as Error,
    );
  });

  test("one without a checksum is taken at its word", () => {
    expect(parseWorkflow(JSON.stringify(unsealed), "workflow.json")).toEqual(RECORD);
  });
});
