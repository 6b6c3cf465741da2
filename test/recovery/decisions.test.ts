import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FailureKind, RecoveryRecord, RecoveryRule, RestoreRecord, Stage } from "../../src/formats/index.js";
import { isAbandoned, recoveriesOf, settle } from "../../src/recovery/attempts.js";
import { chooseTarget, countSameFailure } from "../../src/recovery/choose-target.js";
import { classifyError } from "../../src/recovery/classify-error.js";
import { matchesText } from "../../src/recovery/match-text.js";
import { makeRecord } from "../support/make-record.js";

describe("the policy", () => {
  test.each<[FailureKind, (Stage | null)[], number | null, boolean]>([
    ["implementation", ["start", "implementation", "pre-validation"], 1, false],
    ["validation", ["start", "implementation", "pre-validation"], 2, false],
    ["other", ["start", "implementation", "pre-validation"], 3, false],
    ["other", ["start", null], 2, false],
    ["implementation", ["start", "start", "implementation"], 2, false],
    ["implementation", ["implementation", "pre-validation"], 2, true],
    ["validation", ["start"], 1, true],
    ["validation", ["start", null], 2, true],
    ["implementation", [], null, false],
    ["validation", [], null, false],
    ["other", [], null, false],
  ])("%s error with %j goes to %s", (kind, stages, sequence, isFallback) => {
    const choice = chooseTarget(
      kind,
      stages.map((stage, position) => makeRecord({ sequence: position + 1, taskId: "7", stage })),
    );
    expect(choice?.record.sequence ?? null).toBe(sequence);
    expect(choice?.isFallback ?? false).toBe(isFallback);
  });
});

describe("a pattern", () => {
  test.each([
    ["AssertionError: 3 is not 4", "assertionerror", true],
    ["AssertionError: 3 is not 4", "Assert*not", true],
    ["AssertionError: 3 is not 4", "not*Assert", false],
    ["AssertionError: 3 is not 4", "*", true],
    ["", "*", true],
    ["", "x", false],
    ["aba", "ab*ba", false],
    ["abba", "ab*ba", true],
    ["a.c", "a?c", false],
    ["(a+)+", "(A+)+", true],
  ])("%j and %j: %s", (text, pattern, expected) => {
    expect(matchesText(text, pattern)).toBe(expected);
  });

  test("is no regular expression: what makes those hang takes no time", () => {
    expect(matchesText("a".repeat(10_000), `${"a*".repeat(240)}b`)).toBe(false);
  });

  test("without a star it is what stands in the text", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[abA]{0,8}$/), fc.stringMatching(/^[ab]{1,3}$/), (text, pattern) => {
        expect(matchesText(text, pattern)).toBe(text.toLowerCase().includes(pattern));
      }),
    );
  });
});

