import { describe, expect, test } from "vitest";
import { toJsonForm } from "../../src/formats/index.js";
import { toSnakeKey } from "../../src/formats/json-form.js";
import { formatRecord, RECORD_KEYS } from "../../src/formats/record-form.js";
import { fullManifest, fullRecord } from "./made-up.js";

describe("the JSON form of what the API gives", () => {
  test("of a record is what state.json says of it", () => {
    const onDisk = formatRecord(fullRecord({ unknownKeys: {} }));
    expect(toJsonForm(fullRecord({ unknownKeys: {} }))).toEqual(onDisk);
    expect(new Set(Object.keys(onDisk))).toEqual(RECORD_KEYS);
  });

  test("of an entry has its numbers in digits and its path as it is held", () => {
    const [, , entry] = (toJsonForm(fullManifest()) as { entries: unknown[] }).entries;
    expect(entry).toEqual({
      type: "file",
      path: "caf\udce9.txt",
      mode: 0o4751,
      uid: 1000,
      gid: 100,
      mtime_ns: "1760970625123456789",
      ctime_ns: "1760970626000000001",
      ino: "4711",
      size: 3,
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
  });

  test.each<[string, unknown, unknown]>([
    ["a big integer is text", 12345678901234567890n, "12345678901234567890"],
    ["a date is text", new Date("2026-01-31T12:00:00Z"), "2026-01-31T12:00:00.000Z"],
    ["a set is a list", new Set(["a", 1n]), ["a", "1"]],
    ["a map is a list of pairs", new Map([["firstKey", { innerKey: 1 }]]), [["firstKey", { inner_key: 1 }]]],
    ["what is undefined is left out", { a: undefined, b: null }, { b: null }],
    ["keys are in snake_case, at any depth", { keptIndexAs: [{ totalBytes: 1 }] }, { kept_index_as: [{ total_bytes: 1 }] }],
    ["the caller's own keys stay", { metadata: { stepName: "x" }, labels: { aB: 1 } }, { metadata: { stepName: "x" }, labels: { aB: 1 } }],
    ["facts of an error stay as they are", { details: { freeBytes: 1 } }, { details: { freeBytes: 1 } }],
    ["keys that nobody knows are not shown", { unknownKeys: { a: 1 }, b: 1 }, { b: 1 }],
    ["texts, numbers and null stay", ["a", 1.5, true, null], ["a", 1.5, true, null]],
  ])("%s", (_, value, json) => {
    expect(toJsonForm(value)).toEqual(json);
  });

  test.each([
    ["id", "checkpoint_id"],
    ["createdAt", "timestamp"],
    ["isPinned", "pinned"],
    ["isComplete", "complete"],
    ["isWhole", "whole"],
    ["isDryRun", "dry_run"],
    ["taskId", "task"],
    ["manifestSha256", "manifest_sha256"],
    ["mtimeNs", "mtime_ns"],
    ["rollbackUsed", "rollback_used"],
  ])("%s is spelled %s", (key, spelled) => {
    expect(toSnakeKey(key)).toBe(spelled);
  });

  test("no two fields of a record share a spelling", () => {
    const keys = Object.keys(fullRecord()).filter((key) => key !== "unknownKeys");
    expect(new Set(keys.map(toSnakeKey)).size).toBe(keys.length);
  });
});
