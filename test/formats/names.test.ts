import { describe, expect, test } from "vitest";
import {
  assertSafeName,
  childPath,
  isAtOrBelow,
  isCheckpointId,
  parentPath,
  parseCheckpointId,
  parseRelativePath,
} from "../../src/formats/index.js";
import type { RelativePath } from "../../src/formats/index.js";

const path = (text: string): RelativePath => text as RelativePath;

describe("a checkpoint id", () => {
  test.each([
    "checkpoint-20251020-143025-step02",
    "checkpoint-20251020-143025-step123456-12",
    "checkpoint-20251020-143025-pre_risky_operation",
    "checkpoint-20251020-143025-backup-4294967296",
  ])("%s is one", (id) => {
    expect(isCheckpointId(id)).toBe(true);
    expect(parseCheckpointId(id)).toBe(id);
  });

  test.each([
    ["", "empty"],
    ["checkpoint-20251020-143025", "without a label"],
    ["checkpoint-20251020-143025-", "with an empty label"],
    ["checkpoint-20251020-1430-step02", "with a short time"],
    ["Checkpoint-20251020-143025-step02", "with a capital"],
    ["checkpoint-20251020-143025-step02/..", "with a path"],
    ["../checkpoint-20251020-143025-step02", "below another folder"],
    ["checkpoint-20251020-143025-step02\n", "with a line end"],
    ["checkpoint-20251020-143025-step02\0", "with NUL"],
    ["checkpoint-20251020-143025-é", "with a letter beyond ASCII"],
    ["checkpoint-٢٠٢٥١٠٢٠-143025-step02", "with other digits"],
    [`checkpoint-20251020-143025-${"a".repeat(100)}`, "too long for every file system"],
    ["checkpoint-20251020-143025-step02-12345678901", "with a suffix past all counting"],
  ])("%j is none: %s", (id) => {
    expect(isCheckpointId(id)).toBe(false);
    expect(() => parseCheckpointId(id)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("a relative path", () => {
  test.each(["", "a", "a/b", "...", "a/..b", "-rf", " ", "back\\slash", "line\nend", "caf\udce9"])("%j is one", (text) => {
    expect(parseRelativePath(text)).toBe(text);
  });

  test.each(["/", "/a", "..", "../a", "a/..", "a/../b", ".", "./a", "a/.", "a//b", "a/", "a\0b"])("%j is none", (text) => {
    expect(() => parseRelativePath(text)).toThrow(expect.objectContaining({ code: "UNSAFE_PATH", exitStatus: 15 }));
  });

  test.each(["", ".", "..", "a/b", "a\0b", "/"])("%j is no name in a folder", (name) => {
    expect(() => assertSafeName(name)).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
  });

  test("leads up and down", () => {
    expect([childPath(path(""), "a"), childPath(path("a"), "b")]).toEqual(["a", "a/b"]);
    expect([parentPath(path("a/b")), parentPath(path("a")), parentPath(path(""))]).toEqual(["a", "", ""]);
    expect(isAtOrBelow(path("a/b"), path("a"))).toBe(true);
    expect(isAtOrBelow(path("ab"), path("a"))).toBe(false);
    expect(isAtOrBelow(path("a"), path(""))).toBe(true);
  });
});
