import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StepbackError } from "../../src/errors/index.js";
import { formatJournal, parseJournal, type Journal } from "../../src/formats/index.js";
import { file, folder, fullJournal, names, symlink, trees } from "./made-up.js";
import { schemaProblems } from "./schemas.js";

type Json = Record<string, unknown>;

const PATH = "/change/.checkpoints/restore-0123456789abcdef/journal.json";

describe("a journal that is written and read again", () => {
  test("with every kind of operation is the same, and as the schema says", () => {
    const text = formatJournal(fullJournal());
    expect(parseJournal(text, PATH)).toEqual(fullJournal());
    expect(schemaProblems("journal", JSON.parse(text))).toEqual([]);
  });

  test("is the same for any entries", () => {
    fc.assert(
      fc.property(trees, fc.array(names), (entries, paths) => {
        const operations = entries.map((entry, slot) => ({ slot, path: entry.path, before: slot % 2 === 0 ? entry : null, after: entry }));
        const folders = entries
          .filter(({ type }) => type === "directory")
          .map((entry) => ({ path: entry.path, before: null, after: entry }));
        const journal = fullJournal({ operations, folders, paths });
        const text = formatJournal(journal);
        expect(parseJournal(text, PATH)).toEqual(journal);
        expect(schemaProblems("journal", JSON.parse(text))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test("carries the hash of its body, as anybody can make it", () => {
    const text = formatJournal(fullJournal());
    const { sha256 } = JSON.parse(text) as Json;
    const body = text.slice(text.indexOf('"journal":') + '"journal":'.length, text.lastIndexOf("}"));
    expect(createHash("sha256").update(body).digest("hex")).toBe(sha256);
  });
});

describe("a journal is never acted on", () => {
  const text = formatJournal(fullJournal());

  test("when it is cut off, wherever that is", () => {
    for (let length = 0; length < text.trimEnd().length; length += 1) expectUnusable(text.slice(0, length));
  });

  test("when a byte of it is another one, wherever that is", () => {
    const bytes = Buffer.from(text);
    for (let position = 0; position < bytes.length; position += 1) {
      for (const bit of [0x01, 0x20, 0x80]) {
        const flipped = Buffer.from(bytes);
        flipped[position] = (flipped[position] ?? 0) ^ bit;
        expectUnusableOrSame(flipped.toString());
      }
    }
  });

  test("when any part of it is overwritten", () => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.uint8Array({ minLength: 1, maxLength: 64 }), (position, part) => {
        const damaged = Buffer.from(bytes);
        damaged.set(part.subarray(0, damaged.length - position), position);
        expectUnusableOrSame(damaged.toString());
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ["empty", ""],
    ["zeros, as a power cut leaves them", "\0".repeat(500)],
    ["a list", "[]"],
    ["without a body", '{"format_version":1}'],
    ["two of them", text + text],
  ])("when it is %s", (_, damaged) => {
    expectUnusable(damaged);
  });

  test("when a later version wrote it", () => {
    const json = { ...(JSON.parse(text) as Json), format_version: 2 };
    expect(() => parseJournal(JSON.stringify(json), PATH)).toThrow(expect.objectContaining({ code: "FORMAT_TOO_NEW", exitStatus: 12 }));
  });

  test.each([0, -1, "1", null].map((version) => [version]))("when its format_version is %j", (version) => {
    expectUnusable(JSON.stringify({ ...(JSON.parse(text) as Json), format_version: version }));
  });
});

describe("a journal with a right hash is still refused", () => {
  test.each<[string, (body: Json) => void]>([
    ["for an operation that climbs", (body) => (operation(body)["path"] = "../outside")],
    ["for an operation that climbs in base64", (body) => (operation(body)["path"] = { path_b64: Buffer.from("..").toString("base64") })],
    ["for an absolute path", (body) => (operation(body)["path"] = "/etc/passwd")],
    ["for a path with NUL", (body) => (operation(body)["path"] = "a\0b")],
    ["for an entry whose own path climbs", (body) => ((operation(body)["after"] as Json)["path"] = "a/../../b")],
    ["for a folder that climbs", (body) => Object.assign((body["folders"] as Json[])[0] ?? {}, { path: ".." })],
    ["for a target that is no id", (body) => (body["target"] = "../../etc")],
    ["for a backup that is no id", (body) => (body["backup"] = "latest")],
    ["for a slot that is a path", (body) => (operation(body)["slot"] = "../0")],
    ["for a slot below zero", (body) => (operation(body)["slot"] = -1)],
    ["for an entry of unknown type", (body) => ((operation(body)["after"] as Json)["type"] = "fifo")],
    ["for a file without a hash", (body) => delete (operation(body)["after"] as Json)["sha256"]],
    ["for a file without a size", (body) => delete (operation(body)["after"] as Json)["size"]],
    ["for a symlink without a target", (body) => delete (operation(body, 1)["after"] as Json)["target"]],
    ["for a mode of five digits", (body) => ((operation(body)["after"] as Json)["mode"] = "10644")],
    ["without counts", (body) => delete body["counts"]],
    ["without folders", (body) => delete body["folders"]],
  ])("%s", (_, spoil) => {
    expectUnusable(editBody(spoil));
  });

  test("but not for what is right", () => {
    expect(
      parseJournal(
        editBody(() => undefined),
        PATH,
      ),
    ).toEqual(fullJournal());
  });
});

test("an entry of each type keeps what belongs to it", () => {
  const entries = [file("a"), folder("b"), symlink("c", "d")];
  const operations = entries.map((entry, slot) => ({ slot, path: entry.path, before: null, after: entry }));
  const json = JSON.parse(formatJournal(fullJournal({ operations }))) as { journal: Json };
  const base = ["type", "path", "mode", "uid", "gid", "mtime_ns", "ctime_ns", "ino"];
  expect((json.journal["operations"] as { after: Json }[]).map(({ after }) => Object.keys(after))).toEqual([
    [...base, "size", "sha256"],
    base,
    [...base, "target"],
  ]);
});

function expectUnusable(text: string): void {
  expect(() => parseJournal(text, PATH)).toThrow(expect.objectContaining({ code: "JOURNAL_UNUSABLE", exitStatus: 12 }));
}

/** White space at the end may change, and a damaged version number may say that a later version wrote it. */
function expectUnusableOrSame(text: string): void {
  expect(["JOURNAL_UNUSABLE", "FORMAT_TOO_NEW", fullJournal()]).toContainEqual(outcomeOf(text));
}

/** The code of the error that a text makes, or what is read from it. */
function outcomeOf(text: string): Journal | string {
  try {
    return parseJournal(text, PATH);
  } catch (error) {
    return error instanceof StepbackError ? error.code : String(error);
  }
}

function operation(body: Json, position = 0): Json {
  return (body["operations"] as Json[])[position] ?? {};
}

/** The text of a journal after a change by hand, with the hash made anew. */
function editBody(change: (body: Json) => void): string {
  const json = JSON.parse(formatJournal(fullJournal())) as { journal: Json };
  change(json.journal);
  const sha256 = createHash("sha256").update(JSON.stringify(json.journal)).digest("hex");
  return JSON.stringify({ ...json, sha256 });
}
