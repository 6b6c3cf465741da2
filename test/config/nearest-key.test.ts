import { expect, test } from "vitest";
import { nearestKey } from "../../src/config/nearest-key.js";

const KEYS = [
  "ignore",
  "durability",
  "limits.max_entries",
  "limits.max_file_bytes",
  "retention.keep_last",
  "retention.keep_within",
  "limits",
];

test.each([
  ["ignroe", null, "ignore"],
  ["IGNORE", null, "ignore"],
  ["max-file-bytes", "limits", "limits.max_file_bytes"],
  ["max_filebyte", "limits", "limits.max_file_bytes"],
  ["keepLast", "retention", "retention.keep_last"],
  ["keep_last", "limits", "retention.keep_last"],
  ["keep_witin", null, "retention.keep_within"],
  ["limit", null, "limits"],
  ["x", null, null],
  ["", null, null],
  ["entirely_different", "limits", null],
])("%j in %s means %s", (typed, group, expected) => {
  expect(nearestKey(typed, group, KEYS)).toBe(expected);
});

test("between equals the one of the same group wins, in whatever order they come", () => {
  const keys = ["one.size", "two.size"];
  expect(nearestKey("sizes", "two", keys)).toBe("two.size");
  expect(nearestKey("sizes", "one", keys.reverse())).toBe("one.size");
});