describe("an error is classified", () => {
  const rules: RecoveryRule[] = [
    { code: "ENOENT", match: "gauge*missing", error: "implementation" },
    { code: null, match: "AssertionError", error: "validation" },
    { code: "2", match: null, error: "implementation" },
    { code: null, match: "assertionerror: never", error: "other" },
  ];
  const assertion = Object.assign(new Error("3 is not 4\n  at line 2"), { name: "AssertionError" });

  test.each<[string, unknown, FailureKind, string | null]>([
    ["a kind is itself", "validation", "validation", null],
    ["by its name", assertion, "validation", "AssertionError: 3 is not 4"],
    [
      "by its code and its text, both",
      Object.assign(new Error("the gauge is missing"), { code: "ENOENT" }),
      "implementation",
      "Error: the gauge is missing",
    ],
    [
      "not by its code alone where both are asked for",
      Object.assign(new Error("no such file"), { code: "ENOENT" }),
      "other",
      "Error: no such file",
    ],
    ["by its exit status", { exitCode: 2, message: "make failed" }, "implementation", "make failed"],
    ["by a code that is a number", { code: 2 }, "implementation", null],
    ["by its cause", new Error("task failed", { cause: assertion }), "validation", "Error: task failed"],
    ["the first rule that fits decides", { name: "AssertionError", message: "never" }, "validation", "AssertionError: never"],
    ["what fits no rule is other", new TypeError("x is not a function"), "other", "TypeError: x is not a function"],
    ["an empty object is other", {}, "other", null],
    ["with control characters made harmless", new Error("a\u001b[31mb"), "other", "Error: a [31mb"],
  ])("%s", (_, error, kind, failure) => {
    expect(classifyError(error, rules)).toEqual({ kind, failure });
  });

  test("causes that go round in a circle end", () => {
    const error = new Error("round");
    error.cause = error;
    expect(classifyError(error, rules).kind).toBe("other");
  });

  test.each([["implementaton"], [""], [undefined], [null], [7]])("%j is neither a kind nor an error", (error) => {
    expect(() => classifyError(error, rules)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("what is on record of recoveries", () => {
  const id = (sequence: number) => makeRecord({ sequence }).id;
  const recovery = (parts: Partial<RecoveryRecord>): RecoveryRecord => ({
    at: "2026-01-31T12:00:00.000Z",
    taskId: "7",
    workflowId: null,
    stepNumber: null,
    error: "validation",
    failure: null,
    target: id(2),
    targetSequence: 2,
    nextSequence: 5,
    backup: null,
    result: "restored",
    ...parts,
  });
  const restore = (parts: Partial<RestoreRecord>): RestoreRecord => ({
    at: "2026-01-31T12:00:00.000Z",
    target: id(2),
    backup: id(9),
    paths: [],
    counts: { created: 0, replaced: 0, removed: 0, retouched: 0, leftAlone: 0 },
    result: "restored",
    ...parts,
  });

  test.each<[string, RestoreRecord[], string]>([
    ["its restore is there", [restore({})], "restored"],
    ["its restore was finished by a later command", [restore({ result: "recovered" })], "restored"],
    ["its restore was put back", [restore({ result: "rolled_back" })], "failed"],
    ["there is only one of before", [restore({ at: "2026-01-31T11:59:59.999Z" })], "failed"],
    ["there is one of another checkpoint", [restore({ target: id(3) })], "failed"],
    ["there is none", [], "failed"],
  ])("one that was cut off: %s", (_, restores, result) => {
    expect(settle(recovery({ result: "started" }), restores).result).toBe(result);
  });

  test("what was taken between the target and the recovery is abandoned, but not by one that failed", () => {
    const abandoned = (recoveries: RecoveryRecord[]) =>
      [1, 2, 3, 4, 5].filter((sequence) =>
        isAbandoned(
          { sequence },
          recoveries.map((one) => settle(one, [])),
        ),
      );
    expect(abandoned([recovery({})])).toEqual([3, 4]);
    expect(abandoned([recovery({ result: "failed" })])).toEqual([]);
    expect(abandoned([recovery({}), recovery({ targetSequence: 1, nextSequence: 3 })])).toEqual([2, 3, 4]);
  });

  test("the same failure is the same kind and text, since the last validation", () => {
    const recoveries = [
      recovery({ nextSequence: 3 }),
      recovery({ nextSequence: 6 }),
      recovery({ nextSequence: 7, failure: "x" }),
      recovery({ nextSequence: 8, error: "other" }),
      recovery({ nextSequence: 9, result: "failed" }),
    ].map((one) => settle(one, []));
    const count = (failure: string | null, validatedSequence: number) =>
      countSameFailure(recoveries, { kind: "validation", failure, validatedSequence });
    expect([count(null, 0), count(null, 4), count("x", 0), count("y", 0)]).toEqual([2, 1, 1, 0]);
  });

  test("each task and each step has its own", () => {
    const recoveries = [
      recovery({ taskId: "7" }),
      recovery({ taskId: "8" }),
      recovery({ taskId: null, workflowId: "w", stepNumber: 3 }),
      recovery({ taskId: "7", workflowId: "w", stepNumber: 3 }),
    ];
    const count = (subject: Parameters<typeof recoveriesOf>[1]) => recoveriesOf({ recoveries, restores: [] }, subject).length;
    expect([count({ taskId: "7" }), count({ workflowId: "w", stepNumber: 3 }), count({ workflowId: "w", stepNumber: 4 })]).toEqual([
      2, 1, 0,
    ]);
  });
});
